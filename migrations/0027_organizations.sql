-- Businesses that customers belong to, and who coaches whom.
CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE TABLE organizations (
    id          uuid PRIMARY KEY,
    name        text        NOT NULL CONSTRAINT organizations_name_length CHECK (length(name) BETWEEN 1 AND 200),
    kind        text        NOT NULL
        CONSTRAINT organizations_kind CHECK (kind IN ('gym', 'club', 'physio_clinic', 'sports_team')),
    status      text        NOT NULL CONSTRAINT organizations_status CHECK (status IN ('active', 'trial', 'churned')),
    website     text        CONSTRAINT organizations_website CHECK (length(website) BETWEEN 1 AND 500),
    email       text        CONSTRAINT organizations_email CHECK (length(email) BETWEEN 3 AND 254),
    phone       text        CONSTRAINT organizations_phone CHECK (length(phone) BETWEEN 1 AND 50),
    notes       text        CONSTRAINT organizations_notes CHECK (length(notes) BETWEEN 1 AND 10000),
    version     bigint      NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now(),
    archived_at timestamptz,
    search_text text GENERATED ALWAYS AS (lower(name || ' ' || coalesce(email, '') || ' ' || coalesce(phone, '') || ' '
                                                || coalesce(website, ''))) STORED
);
CREATE UNIQUE INDEX organizations_name_key ON organizations (lower(name)) WHERE archived_at IS NULL;
CREATE INDEX organizations_name_order ON organizations (lower(name), id);
CREATE INDEX organizations_created ON organizations (created_at, id);
CREATE INDEX organizations_search ON organizations USING gin (search_text gin_trgm_ops);

-- Who coached whom, when. What is over is kept: at any instant somebody has one coach at most.
CREATE TABLE coaching_relationships (
    id              uuid PRIMARY KEY,
    coach_id        uuid        NOT NULL REFERENCES customers ON DELETE CASCADE,
    client_id       uuid        NOT NULL REFERENCES customers ON DELETE CASCADE,
    -- Where they were coached, when that is known.
    organization_id uuid        REFERENCES organizations,
    during          tstzrange   NOT NULL,
    status          text        NOT NULL DEFAULT 'active'
        CONSTRAINT coaching_relationships_status CHECK (status IN ('active', 'paused', 'ended')),
    end_reason      text        CONSTRAINT coaching_relationships_end_reason CHECK (length(end_reason) BETWEEN 1 AND 200),
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT coaching_relationships_two_people CHECK (coach_id <> client_id),
    CONSTRAINT coaching_relationships_begun CHECK (NOT isempty(during) AND NOT lower_inf(during)),
    CONSTRAINT coaching_relationships_over CHECK ((status = 'ended') = (NOT upper_inf(during))),
    CONSTRAINT coaching_relationships_reason_of_end CHECK (end_reason IS NULL OR status = 'ended'),
    CONSTRAINT coaching_relationships_one_coach EXCLUDE USING gist (client_id WITH =, during WITH &&)
);
CREATE INDEX coaching_relationships_order ON coaching_relationships (lower(during), id);
CREATE INDEX coaching_relationships_coach ON coaching_relationships (coach_id, lower(during), id);
CREATE INDEX coaching_relationships_client ON coaching_relationships (client_id, lower(during), id);
CREATE INDEX coaching_relationships_organization ON coaching_relationships (organization_id, lower(during), id)
    WHERE organization_id IS NOT NULL;

ALTER TABLE customers
    ADD COLUMN organization_id   uuid REFERENCES organizations,
    -- Follows the organisation: customers are found by it. Kept by triggers.
    ADD COLUMN organization_name text,
    -- Of the coaching relationship that is not over. Kept by a trigger.
    ADD COLUMN coach_id          uuid REFERENCES customers ON DELETE SET NULL,
    DROP COLUMN search_text;
-- In the list's usual order, as all of its filters.
CREATE INDEX customers_organization_order ON customers (organization_id, created_at, id) WHERE organization_id IS NOT NULL;
CREATE INDEX customers_coach_order ON customers (coach_id, created_at, id) WHERE coach_id IS NOT NULL;

