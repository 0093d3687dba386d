-- What another filter asks for is decided inside the index, for less than half of what it costs above it, when its column is a part
-- of the key: after the id, which is unique, it changes nothing in the order. Columns of fixed size first: they are reached at once.
DROP INDEX customers_created, customers_name, customers_mrr, customers_lifetime, customers_lifecycle, customers_type, customers_plan,
    customers_priority, customers_source, customers_currency;

CREATE INDEX customers_created ON customers (created_at, id, lifecycle_rank, type_rank, plan_rank, priority_rank,
    mrr_minor, lifetime_minor, archived_at, source_key, currency, lifetime_currency);
CREATE INDEX customers_name ON customers (name_key, id, lifecycle_rank, type_rank, plan_rank, priority_rank,
    mrr_minor, lifetime_minor, created_at, archived_at, source_key, currency);
CREATE INDEX customers_mrr ON customers (mrr_minor, id, lifecycle_rank, type_rank, plan_rank, priority_rank,
    lifetime_minor, created_at, archived_at, source_key, currency);
CREATE INDEX customers_lifetime ON customers (lifetime_minor, id, lifecycle_rank, type_rank, plan_rank, priority_rank,
    mrr_minor, created_at, archived_at, source_key, currency, lifetime_currency);
CREATE INDEX customers_lifecycle ON customers (lifecycle_rank, created_at, id, type_rank, plan_rank, priority_rank,
    mrr_minor, lifetime_minor, archived_at, source_key, currency);
CREATE INDEX customers_type ON customers (type_rank, created_at, id, lifecycle_rank, plan_rank, priority_rank,
    mrr_minor, lifetime_minor, archived_at, source_key, currency);
CREATE INDEX customers_plan ON customers (plan_rank, created_at, id, lifecycle_rank, type_rank, priority_rank,
    mrr_minor, lifetime_minor, archived_at, source_key, currency);
CREATE INDEX customers_priority ON customers (priority_rank, created_at, id, lifecycle_rank, type_rank, plan_rank,
    mrr_minor, lifetime_minor, archived_at, source_key, currency);
CREATE INDEX customers_source ON customers (source_key, created_at, id, lifecycle_rank, type_rank, plan_rank,
    priority_rank, mrr_minor, lifetime_minor, archived_at, currency);
CREATE INDEX customers_currency ON customers (currency, created_at, id, lifecycle_rank, type_rank, plan_rank,
    priority_rank, mrr_minor, lifetime_minor, archived_at, source_key);
