-- What people are found by, in a row of its own: a payment, which changes a customer's row, does not write their words into the
-- trigram index again, and a search reads rows of a hundred bytes.
CREATE TABLE customer_search (
    id          uuid        PRIMARY KEY,
    created_at  timestamptz NOT NULL,
    archived_at timestamptz,
    -- Begins with a space, so that every word follows one.
    text        text        NOT NULL
);

CREATE FUNCTION customer_search_text(name text, email citext, billing_email citext, phone text, stripe_customer_id text,
                                     organization_name text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    RETURN ' ' || lower(concat_ws(' ', name, email, nullif(billing_email, email), phone, stripe_customer_id, organization_name));

DROP TRIGGER customers_words_added ON customers;
DROP TRIGGER customers_words_changed ON customers;
DROP FUNCTION customer_words_added(), customer_words_changed();
ALTER TABLE customers DROP COLUMN search_text;

INSERT INTO customer_search (id, created_at, archived_at, text)
SELECT c.id, c.created_at, c.archived_at,
       customer_search_text(c.name, c.email, c.billing_email, c.phone, c.stripe_customer_id, c.organization_name)
FROM customers c ORDER BY c.created_at;

CREATE INDEX customer_search_text ON customer_search USING gin (text gin_trgm_ops);
CREATE INDEX customer_search_created ON customer_search (created_at, id);

-- Words in one order, so that two who add the same ones wait for each other and never both ways.
CREATE FUNCTION customer_added_to_search() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO customer_search (id, created_at, archived_at, text)
    SELECT a.id, a.created_at, a.archived_at,
           customer_search_text(a.name, a.email, a.billing_email, a.phone, a.stripe_customer_id, a.organization_name)
    FROM added a;
    INSERT INTO customer_words (word)
    SELECT DISTINCT w.word
    FROM added a, customer_words_of(concat_ws(' ', a.name, a.organization_name),
                                    concat_ws(' ', a.email::text, a.billing_email::text)) AS w (word)
    WHERE NOT EXISTS (SELECT FROM customer_words k WHERE k.word = w.word) ORDER BY 1
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER customers_added_to_search AFTER INSERT ON customers
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION customer_added_to_search();

CREATE FUNCTION customer_search_followed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE customer_search SET created_at = NEW.created_at, archived_at = NEW.archived_at,
        text = customer_search_text(NEW.name, NEW.email, NEW.billing_email, NEW.phone, NEW.stripe_customer_id, NEW.organization_name)
    WHERE id = NEW.id;
    INSERT INTO customer_words (word)
    SELECT w.word
    FROM customer_words_of(concat_ws(' ', NEW.name, NEW.organization_name),
                           concat_ws(' ', NEW.email::text, NEW.billing_email::text)) AS w (word)
    WHERE NOT EXISTS (SELECT FROM customer_words k WHERE k.word = w.word) ORDER BY 1
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
-- The organisation's name is set by a trigger, whose columns do not count for `UPDATE OF`: hence its id as well.
CREATE TRIGGER customers_search_followed
    AFTER UPDATE OF name, email, billing_email, phone, stripe_customer_id, organization_id, organization_name, created_at, archived_at
    ON customers FOR EACH ROW
    WHEN ((NEW.name, NEW.email, NEW.billing_email, NEW.phone, NEW.stripe_customer_id, NEW.organization_name, NEW.created_at, NEW.archived_at)
          IS DISTINCT FROM
          (OLD.name, OLD.email, OLD.billing_email, OLD.phone, OLD.stripe_customer_id, OLD.organization_name, OLD.created_at, OLD.archived_at))
    EXECUTE FUNCTION customer_search_followed();

CREATE FUNCTION customer_left_search() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM customer_search s USING gone g WHERE s.id = g.id;
    RETURN NULL;
END $$;
CREATE TRIGGER customers_left_search AFTER DELETE ON customers
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION customer_left_search();
