-- Stripe's products and prices, and the stream and tier that each price counts for.
CREATE TABLE products (
    id         text PRIMARY KEY,
    name       text,
    active     boolean     NOT NULL DEFAULT true,
    stream     text CONSTRAINT products_stream CHECK (stream IN ('rev1_individual', 'rev2_coaching', 'rev3_b2b')),
    tier       text CONSTRAINT products_tier CHECK (tier IN ('tier1', 'tier2', 'tier3')),
    seen_at    timestamptz NOT NULL,
    seen_rank  smallint    NOT NULL,
    seen_event text        NOT NULL
);

CREATE TABLE prices (
    id             text PRIMARY KEY,
    product_id     text,
    nickname       text,
    currency       text        NOT NULL,
    -- Exact, in minor units: Stripe prices may have up to 12 decimals. Null for tiered prices.
    unit_amount    numeric(30, 12),
    interval       text CONSTRAINT prices_interval CHECK (interval IN ('day', 'week', 'month', 'year')),
    interval_count integer     NOT NULL DEFAULT 1 CONSTRAINT prices_interval_count CHECK (interval_count > 0),
    metered        boolean     NOT NULL DEFAULT false,
    active         boolean     NOT NULL DEFAULT true,
    -- What the price's own metadata says.
    stream         text CONSTRAINT prices_stream CHECK (stream IN ('rev1_individual', 'rev2_coaching', 'rev3_b2b')),
    tier           text CONSTRAINT prices_tier CHECK (tier IN ('tier1', 'tier2', 'tier3')),
    -- What an admin said; wins over metadata.
    mapped_stream  text CONSTRAINT prices_mapped_stream CHECK (mapped_stream IN ('rev1_individual', 'rev2_coaching', 'rev3_b2b')),
    mapped_tier    text CONSTRAINT prices_mapped_tier CHECK (mapped_tier IN ('tier1', 'tier2', 'tier3')),
    seen_at        timestamptz NOT NULL,
    seen_rank      smallint    NOT NULL,
    seen_event     text        NOT NULL,
    CONSTRAINT prices_tier_is_for_individuals CHECK (mapped_tier IS NULL OR mapped_stream = 'rev1_individual')
);
CREATE INDEX prices_product ON prices (product_id);

-- The mapping that counts: an admin's, else the price's metadata, else its product's.
CREATE VIEW price_mapping AS
SELECT p.id AS price_id,
       m.stream,
       CASE WHEN m.stream = 'rev1_individual' THEN m.tier END AS tier,
       m.source
FROM prices p
LEFT JOIN products d ON d.id = p.product_id
CROSS JOIN LATERAL (SELECT
    COALESCE(p.mapped_stream, p.stream, d.stream) AS stream,
    CASE WHEN p.mapped_stream IS NOT NULL THEN p.mapped_tier
         WHEN p.stream IS NOT NULL THEN COALESCE(p.tier, d.tier)
         ELSE d.tier END AS tier,
    CASE WHEN p.mapped_stream IS NOT NULL THEN 'admin'
         WHEN p.stream IS NOT NULL THEN 'price_metadata'
         WHEN d.stream IS NOT NULL THEN 'product_metadata' END AS source) m;
