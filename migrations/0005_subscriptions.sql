-- Every snapshot of a subscription that Stripe ever sent: the facts from which MRR, lifecycle and the current row are
-- computed. A set: the order in which snapshots arrive does not matter.
CREATE TABLE subscription_versions (
    event_id               text PRIMARY KEY,
    stripe_subscription_id text        NOT NULL,
    stripe_customer_id     text        NOT NULL,
    at                     timestamptz NOT NULL,
    rank                   smallint    NOT NULL,
    body                   jsonb       NOT NULL
);
CREATE INDEX subscription_versions_customer ON subscription_versions (stripe_customer_id);
CREATE INDEX subscription_versions_subscription ON subscription_versions (stripe_subscription_id, at);

-- Who ever had a price: whom a new mapping touches.
CREATE TABLE subscription_prices (
    price_id           text NOT NULL,
    stripe_customer_id text NOT NULL,
    PRIMARY KEY (price_id, stripe_customer_id)
);

-- The newest state of each subscription, derived.
CREATE TABLE subscriptions (
    id                     uuid PRIMARY KEY,
    customer_id            uuid        NOT NULL REFERENCES customers,
    stripe_subscription_id text        NOT NULL CONSTRAINT subscriptions_stripe_subscription_id_key UNIQUE,
    status                 text        NOT NULL
        CONSTRAINT subscriptions_status CHECK (status IN ('free_trial', 'active', 'past_due', 'paused', 'cancelled')),
    stripe_status          text        NOT NULL,
    stream                 text CONSTRAINT subscriptions_stream CHECK (stream IN ('rev1_individual', 'rev2_coaching', 'rev3_b2b')),
    tier                   text CONSTRAINT subscriptions_tier CHECK (tier IN ('tier1', 'tier2', 'tier3')),
    currency               text        NOT NULL,
    mrr_minor              bigint      NOT NULL CONSTRAINT subscriptions_mrr CHECK (mrr_minor >= 0),
    interval               text CONSTRAINT subscriptions_interval CHECK (interval IN ('day', 'week', 'month', 'year')),
    interval_count         integer     NOT NULL DEFAULT 1,
    quantity               bigint      NOT NULL DEFAULT 0,
    price_ids              text[]      NOT NULL DEFAULT '{}',
    current_period_start   timestamptz,
    current_period_end     timestamptz,
    trial_start            timestamptz,
    trial_end              timestamptz,
    -- When the trial really ran, half-open; `trialed_until` is null while it runs.
    trialed_from           timestamptz,
    trialed_until          timestamptz,
    converted_from_trial   boolean,
    cancel_at              timestamptz,
    ended_at               timestamptz,
    cancelled_at           timestamptz,
    cancel_reason          text,
    created_at             timestamptz NOT NULL,
    updated_at             timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX subscriptions_customer ON subscriptions (customer_id);
CREATE INDEX subscriptions_created ON subscriptions (created_at DESC, id DESC);
CREATE INDEX subscriptions_mrr_order ON subscriptions (mrr_minor DESC, id DESC);
CREATE INDEX subscriptions_period_order ON subscriptions (coalesce(current_period_end, 'infinity'::timestamptz), id);
CREATE INDEX subscriptions_prices ON subscriptions USING gin (price_ids);
CREATE INDEX subscriptions_status_order ON subscriptions (status, created_at DESC, id DESC);
CREATE INDEX subscriptions_scheduled ON subscriptions (cancel_at, id) WHERE cancel_at IS NOT NULL AND ended_at IS NULL;
CREATE INDEX subscriptions_trials ON subscriptions (trialed_from, trialed_until) WHERE trialed_from IS NOT NULL;

-- What is subscribed to, for people: the product's name, else the price's nickname, else its id.
CREATE FUNCTION subscription_plan(price_ids text[]) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (SELECT string_agg(coalesce(d.name, p.nickname, i.id), ' + ' ORDER BY i.position)
            FROM unnest(price_ids) WITH ORDINALITY AS i (id, position)
            LEFT JOIN prices p ON p.id = i.id
            LEFT JOIN products d ON d.id = p.product_id);
