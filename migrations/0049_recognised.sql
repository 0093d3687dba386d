-- Revenue when it is earned: what was paid without tax, less what went back, spread over the days that it was paid for. By price,
-- by the month in which those days begin, and by the month in which it is earned.
CREATE TABLE recognised_monthly (
    currency     text   NOT NULL,
    -- Empty for what no price is known of.
    price_id     text   NOT NULL,
    begun        date   NOT NULL,
    month        date   NOT NULL,
    amount_minor bigint NOT NULL,
    PRIMARY KEY (currency, month, begun, price_id)
) WITH (fillfactor = 60);
-- What statements changed there: it is derived, and no ledger says what was known when.
CREATE TABLE recognised_changes (
    recorded_at  timestamptz NOT NULL DEFAULT now(),
    currency     text        NOT NULL,
    price_id     text        NOT NULL,
    begun        date        NOT NULL,
    month        date        NOT NULL,
    amount_minor bigint      NOT NULL
);
CREATE INDEX recognised_changes_recorded ON recognised_changes (recorded_at);

-- A payment by price and month. What stays of it is divided among the invoice's lines as they are, and each line among the months
-- of its days, by rounding what has come together so far: so that all parts add up to it. Without lines, or where they add up to
-- nothing, it is earned on the day of the payment. Ten years are the most that a line is spread over.
CREATE FUNCTION recognised_parts(lines jsonb, amount bigint, refunded bigint, tax bigint, at timestamptz)
    RETURNS TABLE (price_id text, begun date, month date, amount_minor bigint) LANGUAGE sql STABLE PARALLEL SAFE AS $$
    WITH paid AS (
        SELECT CASE WHEN amount = 0 THEN 0 ELSE round((amount - refunded) * (amount - tax)::numeric / amount) END AS net
    ), line AS (
        SELECT i.n, coalesce(i.line ->> 'price', '') AS price_id, (i.line ->> 'amount')::numeric AS amount,
               account_day(coalesce((i.line ->> 'from')::timestamptz, at)) AS first,
               account_day(coalesce((i.line ->> 'to')::timestamptz, at)) AS until,
               sum((i.line ->> 'amount')::numeric) OVER (ORDER BY i.n) AS so_far, sum((i.line ->> 'amount')::numeric) OVER () AS whole
        FROM jsonb_array_elements(lines) WITH ORDINALITY AS i (line, n)
    ), part AS (
        SELECT l.price_id, l.first, least(greatest(l.until, l.first + 1), l.first + 3660) AS until,
               round(p.net * l.so_far / l.whole) - round(p.net * (l.so_far - l.amount) / l.whole) AS minor
        FROM paid p CROSS JOIN line l WHERE l.whole <> 0
        UNION ALL
        SELECT '', account_day(at), account_day(at) + 1, p.net FROM paid p WHERE NOT EXISTS (SELECT FROM line l WHERE l.whole <> 0)
    )
    SELECT p.price_id, date_trunc('month', p.first)::date, m.month::date,
           (round(p.minor * (least((m.month + interval '1 month')::date, p.until) - p.first) / (p.until - p.first))
            - round(p.minor * (greatest(m.month::date, p.first) - p.first) / (p.until - p.first)))::bigint
    FROM part p CROSS JOIN LATERAL generate_series(date_trunc('month', p.first::timestamp), (p.until - 1)::timestamp, interval '1 month') AS m (month)
    WHERE p.minor <> 0
$$;

-- Adds to the sums what a query of (sign, currency, lines, amount, refunded, tax, at) says.
CREATE FUNCTION recognised_add(changes text) RETURNS text LANGUAGE sql IMMUTABLE RETURN format($add$
    WITH change AS (
        SELECT d.currency, r.price_id, r.begun, r.month, sum(d.sign * r.amount_minor) AS amount_minor
        FROM (%s) AS d (sign, currency, lines, amount, refunded, tax, at)
        CROSS JOIN LATERAL recognised_parts(d.lines, d.amount, d.refunded, d.tax, d.at) AS r
        GROUP BY 1, 2, 3, 4 HAVING sum(d.sign * r.amount_minor) <> 0
    ), kept AS (
        INSERT INTO recognised_changes (currency, price_id, begun, month, amount_minor) SELECT * FROM change
    )
    INSERT INTO recognised_monthly AS t SELECT * FROM change ORDER BY 1, 4, 3, 2
    ON CONFLICT (currency, month, begun, price_id) DO UPDATE SET amount_minor = t.amount_minor + excluded.amount_minor$add$, changes);

CREATE FUNCTION recognised_follow() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched boolean;
    said text := 'currency, lines, amount_minor, refunded_minor, tax_minor, occurred_at';
BEGIN
    IF TG_OP = 'DELETE' THEN touched := EXISTS (SELECT FROM gone); ELSE touched := EXISTS (SELECT FROM come); END IF;
    IF touched AND totals_are_followed() THEN
        EXECUTE recognised_add(CASE TG_OP
            WHEN 'INSERT' THEN format('SELECT 1, %s FROM come WHERE kind = ''payment'' AND status = ''succeeded''', said)
            WHEN 'DELETE' THEN format('SELECT -1, %s FROM gone WHERE kind = ''payment'' AND status = ''succeeded''', said)
            ELSE format('SELECT 1, %s FROM come WHERE kind = ''payment'' AND status = ''succeeded''
                         UNION ALL SELECT -1, %s FROM gone WHERE kind = ''payment'' AND status = ''succeeded''', said, said) END);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER transactions_recognised_come AFTER INSERT ON transactions REFERENCING NEW TABLE AS come
    FOR EACH STATEMENT EXECUTE FUNCTION recognised_follow();
CREATE TRIGGER transactions_recognised_change AFTER UPDATE ON transactions REFERENCING OLD TABLE AS gone NEW TABLE AS come
    FOR EACH STATEMENT EXECUTE FUNCTION recognised_follow();
CREATE TRIGGER transactions_recognised_go AFTER DELETE ON transactions REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION recognised_follow();

-- The sums anew. The difference is kept as a change of now.
CREATE FUNCTION recognised_recount() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    CREATE TEMPORARY TABLE recounted_revenue ON COMMIT DROP AS
    SELECT t.currency, r.price_id, r.begun, r.month, sum(r.amount_minor)::bigint AS amount_minor
    FROM transactions t CROSS JOIN LATERAL recognised_parts(t.lines, t.amount_minor, t.refunded_minor, t.tax_minor, t.occurred_at) AS r
    WHERE t.kind = 'payment' AND t.status = 'succeeded' GROUP BY 1, 2, 3, 4;
    INSERT INTO recognised_changes (currency, price_id, begun, month, amount_minor)
    SELECT currency, price_id, begun, month, sum(amount_minor)
    FROM (SELECT * FROM recounted_revenue UNION ALL SELECT currency, price_id, begun, month, -amount_minor FROM recognised_monthly) AS d
    GROUP BY 1, 2, 3, 4 HAVING sum(amount_minor) <> 0;
    DELETE FROM recognised_monthly;
    INSERT INTO recognised_monthly SELECT * FROM recounted_revenue;
    DROP TABLE recounted_revenue;
END $$;
SELECT recognised_recount();
