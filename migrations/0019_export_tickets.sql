-- A download that a browser starts by itself carries no log-in: it shows a ticket, good once and for a minute.
CREATE TABLE export_tickets (
    -- Only SHA-256 of a ticket is stored: a dump of this table opens nothing.
    hash       bytea       PRIMARY KEY CONSTRAINT export_tickets_sha256 CHECK (length(hash) = 32),
    -- Format, filter, order.
    request    jsonb       NOT NULL,
    actor_kind text        NOT NULL,
    actor_id   uuid,
    actor_name text        NOT NULL,
    address    text,
    request_id text,
    expires_at timestamptz NOT NULL
);
CREATE INDEX export_tickets_expiry ON export_tickets (expires_at);
