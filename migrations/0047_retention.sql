-- Who pays, who stays and who left, added up as the ledger is written: no report scans history.
-- See docs/adr/0017-counts-of-customers.md.

-- Paying customers and their MRR: what each day changed. A customer stands where most of what they pay for is: the highest
-- stream, then the largest part. `coached` is only ever true for individuals.
CREATE TABLE paying_daily (
    currency  text    NOT NULL,
    day       date    NOT NULL,
    stream    text    NOT NULL,
    tier      text    NOT NULL,
    coached   boolean NOT NULL,
    customers bigint  NOT NULL,
    mrr_minor bigint  NOT NULL,
    PRIMARY KEY (currency, day, stream, tier, coached)
) WITH (fillfactor = 60);

-- Of those who paid when the month `since` began, by where they stood then: what `month` did to them. Summed up over the months
-- of a period that begins with `since`, it is what became of them in it.
CREATE TABLE retention_monthly (
    currency       text    NOT NULL,
    since          date    NOT NULL CONSTRAINT retention_monthly_since CHECK (extract(day FROM since) = 1),
    month          date    NOT NULL CONSTRAINT retention_monthly_month CHECK (extract(day FROM month) = 1),
    stream         text    NOT NULL,
    tier           text    NOT NULL,
    coached        boolean NOT NULL,
    -- Change of their MRR; of each at most what they paid at first; and who reached 0 for the first time.
    retained_minor bigint  NOT NULL,
    kept_minor     bigint  NOT NULL,
    churned        bigint  NOT NULL,
    PRIMARY KEY (currency, since, month, stream, tier, coached),
    CONSTRAINT retention_monthly_order CHECK (since <= month)
) WITH (fillfactor = 60);

-- Customers by the month of their first MRR, by what that was for and where they came from: what `month` did to them.
CREATE TABLE cohort_monthly (
    currency  text   NOT NULL,
    cohort    date   NOT NULL CONSTRAINT cohort_monthly_cohort CHECK (extract(day FROM cohort) = 1),
    month     date   NOT NULL CONSTRAINT cohort_monthly_month CHECK (extract(day FROM month) = 1),
    stream    text   NOT NULL,
    tier      text   NOT NULL,
    source    text   NOT NULL,
    started   bigint NOT NULL,
    customers bigint NOT NULL,
    mrr_minor bigint NOT NULL,
    PRIMARY KEY (currency, cohort, month, stream, tier, source),
    CONSTRAINT cohort_monthly_order CHECK (cohort <= month)
) WITH (fillfactor = 60);

-- What of a customer was counted there besides the ledger: where they came from, and from which day to which they had a coach,
-- in turn. Only those of whom either is known. It is what must be taken off when they change.
CREATE TABLE counted_customers (
    customer_id uuid    PRIMARY KEY REFERENCES customers ON DELETE CASCADE,
    source      text    NOT NULL,
    coached     date[]  NOT NULL,
    -- Whether their ledger was counted: that of before there were counts is, when the worker comes to it.
    ledger      boolean NOT NULL DEFAULT true
);

-- Where somebody comes from is changed by staff, too: then they are counted anew. (A coach who is assigned queues the client
-- already.)
CREATE FUNCTION customer_source_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce((SELECT source FROM counted_customers WHERE customer_id = NEW.id), '') <> coalesce(NEW.acquisition_source, '')
       AND EXISTS (SELECT FROM mrr_movements WHERE customer_id = NEW.id) THEN
        INSERT INTO recompute_queue (customer_id, reason) VALUES (NEW.id, 'source') ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER customers_source_counted AFTER UPDATE OF acquisition_source ON customers FOR EACH ROW
    WHEN (NEW.acquisition_source IS DISTINCT FROM OLD.acquisition_source) EXECUTE FUNCTION customer_source_counted();

-- The ledger by day as it stood at an instant; null: now. What was written since is taken off again: it costs what was written since.
CREATE FUNCTION mrr_daily_as_of(of_currency text, known timestamptz)
    RETURNS TABLE (day date, movement text, stream text, tier text, amount_minor bigint, movements bigint)
    LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT d.day, d.movement, d.stream, d.tier, d.amount_minor, d.movements FROM mrr_daily d WHERE d.currency = of_currency
    UNION ALL
    SELECT account_day(m.occurred_at), m.movement, l.stream, l.tier, -l.amount_minor, 0::bigint
    FROM mrr_movements m JOIN mrr_movement_lines l ON l.movement_id = m.id WHERE m.recorded_at > known AND m.currency = of_currency
    UNION ALL
    SELECT account_day(m.occurred_at), m.movement, m.stream, coalesce(m.tier, ''), 0::bigint,
           CASE WHEN m.reverses IS NULL THEN -1 ELSE 1 END::bigint
    FROM mrr_movements m WHERE m.recorded_at > known AND m.currency = of_currency
$$;

-- The largest movements of a cell of the bridge are found within its own days.
CREATE INDEX mrr_movements_cell ON mrr_movements (currency, movement, stream, (coalesce(tier, '')), occurred_at) INCLUDE (amount_minor);
-- Who moved between streams.
CREATE INDEX lifecycle_transitions_steps_up ON lifecycle_transitions (to_state, at) INCLUDE (customer_id)
    WHERE from_state IS NOT NULL AND to_state IN ('rev2_coach', 'rev3_org');

-- Everybody who has a ledger already is counted by the worker.
INSERT INTO counted_customers (customer_id, source, coached, ledger) SELECT DISTINCT customer_id, '', '{}'::date[], false FROM mrr_movements;
INSERT INTO recompute_queue (customer_id, reason) SELECT DISTINCT customer_id, 'retention' FROM mrr_movements
ON CONFLICT (customer_id) DO NOTHING;
