-- Every column of the customer list can be sorted and narrowed by, and a name is found though it was misspelt.

-- What somebody paid so far, less what went back: in the currency of their MRR, else of their newest payment. Derived.
ALTER TABLE customers
    ADD COLUMN lifetime_minor    bigint NOT NULL DEFAULT 0,
    ADD COLUMN lifetime_currency text;
UPDATE customers c SET lifetime_minor = v.paid, lifetime_currency = v.currency
FROM (SELECT t.customer_id, k.currency, sum(t.amount_minor) AS paid
      FROM transactions t
      JOIN (SELECT c.id, coalesce(c.currency, (SELECT n.currency FROM transactions n WHERE n.customer_id = c.id
                                               ORDER BY n.occurred_at DESC, n.id DESC LIMIT 1)) AS currency
            FROM customers c) k ON k.id = t.customer_id AND k.currency = t.currency
      WHERE t.status IN ('succeeded', 'refunded') GROUP BY 1, 2) v
WHERE v.customer_id = c.id;

-- Sorted as people think of them, not by the alphabet.
CREATE FUNCTION lifecycle_rank(state text) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN array_position(ARRAY['lead', 'prospect', 'free_trial', 'rev1_user', 'rev1_coached', 'rev2_coach', 'rev3_org', 'reactivated',
                                'churned'], state);
CREATE FUNCTION priority_rank(priority text) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN array_position(ARRAY['low', 'medium', 'high', 'vip'], priority);

-- Each filter's rows in the list's usual order, newest first: those who churned are rare among the newest, and are not looked
-- for behind them. Lifecycle and plan by MRR as well, which hangs together with both.
CREATE INDEX customers_lifecycle_order ON customers (lifecycle_rank(lifecycle_state), created_at, id);
CREATE INDEX customers_lifecycle_mrr ON customers (lifecycle_rank(lifecycle_state), mrr_minor, id);
CREATE INDEX customers_plan_order ON customers (coalesce(stream, ''), coalesce(tier, ''), created_at, id);
CREATE INDEX customers_plan_mrr ON customers (coalesce(stream, ''), coalesce(tier, ''), mrr_minor, id);
CREATE INDEX customers_source_order ON customers (coalesce(acquisition_source, ''), created_at, id);
CREATE INDEX customers_lifetime_order ON customers (lifetime_minor, id);
CREATE INDEX customers_type_order ON customers (customer_type, created_at, id);
DROP INDEX customers_priority;
CREATE INDEX customers_priority_order ON customers (priority_rank(priority), created_at, id);
CREATE INDEX customers_currency ON customers (currency, created_at, id);

-- Words that customers are called by: a misspelt one is looked up among them, which are few, and not among the customers.
CREATE TABLE customer_words (
    word text PRIMARY KEY CONSTRAINT customer_words_length CHECK (length(word) BETWEEN 3 AND 40)
);
CREATE INDEX customer_words_similar ON customer_words USING gin (word gin_trgm_ops);
CREATE INDEX customer_words_initial ON customer_words (left(word, 1), length(word));

CREATE FUNCTION customer_words_of(name text, email text) RETURNS SETOF text LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT DISTINCT word
    FROM regexp_split_to_table(lower(concat_ws(' ', name, email)), '[[:space:][:punct:][:digit:]]+') AS word
    WHERE length(word) BETWEEN 3 AND 40;
END;

-- In one order, so that two who add the same words wait for each other and never both ways.
CREATE FUNCTION customer_words_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO customer_words (word)
    SELECT DISTINCT w.word FROM added a, customer_words_of(a.name, concat_ws(' ', a.email::text, a.billing_email::text)) AS w (word)
    WHERE NOT EXISTS (SELECT FROM customer_words k WHERE k.word = w.word) ORDER BY 1
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER customers_words_added AFTER INSERT ON customers
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION customer_words_added();

CREATE FUNCTION customer_words_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO customer_words (word)
    SELECT w.word FROM customer_words_of(NEW.name, concat_ws(' ', NEW.email::text, NEW.billing_email::text)) AS w (word)
    WHERE NOT EXISTS (SELECT FROM customer_words k WHERE k.word = w.word) ORDER BY 1
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER customers_words_changed AFTER UPDATE OF name, email, billing_email ON customers FOR EACH ROW
    WHEN (NEW.name IS DISTINCT FROM OLD.name OR NEW.email IS DISTINCT FROM OLD.email OR NEW.billing_email IS DISTINCT FROM OLD.billing_email)
    EXECUTE FUNCTION customer_words_changed();

INSERT INTO customer_words (word)
SELECT DISTINCT w.word FROM customers c, customer_words_of(c.name, concat_ws(' ', c.email::text, c.billing_email::text)) AS w (word);
