-- Trials, payments, portfolios and organisations, added up by triggers in the transaction of whatever writes them. Trials and
-- payments are derived, and no ledger says what was known when: what a statement changed in the sums is kept beside them.

-- Whoever loads a whole history switches the triggers off and counts afterwards: see `totals_recount`.
CREATE FUNCTION totals_are_followed() RETURNS boolean LANGUAGE sql STABLE
    RETURN coalesce(current_setting('crm.loading', true), '') <> 'on';

-- Trials by the days on which they really began and ended; 9999-12-31 while they run.
CREATE TABLE trial_daily (
    currency  text   NOT NULL,
    started   date   NOT NULL,
    ended     date   NOT NULL,
    stream    text   NOT NULL,
    tier      text   NOT NULL,
    trials    bigint NOT NULL,
    converted bigint NOT NULL,
    PRIMARY KEY (currency, started, ended, stream, tier)
) WITH (fillfactor = 60);
CREATE INDEX trial_daily_ended ON trial_daily (ended, currency);
CREATE INDEX trial_daily_started ON trial_daily (started, currency);
CREATE TABLE trial_changes (
    recorded_at timestamptz NOT NULL DEFAULT now(),
    currency    text        NOT NULL,
    started     date        NOT NULL,
    ended       date        NOT NULL,
    stream      text        NOT NULL,
    tier        text        NOT NULL,
    trials      bigint      NOT NULL,
    converted   bigint      NOT NULL
);
CREATE INDEX trial_changes_recorded ON trial_changes (recorded_at);

-- Adds to the sums what a query of (sign, currency, trialed_from, trialed_until, stream, tier, converted) says.
CREATE FUNCTION trial_daily_add(changes text) RETURNS text LANGUAGE sql IMMUTABLE RETURN format($add$
    WITH change AS (
        SELECT d.currency, account_day(d.trialed_from) AS started, coalesce(account_day(d.trialed_until), DATE '9999-12-31') AS ended,
               coalesce(d.stream, '') AS stream, coalesce(d.tier, '') AS tier, sum(d.sign) AS trials,
               coalesce(sum(d.sign) FILTER (WHERE d.converted), 0) AS converted
        FROM (%s) AS d (sign, currency, trialed_from, trialed_until, stream, tier, converted) WHERE d.trialed_from IS NOT NULL
        GROUP BY 1, 2, 3, 4, 5 HAVING sum(d.sign) <> 0 OR coalesce(sum(d.sign) FILTER (WHERE d.converted), 0) <> 0
    ), kept AS (
        INSERT INTO trial_changes (currency, started, ended, stream, tier, trials, converted) SELECT * FROM change
    )
    INSERT INTO trial_daily AS t SELECT * FROM change ORDER BY 1, 2, 3, 4, 5
    ON CONFLICT (currency, started, ended, stream, tier)
        DO UPDATE SET trials = t.trials + excluded.trials, converted = t.converted + excluded.converted$add$, changes);

