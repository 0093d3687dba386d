-- How other programs log in. A dump of this table opens nothing: of a key's secret only SHA-256 is stored.
CREATE TABLE api_keys (
    id           uuid        PRIMARY KEY,
    name         text        NOT NULL CONSTRAINT api_keys_name CHECK (length(name) BETWEEN 1 AND 80),
    hash         bytea       NOT NULL CONSTRAINT api_keys_sha256 CHECK (length(hash) = 32),
    -- Permissions, as `customers:read`.
    scopes       text[]      NOT NULL CONSTRAINT api_keys_scopes CHECK (
        cardinality(scopes) BETWEEN 1 AND 100
        -- Who comes in is decided by people.
        AND NOT scopes && ARRAY['users:write', 'api_keys:write']
    ),
    created_by   uuid        REFERENCES users ON DELETE SET NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz,
    -- To the minute.
    last_used_at timestamptz,
    revoked_at   timestamptz,
    CONSTRAINT api_keys_expiry CHECK (expires_at > created_at)
);
