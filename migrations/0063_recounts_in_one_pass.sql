-- The sums of millions of payments anew: the account's time zone is looked up once and not for each of them, and only payments of
-- which an attempt failed are gone through attempt by attempt.

-- A history that is loaded as a whole was known as it happened; counting it is no change of now.
CREATE FUNCTION is_history() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
    RETURN coalesce(current_setting('crm.history', true), '') = 'on';

-- When something of the ledger is written down.
CREATE FUNCTION recorded_at(occurred_at timestamptz) RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE WHEN is_history() THEN occurred_at ELSE now() END;

CREATE OR REPLACE FUNCTION totals_recount() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    CREATE TEMPORARY TABLE recounted_trials ON COMMIT DROP AS
    SELECT currency, account_day(trialed_from) AS started, coalesce(account_day(trialed_until), DATE '9999-12-31') AS ended,
           coalesce(stream, '') AS stream, coalesce(tier, '') AS tier, count(*) AS trials, count(*) FILTER (WHERE converted_from_trial) AS converted
    FROM subscriptions WHERE trialed_from IS NOT NULL GROUP BY 1, 2, 3, 4, 5;
    INSERT INTO trial_changes (currency, started, ended, stream, tier, trials, converted)
    SELECT currency, started, ended, stream, tier, sum(trials), sum(converted)
    FROM (SELECT * FROM recounted_trials UNION ALL SELECT currency, started, ended, stream, tier, -trials, -converted FROM trial_daily) AS d
    GROUP BY 1, 2, 3, 4, 5 HAVING (sum(trials) <> 0 OR sum(converted) <> 0) AND NOT is_history();
    DELETE FROM trial_daily;
    INSERT INTO trial_daily SELECT * FROM recounted_trials;
    DROP TABLE recounted_trials;

    CREATE TEMPORARY TABLE recounted_payments ON COMMIT DROP AS
    SELECT currency, month, kind || '_' || status AS what, n, amount_minor
    FROM (SELECT currency, date_trunc('month', occurred_at AT TIME ZONE (SELECT time_zone FROM account_settings))::date AS month, kind,
                 status, count(*) AS n, sum(amount_minor)::bigint AS amount_minor
          FROM transactions GROUP BY 1, 2, 3, 4) AS by_state;
    -- Not by their triggers: what they would add is counted here.
    PERFORM set_config('crm.loading', 'on', true);
    DELETE FROM failed_payments;
    INSERT INTO failed_payments
    SELECT t.payment_key, min(t.currency), date_trunc('month', account_day(min(t.occurred_at) FILTER (WHERE t.status = 'failed')))::date,
           max(t.amount_minor) FILTER (WHERE t.status = 'failed'),
           coalesce(sum(t.amount_minor) FILTER (WHERE t.status = 'succeeded'), 0)::bigint
    FROM transactions t
    WHERE t.kind = 'payment' AND t.payment_key IN (SELECT f.payment_key FROM transactions f WHERE f.kind = 'payment' AND f.status = 'failed')
    GROUP BY t.payment_key;
    PERFORM set_config('crm.loading', '', true);
    INSERT INTO recounted_payments
    SELECT currency, month, 'invoice_failed', count(*), sum(amount_minor) FROM failed_payments GROUP BY 1, 2
    UNION ALL
    SELECT currency, month, 'invoice_recovered', count(*), sum(recovered_minor) FROM failed_payments WHERE recovered_minor > 0 GROUP BY 1, 2;
    INSERT INTO payment_changes (currency, month, what, n, amount_minor)
    SELECT currency, month, what, sum(n), sum(amount_minor)
    FROM (SELECT * FROM recounted_payments UNION ALL SELECT currency, month, what, -n, -amount_minor FROM payment_monthly) AS d
    GROUP BY 1, 2, 3 HAVING (sum(n) <> 0 OR sum(amount_minor) <> 0) AND NOT is_history();
    DELETE FROM payment_monthly;
    INSERT INTO payment_monthly SELECT * FROM recounted_payments;
    DROP TABLE recounted_payments;

    DELETE FROM coaching_daily;
    INSERT INTO coaching_daily SELECT account_day(lower(during)), count(*) FROM coaching_relationships GROUP BY 1;
END $$;

-- By currency, price and months, what payments that a query of (sign, currency, lines, amount, refunded, tax, at) says come to.
CREATE OR REPLACE FUNCTION recognised_of(payments text) RETURNS text LANGUAGE sql IMMUTABLE RETURN format($of$
    SELECT part.currency, part.price_id, part.begun, part.month, sum(part.amount_minor)::bigint AS amount_minor
    FROM (
        SELECT g.currency, g.price_id, date_trunc('month', g.first)::date AS begun, s.month, g.n * s.amount_minor AS amount_minor
        FROM (
            SELECT d.currency, coalesce(d.lines -> 0 ->> 'price', '') AS price_id,
                   (coalesce((d.lines -> 0 ->> 'from')::timestamptz, d.at) AT TIME ZONE (SELECT time_zone FROM account_settings))::date AS first,
                   (coalesce((d.lines -> 0 ->> 'to')::timestamptz, d.at) AT TIME ZONE (SELECT time_zone FROM account_settings))::date AS until,
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

CREATE OR REPLACE FUNCTION recognised_recount() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE 'CREATE TEMPORARY TABLE recounted_revenue ON COMMIT DROP AS ' || recognised_of(
        'SELECT 1, currency, lines, amount_minor, refunded_minor, tax_minor, occurred_at FROM transactions
         WHERE kind = ''payment'' AND status = ''succeeded''');
    INSERT INTO recognised_changes (currency, price_id, begun, month, amount_minor)
    SELECT currency, price_id, begun, month, sum(amount_minor)
    FROM (SELECT * FROM recounted_revenue UNION ALL SELECT currency, price_id, begun, month, -amount_minor FROM recognised_monthly) AS d
    GROUP BY 1, 2, 3, 4 HAVING sum(amount_minor) <> 0 AND NOT is_history();
    DELETE FROM recognised_monthly;
    INSERT INTO recognised_monthly SELECT * FROM recounted_revenue;
    DROP TABLE recounted_revenue;
END $$;
