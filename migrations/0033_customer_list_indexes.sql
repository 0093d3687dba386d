-- A page of the customer list, and the count above it, are answered by one index: each holds whatever a filter may ask for, so
-- that counting ten thousand customers visits none of their rows, and a page visits its fifty.

-- Streams and tiers in the order of what they are worth; 0 for those without a plan.
CREATE FUNCTION plan_rank(stream text, tier text) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE stream WHEN 'rev1_individual' THEN 1 + coalesce(array_position(ARRAY['tier1', 'tier2', 'tier3'], tier), 0)
                       WHEN 'rev2_coaching' THEN 5 WHEN 'rev3_b2b' THEN 6 ELSE 0 END;
CREATE FUNCTION type_rank(customer_type text) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN array_position(ARRAY['lead', 'prospect', 'free_trial', 'rev1_user', 'rev2_coach', 'rev3_org'], customer_type);

-- An index that holds an expression does not answer for it without visiting the row; one that holds a column does.
ALTER TABLE customers
    ADD COLUMN lifecycle_rank smallint NOT NULL GENERATED ALWAYS AS (lifecycle_rank(lifecycle_state)::smallint) STORED,
    ADD COLUMN type_rank      smallint NOT NULL GENERATED ALWAYS AS (type_rank(customer_type)::smallint) STORED,
    ADD COLUMN plan_rank      smallint NOT NULL GENERATED ALWAYS AS (plan_rank(stream, tier)::smallint) STORED,
    ADD COLUMN priority_rank  smallint NOT NULL GENERATED ALWAYS AS (priority_rank(priority)::smallint) STORED,
    ADD COLUMN name_key       text     NOT NULL GENERATED ALWAYS AS (lower(coalesce(name, ''))) STORED,
    ADD COLUMN source_key     text     NOT NULL GENERATED ALWAYS AS (coalesce(acquisition_source, '')) STORED;

DROP INDEX customers_created, customers_mrr_order, customers_name, customers_lifecycle_order, customers_lifecycle_mrr, customers_plan_order,
    customers_plan_mrr, customers_source_order, customers_lifetime_order, customers_type_order, customers_priority_order,
    customers_currency, customers_owner, customers_archived;

CREATE INDEX customers_created ON customers (created_at, id)
    INCLUDE (lifecycle_rank, type_rank, plan_rank, priority_rank, archived_at, mrr_minor, lifetime_minor, currency, source_key);
CREATE INDEX customers_name ON customers (name_key, id)
    INCLUDE (lifecycle_rank, type_rank, plan_rank, priority_rank, archived_at, created_at, mrr_minor, lifetime_minor, currency, source_key);
CREATE INDEX customers_mrr ON customers (mrr_minor, id)
    INCLUDE (lifecycle_rank, type_rank, plan_rank, priority_rank, archived_at, created_at, lifetime_minor, currency, source_key);
CREATE INDEX customers_lifetime ON customers (lifetime_minor, id)
    INCLUDE (lifecycle_rank, type_rank, plan_rank, priority_rank, archived_at, created_at, mrr_minor, currency, lifetime_currency,
             source_key);
CREATE INDEX customers_lifecycle ON customers (lifecycle_rank, created_at, id)
    INCLUDE (type_rank, plan_rank, priority_rank, archived_at, mrr_minor, lifetime_minor, currency, source_key);
CREATE INDEX customers_type ON customers (type_rank, created_at, id)
    INCLUDE (lifecycle_rank, plan_rank, priority_rank, archived_at, mrr_minor, lifetime_minor, currency, source_key);
CREATE INDEX customers_plan ON customers (plan_rank, created_at, id)
    INCLUDE (lifecycle_rank, type_rank, priority_rank, archived_at, mrr_minor, lifetime_minor, currency, source_key);
CREATE INDEX customers_priority ON customers (priority_rank, created_at, id)
    INCLUDE (lifecycle_rank, type_rank, plan_rank, archived_at, mrr_minor, lifetime_minor, currency, source_key);
CREATE INDEX customers_source ON customers (source_key, created_at, id)
    INCLUDE (lifecycle_rank, type_rank, plan_rank, priority_rank, archived_at, mrr_minor, lifetime_minor, currency);
CREATE INDEX customers_currency ON customers (currency, created_at, id)
    INCLUDE (lifecycle_rank, type_rank, plan_rank, priority_rank, archived_at, mrr_minor, lifetime_minor, source_key);
-- Few have an owner, few are archived: the rest is looked up in their rows.
CREATE INDEX customers_owner ON customers (owner_id, created_at, id) WHERE owner_id IS NOT NULL;
CREATE INDEX customers_archived ON customers (created_at, id) WHERE archived_at IS NOT NULL;
