-- Revenue when it is earned, once more: what a payment comes to is as before, but payments of one line for the same days, of which
-- there are many, are spread over the months together.

-- An amount spread over the months of its days, by rounding what has come together so far. Ten years are the most.
CREATE FUNCTION recognised_spread(minor numeric, first date, until date) RETURNS TABLE (month date, amount_minor bigint)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT m.month::date,
           (round(minor * (least((m.month + interval '1 month')::date, d.until) - first) / (d.until - first))
            - round(minor * (greatest(m.month::date, first) - first) / (d.until - first)))::bigint
    FROM (SELECT least(greatest(until, first + 1), first + 3660) AS until) AS d
    CROSS JOIN LATERAL generate_series(date_trunc('month', first::timestamp), (d.until - 1)::timestamp, interval '1 month') AS m (month)
    WHERE minor <> 0
$$;

CREATE OR REPLACE FUNCTION recognised_parts(lines jsonb, amount bigint, refunded bigint, tax bigint, at timestamptz)
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
        SELECT l.price_id, l.first, l.until,
               round(p.net * l.so_far / l.whole) - round(p.net * (l.so_far - l.amount) / l.whole) AS minor
        FROM paid p CROSS JOIN line l WHERE l.whole <> 0
        UNION ALL
        SELECT '', account_day(at), account_day(at), p.net FROM paid p WHERE NOT EXISTS (SELECT FROM line l WHERE l.whole <> 0)
    )
    SELECT p.price_id, date_trunc('month', p.first)::date, s.month, s.amount_minor
    FROM part p CROSS JOIN LATERAL recognised_spread(p.minor, p.first, p.until) AS s
$$;

-- By currency, price and months, what payments that a query of (sign, currency, lines, amount, refunded, tax, at) says come to.
CREATE FUNCTION recognised_of(payments text) RETURNS text LANGUAGE sql IMMUTABLE RETURN format($of$
    SELECT part.currency, part.price_id, part.begun, part.month, sum(part.amount_minor)::bigint AS amount_minor
    FROM (
        SELECT g.currency, g.price_id, date_trunc('month', g.first)::date AS begun, s.month, g.n * s.amount_minor AS amount_minor
        FROM (
            SELECT d.currency, coalesce(d.lines -> 0 ->> 'price', '') AS price_id,
                   account_day(coalesce((d.lines -> 0 ->> 'from')::timestamptz, d.at)) AS first,
                   account_day(coalesce((d.lines -> 0 ->> 'to')::timestamptz, d.at)) AS until,
                   round((d.amount - d.refunded) * (d.amount - d.tax)::numeric / nullif(d.amount, 0)) AS minor, sum(d.sign) AS n
            FROM (%1$s) AS d (sign, currency, lines, amount, refunded, tax, at)
            WHERE jsonb_array_length(d.lines) = 1 AND (d.lines -> 0 ->> 'amount')::numeric <> 0
            GROUP BY 1, 2, 3, 4, 5
        ) AS g CROSS JOIN LATERAL recognised_spread(g.minor, g.first, g.until) AS s WHERE g.n <> 0
        UNION ALL
        SELECT d.currency, r.price_id, r.begun, r.month, d.sign * r.amount_minor
        FROM (%1$s) AS d (sign, currency, lines, amount, refunded, tax, at)
        CROSS JOIN LATERAL recognised_parts(d.lines, d.amount, d.refunded, d.tax, d.at) AS r
        WHERE (jsonb_array_length(d.lines) = 1 AND (d.lines -> 0 ->> 'amount')::numeric <> 0) IS NOT TRUE
    ) AS part GROUP BY 1, 2, 3, 4 HAVING sum(part.amount_minor) <> 0$of$, payments);

-- Adds it to the sums.
CREATE OR REPLACE FUNCTION recognised_add(changes text) RETURNS text LANGUAGE sql IMMUTABLE RETURN format($add$
    WITH change AS (%s), kept AS (
        INSERT INTO recognised_changes (currency, price_id, begun, month, amount_minor) SELECT * FROM change
    )
    INSERT INTO recognised_monthly AS t SELECT * FROM change ORDER BY 1, 4, 3, 2
    ON CONFLICT (currency, month, begun, price_id) DO UPDATE SET amount_minor = t.amount_minor + excluded.amount_minor$add$,
    recognised_of(changes));

-- The sums anew. The difference is kept as a change of now.
CREATE OR REPLACE FUNCTION recognised_recount() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE 'CREATE TEMPORARY TABLE recounted_revenue ON COMMIT DROP AS ' || recognised_of(
        'SELECT 1, currency, lines, amount_minor, refunded_minor, tax_minor, occurred_at FROM transactions
         WHERE kind = ''payment'' AND status = ''succeeded''');
    INSERT INTO recognised_changes (currency, price_id, begun, month, amount_minor)
    SELECT currency, price_id, begun, month, sum(amount_minor)
    FROM (SELECT * FROM recounted_revenue UNION ALL SELECT currency, price_id, begun, month, -amount_minor FROM recognised_monthly) AS d
    GROUP BY 1, 2, 3, 4 HAVING sum(amount_minor) <> 0;
    DELETE FROM recognised_monthly;
    INSERT INTO recognised_monthly SELECT * FROM recounted_revenue;
    DROP TABLE recounted_revenue;
END $$;

-- Of coaching that has no end, its last day was counted.
DELETE FROM paying_daily WHERE day = DATE '9999-12-31';
