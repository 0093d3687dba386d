-- Replies to POSTs that named an `Idempotency-Key`, for 24 hours: the same request again gets the same reply.
CREATE TABLE idempotency_keys (
    -- The user or API key; no reference, as it is only kept for a day.
    caller       uuid        NOT NULL,
    key          text        NOT NULL CONSTRAINT idempotency_keys_key CHECK (length(key) BETWEEN 1 AND 255),
    path         text        NOT NULL,
    body_hash    bytea       NOT NULL CONSTRAINT idempotency_keys_sha256 CHECK (length(body_hash) = 32),
    created_at   timestamptz NOT NULL DEFAULT now(),
    -- Null while the request runs.
    status       smallint,
    content_type text,
    location     text,
    etag         text,
    -- Null for a reply that held a secret: that is not kept.
    body         bytea,
    PRIMARY KEY (caller, key)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);
