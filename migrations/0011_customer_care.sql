-- What staff say of a customer, beside what Stripe says.
ALTER TABLE customers
    ADD COLUMN locale    text CONSTRAINT customers_locale CHECK (length(locale) BETWEEN 2 AND 35),
    ADD COLUMN time_zone text CONSTRAINT customers_time_zone CHECK (length(time_zone) BETWEEN 1 AND 64),
    ADD COLUMN priority  text NOT NULL DEFAULT 'medium'
        CONSTRAINT customers_priority CHECK (priority IN ('low', 'medium', 'high', 'vip')),
    ADD COLUMN tags      text[] NOT NULL DEFAULT '{}' CONSTRAINT customers_tags CHECK (cardinality(tags) <= 50),
    ADD COLUMN owner_id  uuid REFERENCES users ON DELETE SET NULL,
    -- Fields that staff typed in: a snapshot of Stripe's leaves them as they are.
    ADD COLUMN kept      text[] NOT NULL DEFAULT '{}'
        CONSTRAINT customers_kept CHECK (kept <@ ARRAY['email', 'name', 'phone']);
CREATE INDEX customers_tags ON customers USING gin (tags) WHERE tags <> '{}';
CREATE INDEX customers_owner ON customers (owner_id, id) WHERE owner_id IS NOT NULL;
CREATE INDEX customers_priority ON customers (priority, id) WHERE priority <> 'medium';
CREATE INDEX customers_archived ON customers (archived_at, id) WHERE archived_at IS NOT NULL;

-- Names of tags that were ever given, for suggestions: distinct values of an array cannot be listed from an index.
CREATE TABLE customer_tags (
    name       text        PRIMARY KEY CONSTRAINT customer_tags_name CHECK (length(name) BETWEEN 1 AND 50),
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE customer_notes (
    id          uuid PRIMARY KEY,
    customer_id uuid        NOT NULL REFERENCES customers ON DELETE CASCADE,
    author_id   uuid        REFERENCES users ON DELETE SET NULL,
    -- As it was then.
    author_name text        NOT NULL,
    body        text        NOT NULL CONSTRAINT customer_notes_body CHECK (length(body) BETWEEN 1 AND 10000),
    version     bigint      NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now(),
    -- Kept, so that a deletion can be undone.
    deleted_at  timestamptz
);
CREATE INDEX customer_notes_order ON customer_notes (customer_id, created_at DESC, id DESC) WHERE deleted_at IS NULL;

-- Found also by the e-mail that staff typed in, which Stripe need not know.
ALTER TABLE customers DROP COLUMN search_text;
ALTER TABLE customers ADD COLUMN search_text text GENERATED ALWAYS AS (
    lower(coalesce(name, '') || ' ' || coalesce(email::text, '') || ' '
          || CASE WHEN billing_email IS DISTINCT FROM email THEN coalesce(billing_email::text, '') || ' ' ELSE '' END
          || coalesce(phone, '') || ' ' || coalesce(stripe_customer_id, ''))) STORED;
CREATE INDEX customers_search ON customers USING gin (search_text gin_trgm_ops);