-- The organisation stays as it is until the transaction ends: a new name that comes meanwhile would miss this customer.
CREATE FUNCTION customer_organization_named() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT o.name INTO NEW.organization_name FROM organizations o WHERE o.id = NEW.organization_id FOR SHARE;
    RETURN NEW;
END $$;
CREATE TRIGGER customers_organization_given BEFORE INSERT ON customers FOR EACH ROW
    WHEN (NEW.organization_id IS NOT NULL) EXECUTE FUNCTION customer_organization_named();
CREATE TRIGGER customers_organization_changed BEFORE UPDATE OF organization_id ON customers FOR EACH ROW
    WHEN (NEW.organization_id IS DISTINCT FROM OLD.organization_id) EXECUTE FUNCTION customer_organization_named();

CREATE FUNCTION organization_renamed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE customers SET organization_name = NEW.name WHERE organization_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER organizations_renamed AFTER UPDATE OF name ON organizations FOR EACH ROW
    WHEN (NEW.name IS DISTINCT FROM OLD.name) EXECUTE FUNCTION organization_renamed();

CREATE FUNCTION coach_of_client() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status <> 'ended' THEN
        UPDATE customers SET coach_id = NEW.coach_id WHERE id = NEW.client_id AND coach_id IS DISTINCT FROM NEW.coach_id;
    ELSIF TG_OP = 'UPDATE' AND OLD.status <> 'ended' THEN
        UPDATE customers SET coach_id = NULL WHERE id = NEW.client_id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER coaching_relationships_followed AFTER INSERT OR UPDATE OF status, coach_id ON coaching_relationships
    FOR EACH ROW EXECUTE FUNCTION coach_of_client();

-- What somebody is called whose name is not known.
CREATE FUNCTION customer_called(c customers) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN coalesce((c).name, (c).email::text, (c).billing_email::text, (c).phone, (c).stripe_customer_id, '');

-- Found also by the organisation.
ALTER TABLE customers ADD COLUMN search_text text GENERATED ALWAYS AS (
    lower(coalesce(name, '') || ' ' || coalesce(email::text, '') || ' '
          || CASE WHEN billing_email IS DISTINCT FROM email THEN coalesce(billing_email::text, '') || ' ' ELSE '' END
          || coalesce(phone, '') || ' ' || coalesce(stripe_customer_id, '')
          || CASE WHEN organization_name IS NULL THEN '' ELSE ' ' || organization_name END)) STORED;
CREATE INDEX customers_search ON customers USING gin (search_text gin_trgm_ops);

CREATE OR REPLACE FUNCTION customer_words_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO customer_words (word)
    SELECT DISTINCT w.word
    FROM added a, customer_words_of(concat_ws(' ', a.name, a.organization_name),
                                    concat_ws(' ', a.email::text, a.billing_email::text)) AS w (word)
    WHERE NOT EXISTS (SELECT FROM customer_words k WHERE k.word = w.word) ORDER BY 1
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION customer_words_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO customer_words (word)
    SELECT w.word
    FROM customer_words_of(concat_ws(' ', NEW.name, NEW.organization_name),
                           concat_ws(' ', NEW.email::text, NEW.billing_email::text)) AS w (word)
    WHERE NOT EXISTS (SELECT FROM customer_words k WHERE k.word = w.word) ORDER BY 1
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
DROP TRIGGER customers_words_changed ON customers;
-- The organisation's name is set by a trigger, whose columns do not count for `UPDATE OF`: hence its id as well.
CREATE TRIGGER customers_words_changed
    AFTER UPDATE OF name, email, billing_email, organization_id, organization_name ON customers FOR EACH ROW
    WHEN (NEW.name IS DISTINCT FROM OLD.name OR NEW.email IS DISTINCT FROM OLD.email OR NEW.billing_email IS DISTINCT FROM OLD.billing_email
          OR NEW.organization_name IS DISTINCT FROM OLD.organization_name)
    EXECUTE FUNCTION customer_words_changed();
