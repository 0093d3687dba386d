-- What a report needs of the days before its own is one sum by part, not three years of days: the ledger by day, by month as well.
-- See docs/adr/0022-ledger-by-month.md.
CREATE TABLE mrr_monthly (
    currency     text   NOT NULL,
    -- Its first day.
    month        date   NOT NULL,
    movement     text   NOT NULL,
    stream       text   NOT NULL,
    tier         text   NOT NULL,
    amount_minor bigint NOT NULL,
    movements    bigint NOT NULL,
    PRIMARY KEY (currency, month, movement, stream, tier)
) WITH (fillfactor = 60);

-- Whoever writes the days writes the months.
CREATE FUNCTION mrr_monthly_add(changes text) RETURNS text LANGUAGE sql IMMUTABLE RETURN format($add$
    INSERT INTO mrr_monthly AS t
    SELECT d.currency, date_trunc('month', d.day)::date, d.movement, d.stream, d.tier, sum(d.sign * d.amount_minor), sum(d.sign * d.movements)
    FROM (%s) AS d (sign, currency, day, movement, stream, tier, amount_minor, movements)
    GROUP BY 1, 2, 3, 4, 5 HAVING sum(d.sign * d.amount_minor) <> 0 OR sum(d.sign * d.movements) <> 0 ORDER BY 1, 2, 3, 4, 5
    ON CONFLICT (currency, month, movement, stream, tier)
        DO UPDATE SET amount_minor = t.amount_minor + excluded.amount_minor, movements = t.movements + excluded.movements$add$, changes);

CREATE FUNCTION mrr_monthly_follow() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    come text := 'SELECT 1, currency, day, movement, stream, tier, amount_minor, movements FROM come';
    gone text := 'SELECT -1, currency, day, movement, stream, tier, amount_minor, movements FROM gone';
    touched boolean;
BEGIN
    -- An upsert fires for what it inserts and for what it updates, also where that is nothing.
    IF TG_OP = 'DELETE' THEN touched := EXISTS (SELECT FROM gone); ELSE touched := EXISTS (SELECT FROM come); END IF;
    IF touched THEN
        EXECUTE mrr_monthly_add(CASE TG_OP WHEN 'INSERT' THEN come WHEN 'DELETE' THEN gone ELSE gone || ' UNION ALL ' || come END);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER mrr_daily_come AFTER INSERT ON mrr_daily REFERENCING NEW TABLE AS come
    FOR EACH STATEMENT EXECUTE FUNCTION mrr_monthly_follow();
CREATE TRIGGER mrr_daily_change AFTER UPDATE ON mrr_daily REFERENCING OLD TABLE AS gone NEW TABLE AS come
    FOR EACH STATEMENT EXECUTE FUNCTION mrr_monthly_follow();
CREATE TRIGGER mrr_daily_go AFTER DELETE ON mrr_daily REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION mrr_monthly_follow();

INSERT INTO mrr_monthly
SELECT currency, date_trunc('month', day)::date, movement, stream, tier, sum(amount_minor), sum(movements)
FROM mrr_daily GROUP BY 1, 2, 3, 4, 5;

-- The ledger by day from a day on, as of an instant where one is given. What was before stands on the day before.
CREATE FUNCTION mrr_daily_since(of_currency text, since date, known timestamptz)
    RETURNS TABLE (day date, movement text, stream text, tier text, amount_minor bigint, movements bigint)
    LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT d.day, d.movement, d.stream, d.tier, d.amount_minor, d.movements FROM mrr_daily d
    WHERE d.currency = of_currency AND d.day >= since
    UNION ALL
    SELECT since - 1, d.movement, d.stream, d.tier, d.amount_minor, d.movements FROM mrr_daily d
    WHERE d.currency = of_currency AND d.day >= date_trunc('month', since)::date AND d.day < since
    UNION ALL
    SELECT since - 1, d.movement, d.stream, d.tier, d.amount_minor, d.movements FROM mrr_monthly d
    WHERE d.currency = of_currency AND d.month < date_trunc('month', since)::date
    UNION ALL
    SELECT greatest(account_day(m.occurred_at), since - 1), m.movement, l.stream, l.tier, -l.amount_minor, 0::bigint
    FROM mrr_movements m JOIN mrr_movement_lines l ON l.movement_id = m.id WHERE m.recorded_at > known AND m.currency = of_currency
    UNION ALL
    SELECT greatest(account_day(m.occurred_at), since - 1), m.movement, m.stream, coalesce(m.tier, ''), 0::bigint,
           CASE WHEN m.reverses IS NULL THEN -1 ELSE 1 END::bigint
    FROM mrr_movements m WHERE m.recorded_at > known AND m.currency = of_currency
$$;
DROP FUNCTION mrr_daily_as_of(text, timestamptz);

-- Who left without having paid since before a period: the few that are taken off all who left in it.
CREATE INDEX mrr_movements_brief ON mrr_movements (currency, paying_since, occurred_at) WHERE movement = 'churn';

-- The largest of a cell are chosen by the index alone.
DROP INDEX mrr_movements_cell;
CREATE INDEX mrr_movements_cell ON mrr_movements (currency, movement, stream, (coalesce(tier, '')), occurred_at)
    INCLUDE (tier, amount_minor, id, reverses, recorded_at);

-- Those who begin with it, most by far, are no steps up.
DROP INDEX lifecycle_transitions_steps_up;
CREATE INDEX lifecycle_transitions_steps_up ON lifecycle_transitions (to_state, at) INCLUDE (customer_id)
    WHERE from_state IN ('rev1_user', 'rev1_coached', 'rev2_coach', 'rev3_org', 'reactivated') AND to_state IN ('rev2_coach', 'rev3_org');