CREATE FUNCTION trial_daily_follow() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched boolean;
BEGIN
    -- An upsert fires for what it inserts and for what it updates, also where that is nothing.
    IF TG_OP = 'DELETE' THEN touched := EXISTS (SELECT FROM gone); ELSE touched := EXISTS (SELECT FROM come); END IF;
    IF touched AND totals_are_followed() THEN
        EXECUTE trial_daily_add(CASE TG_OP
            WHEN 'INSERT' THEN 'SELECT 1, currency, trialed_from, trialed_until, stream, tier, converted_from_trial FROM come'
            WHEN 'DELETE' THEN 'SELECT -1, currency, trialed_from, trialed_until, stream, tier, converted_from_trial FROM gone'
            ELSE 'SELECT v.* FROM gone g JOIN come c USING (id)
                  CROSS JOIN LATERAL (VALUES (-1, g.currency, g.trialed_from, g.trialed_until, g.stream, g.tier, g.converted_from_trial),
                                             (1, c.currency, c.trialed_from, c.trialed_until, c.stream, c.tier, c.converted_from_trial)) AS v
                  WHERE (g.currency, g.trialed_from, g.trialed_until, g.stream, g.tier, g.converted_from_trial)
                        IS DISTINCT FROM (c.currency, c.trialed_from, c.trialed_until, c.stream, c.tier, c.converted_from_trial)' END);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER subscriptions_trials_come AFTER INSERT ON subscriptions REFERENCING NEW TABLE AS come
    FOR EACH STATEMENT EXECUTE FUNCTION trial_daily_follow();
CREATE TRIGGER subscriptions_trials_change AFTER UPDATE ON subscriptions REFERENCING OLD TABLE AS gone NEW TABLE AS come
    FOR EACH STATEMENT EXECUTE FUNCTION trial_daily_follow();
CREATE TRIGGER subscriptions_trials_go AFTER DELETE ON subscriptions REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION trial_daily_follow();

-- Payments and refunds by month and what they are: `payment_succeeded`, `payment_failed`, `refund_refunded`, ...; and, by the
-- month of the first attempt that failed, `invoice_failed` and those of them that were paid after all, `invoice_recovered`.
CREATE TABLE payment_monthly (
    currency     text   NOT NULL,
    month        date   NOT NULL,
    what         text   NOT NULL,
    n            bigint NOT NULL,
    amount_minor bigint NOT NULL,
    PRIMARY KEY (currency, month, what)
) WITH (fillfactor = 60);
CREATE TABLE payment_changes (
    recorded_at  timestamptz NOT NULL DEFAULT now(),
    currency     text        NOT NULL,
    month        date        NOT NULL,
    what         text        NOT NULL,
    n            bigint      NOT NULL,
    amount_minor bigint      NOT NULL
);
CREATE INDEX payment_changes_recorded ON payment_changes (recorded_at);

-- Invoices of which an attempt to collect failed, and what was paid of them.
CREATE TABLE failed_payments (
    payment_key     text   PRIMARY KEY,
    currency        text   NOT NULL,
    month           date   NOT NULL,
    amount_minor    bigint NOT NULL,
    recovered_minor bigint NOT NULL
);
CREATE VIEW failed_payments_now AS
SELECT t.payment_key, min(t.currency) AS currency,
       date_trunc('month', account_day(min(t.occurred_at) FILTER (WHERE t.status = 'failed')))::date AS month,
       max(t.amount_minor) FILTER (WHERE t.status = 'failed') AS amount_minor,
       coalesce(sum(t.amount_minor) FILTER (WHERE t.status = 'succeeded'), 0)::bigint AS recovered_minor
FROM transactions t WHERE t.kind = 'payment' GROUP BY t.payment_key HAVING bool_or(t.status = 'failed');

CREATE FUNCTION payment_monthly_add(changes text) RETURNS text LANGUAGE sql IMMUTABLE RETURN format($add$
    WITH change AS (
        SELECT d.currency, d.month, d.what, sum(d.sign) AS n, sum(d.sign * d.amount_minor) AS amount_minor
        FROM (%s) AS d (sign, currency, month, what, amount_minor)
        GROUP BY 1, 2, 3 HAVING sum(d.sign) <> 0 OR sum(d.sign * d.amount_minor) <> 0
    ), kept AS (
        INSERT INTO payment_changes (currency, month, what, n, amount_minor) SELECT * FROM change
    )
    INSERT INTO payment_monthly AS t SELECT * FROM change ORDER BY 1, 2, 3
    ON CONFLICT (currency, month, what) DO UPDATE SET n = t.n + excluded.n, amount_minor = t.amount_minor + excluded.amount_minor$add$,
    changes);

-- The invoices among these payments that failed once, brought into line.
CREATE FUNCTION failed_payments_follow(payments text[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF cardinality(payments) > 0 THEN
        -- Rows are taken away first and written anew: the sums follow by the triggers below.
        DELETE FROM failed_payments f WHERE f.payment_key = ANY (payments)
            AND NOT EXISTS (SELECT FROM (SELECT * FROM failed_payments_now WHERE payment_key = ANY (payments) OFFSET 0) AS n
                            WHERE (n.payment_key, n.currency, n.month, n.amount_minor, n.recovered_minor)
                                  = (f.payment_key, f.currency, f.month, f.amount_minor, f.recovered_minor));
        INSERT INTO failed_payments SELECT n.* FROM failed_payments_now n WHERE n.payment_key = ANY (payments)
        ON CONFLICT (payment_key) DO NOTHING;
    END IF;
END $$;

CREATE FUNCTION payment_monthly_follow() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched   boolean;
    failed text[];
    said   text := 'currency, date_trunc(''month'', account_day(occurred_at))::date, kind || ''_'' || status, amount_minor';
BEGIN
    IF TG_OP = 'DELETE' THEN touched := EXISTS (SELECT FROM gone); ELSE touched := EXISTS (SELECT FROM come); END IF;
    IF touched AND totals_are_followed() THEN
        EXECUTE payment_monthly_add(CASE TG_OP
            WHEN 'INSERT' THEN format('SELECT 1, %s FROM come', said)
            WHEN 'DELETE' THEN format('SELECT -1, %s FROM gone', said)
            ELSE format('SELECT 1, %s FROM come UNION ALL SELECT -1, %s FROM gone', said, said) END);
        EXECUTE format('SELECT array_agg(DISTINCT d.payment_key) FROM (%s) AS d WHERE d.kind = ''payment'' AND
                            (d.status = ''failed'' OR EXISTS (SELECT FROM failed_payments f WHERE f.payment_key = d.payment_key))',
                       CASE TG_OP WHEN 'INSERT' THEN 'SELECT payment_key, kind, status FROM come'
                                  WHEN 'DELETE' THEN 'SELECT payment_key, kind, status FROM gone'
                                  ELSE 'SELECT payment_key, kind, status FROM come UNION ALL SELECT payment_key, kind, status FROM gone' END)
            INTO failed;
        PERFORM failed_payments_follow(failed);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER transactions_payments_come AFTER INSERT ON transactions REFERENCING NEW TABLE AS come
    FOR EACH STATEMENT EXECUTE FUNCTION payment_monthly_follow();
CREATE TRIGGER transactions_payments_change AFTER UPDATE ON transactions REFERENCING OLD TABLE AS gone NEW TABLE AS come
    FOR EACH STATEMENT EXECUTE FUNCTION payment_monthly_follow();
CREATE TRIGGER transactions_payments_go AFTER DELETE ON transactions REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION payment_monthly_follow();

CREATE FUNCTION failed_payments_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM rows) AND totals_are_followed() THEN
        EXECUTE payment_monthly_add(format(
            'SELECT %s, currency, month, ''invoice_failed'', amount_minor FROM rows
             UNION ALL SELECT %1$s, currency, month, ''invoice_recovered'', recovered_minor FROM rows WHERE recovered_minor > 0',
            CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END));
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER failed_payments_come AFTER INSERT ON failed_payments REFERENCING NEW TABLE AS rows
    FOR EACH STATEMENT EXECUTE FUNCTION failed_payments_added();
CREATE TRIGGER failed_payments_go AFTER DELETE ON failed_payments REFERENCING OLD TABLE AS rows
    FOR EACH STATEMENT EXECUTE FUNCTION failed_payments_added();

-- Whom each coach coaches now, and how many began to be coached on each day.
CREATE TABLE coach_portfolios (
    coach_id uuid   PRIMARY KEY,
    clients  bigint NOT NULL
);
CREATE TABLE coaching_daily (
    day   date   PRIMARY KEY,
    begun bigint NOT NULL
);
CREATE FUNCTION coach_portfolios_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF totals_are_followed() THEN
        INSERT INTO coach_portfolios AS t
        SELECT v.coach_id, sum(v.n) FROM (VALUES (OLD.coach_id, OLD.status, -1), (NEW.coach_id, NEW.status, 1)) AS v (coach_id, status, n)
        WHERE v.coach_id IS NOT NULL AND v.status <> 'ended' GROUP BY 1 HAVING sum(v.n) <> 0
        ON CONFLICT (coach_id) DO UPDATE SET clients = t.clients + excluded.clients;
        INSERT INTO coaching_daily AS t
        SELECT account_day(v.at), sum(v.n) FROM (VALUES (lower(OLD.during), -1), (lower(NEW.during), 1)) AS v (at, n)
        WHERE v.at IS NOT NULL GROUP BY 1 HAVING sum(v.n) <> 0
        ON CONFLICT (day) DO UPDATE SET begun = t.begun + excluded.begun;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER coaching_relationships_portfolios AFTER INSERT OR UPDATE OR DELETE ON coaching_relationships
    FOR EACH ROW EXECUTE FUNCTION coach_portfolios_follow();

-- Paying customers of each organisation and their MRR, by stream.
CREATE TABLE organization_totals (
    organization_id uuid   NOT NULL,
    currency        text   NOT NULL,
    stream          text   NOT NULL,
    customers       bigint NOT NULL,
    mrr_minor       bigint NOT NULL,
    PRIMARY KEY (organization_id, currency, stream)
) WITH (fillfactor = 60);
-- By statement and in one order: two who change customers at once take turns and never wait for each other in a circle.
CREATE FUNCTION organization_totals_follow() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    said text := 'organization_id, currency, stream, mrr_minor';
BEGIN
    IF totals_are_followed() THEN
        EXECUTE format($add$
            INSERT INTO organization_totals AS t
            SELECT d.organization_id, d.currency, d.stream, sum(d.sign), sum(d.sign * d.mrr_minor)
            FROM (%s) AS d (sign, organization_id, currency, stream, mrr_minor)
            WHERE d.organization_id IS NOT NULL AND d.mrr_minor > 0 AND d.currency IS NOT NULL AND d.stream IS NOT NULL
            GROUP BY 1, 2, 3 HAVING sum(d.sign) <> 0 OR sum(d.sign * d.mrr_minor) <> 0 ORDER BY 1, 2, 3
            ON CONFLICT (organization_id, currency, stream)
                DO UPDATE SET customers = t.customers + excluded.customers, mrr_minor = t.mrr_minor + excluded.mrr_minor$add$,
            CASE TG_OP WHEN 'INSERT' THEN format('SELECT 1, %s FROM come', said)
                       WHEN 'DELETE' THEN format('SELECT -1, %s FROM gone', said)
                       ELSE format('SELECT 1, %s FROM come UNION ALL SELECT -1, %s FROM gone', said, said) END);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER customers_organization_totals_come AFTER INSERT ON customers REFERENCING NEW TABLE AS come
    FOR EACH STATEMENT EXECUTE FUNCTION organization_totals_follow();
CREATE TRIGGER customers_organization_totals_change AFTER UPDATE ON customers REFERENCING OLD TABLE AS gone NEW TABLE AS come
    FOR EACH STATEMENT EXECUTE FUNCTION organization_totals_follow();
CREATE TRIGGER customers_organization_totals_go AFTER DELETE ON customers REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION organization_totals_follow();

-- All of these anew, from what they are sums of. Where a sum of trials or payments turns out otherwise, the difference is kept
-- as a change of now: what was shown before can still be shown.
CREATE FUNCTION totals_recount() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    CREATE TEMPORARY TABLE recounted_trials ON COMMIT DROP AS
    SELECT currency, account_day(trialed_from) AS started, coalesce(account_day(trialed_until), DATE '9999-12-31') AS ended,
           coalesce(stream, '') AS stream, coalesce(tier, '') AS tier, count(*) AS trials, count(*) FILTER (WHERE converted_from_trial) AS converted
    FROM subscriptions WHERE trialed_from IS NOT NULL GROUP BY 1, 2, 3, 4, 5;
    INSERT INTO trial_changes (currency, started, ended, stream, tier, trials, converted)
    SELECT currency, started, ended, stream, tier, sum(trials), sum(converted)
    FROM (SELECT * FROM recounted_trials UNION ALL SELECT currency, started, ended, stream, tier, -trials, -converted FROM trial_daily) AS d
    GROUP BY 1, 2, 3, 4, 5 HAVING sum(trials) <> 0 OR sum(converted) <> 0;
    DELETE FROM trial_daily;
    INSERT INTO trial_daily SELECT * FROM recounted_trials;
    DROP TABLE recounted_trials;

    CREATE TEMPORARY TABLE recounted_payments ON COMMIT DROP AS
    SELECT currency, date_trunc('month', account_day(occurred_at))::date AS month, kind || '_' || status AS what, count(*) AS n,
           sum(amount_minor)::bigint AS amount_minor
    FROM transactions GROUP BY 1, 2, 3;
    -- Not by their triggers: what they would add is counted here.
    PERFORM set_config('crm.loading', 'on', true);
    DELETE FROM failed_payments;
    INSERT INTO failed_payments SELECT * FROM failed_payments_now;
    PERFORM set_config('crm.loading', '', true);
    INSERT INTO recounted_payments
    SELECT currency, month, 'invoice_failed', count(*), sum(amount_minor) FROM failed_payments GROUP BY 1, 2
    UNION ALL
    SELECT currency, month, 'invoice_recovered', count(*), sum(recovered_minor) FROM failed_payments WHERE recovered_minor > 0 GROUP BY 1, 2;
    INSERT INTO payment_changes (currency, month, what, n, amount_minor)
    SELECT currency, month, what, sum(n), sum(amount_minor)
    FROM (SELECT * FROM recounted_payments UNION ALL SELECT currency, month, what, -n, -amount_minor FROM payment_monthly) AS d
    GROUP BY 1, 2, 3 HAVING sum(n) <> 0 OR sum(amount_minor) <> 0;
    DELETE FROM payment_monthly;
    INSERT INTO payment_monthly SELECT * FROM recounted_payments;
    DROP TABLE recounted_payments;

    DELETE FROM coach_portfolios;
    INSERT INTO coach_portfolios SELECT coach_id, count(*) FROM coaching_relationships WHERE status <> 'ended' GROUP BY 1;
    DELETE FROM coaching_daily;
    INSERT INTO coaching_daily SELECT account_day(lower(during)), count(*) FROM coaching_relationships GROUP BY 1;
    DELETE FROM organization_totals;
    INSERT INTO organization_totals
    SELECT organization_id, currency, stream, count(*), sum(mrr_minor) FROM customers
    WHERE organization_id IS NOT NULL AND mrr_minor > 0 AND currency IS NOT NULL AND stream IS NOT NULL GROUP BY 1, 2, 3;
END $$;
SELECT totals_recount();
