-- One row per person, from first touch on. The columns behind "derived" are computed from facts by the apply worker
-- and may be recomputed at any time (crm-api rebuild).
CREATE TABLE customers (
    id                 uuid PRIMARY KEY,
    -- Unique among the living. When two Stripe customers bill to one address, the older keeps it here.
    email              citext,
    billing_email      citext,
    name               text,
    phone              text,
    stripe_customer_id text CONSTRAINT customers_stripe_customer_id_key UNIQUE,
    stripe_deleted_at  timestamptz,
    acquisition_source text,
    utm_source         text,
    utm_medium         text,
    utm_campaign       text,
    utm_content        text,
    utm_term           text,
    landing_page       text,
    referrer           text,
    metadata           jsonb       NOT NULL DEFAULT '{}',
    -- derived
    customer_type      text        NOT NULL DEFAULT 'lead'
        CONSTRAINT customers_type CHECK (customer_type IN ('lead', 'prospect', 'free_trial', 'rev1_user', 'rev2_coach', 'rev3_org')),
    lifecycle_state    text        NOT NULL DEFAULT 'lead'
        CONSTRAINT customers_lifecycle CHECK (lifecycle_state IN ('lead', 'prospect', 'free_trial', 'rev1_user', 'rev1_coached',
                                                                  'rev2_coach', 'rev3_org', 'churned', 'reactivated')),
    stream             text CONSTRAINT customers_stream CHECK (stream IN ('rev1_individual', 'rev2_coaching', 'rev3_b2b')),
    tier               text CONSTRAINT customers_tier CHECK (tier IN ('tier1', 'tier2', 'tier3')),
    mrr_minor          bigint      NOT NULL DEFAULT 0 CONSTRAINT customers_mrr CHECK (mrr_minor >= 0),
    currency           text,
    first_paid_at      timestamptz,
    trial_start        timestamptz,
    trial_end          timestamptz,
    -- Which Stripe snapshot the columns above came from: only a newer one may replace it.
    seen_at            timestamptz,
    seen_rank          smallint    NOT NULL DEFAULT 0,
    seen_event         text        NOT NULL DEFAULT '',
    archived_at        timestamptz,
    version            bigint      NOT NULL DEFAULT 1,
    created_at         timestamptz NOT NULL,
    updated_at         timestamptz NOT NULL DEFAULT now(),
    search_text        text GENERATED ALWAYS AS (lower(coalesce(name, '') || ' ' || coalesce(billing_email::text, '') || ' '
                                                       || coalesce(phone, '') || ' ' || coalesce(stripe_customer_id, ''))) STORED
);
CREATE UNIQUE INDEX customers_email_key ON customers (email) WHERE archived_at IS NULL AND email IS NOT NULL;
CREATE INDEX customers_billing_email ON customers (billing_email);
CREATE INDEX customers_created ON customers (created_at DESC, id DESC);
CREATE INDEX customers_mrr_order ON customers (mrr_minor DESC, id DESC);
CREATE INDEX customers_name ON customers (lower(coalesce(name, '')), id);
CREATE INDEX customers_search ON customers USING gin (search_text gin_trgm_ops);

-- Customers whose derived columns and ledgers must be computed again: a mapping, a policy, a late event, `rebuild`.
CREATE TABLE recompute_queue (
    customer_id uuid PRIMARY KEY REFERENCES customers ON DELETE CASCADE,
    reason      text        NOT NULL,
    queued_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX recompute_queue_order ON recompute_queue (queued_at, customer_id);
