-- Staff: who may log in, on which devices they are, and the refresh tokens that keep them there.

CREATE TABLE users (
    id                  uuid        PRIMARY KEY,
    -- Lower case, so that one mailbox is one user.
    email               text        NOT NULL CONSTRAINT users_email_key UNIQUE,
    name                text        NOT NULL,
    role                text        NOT NULL,
    -- Argon2id in PHC form: parameters and salt travel with the hash.
    password_hash       text        NOT NULL,
    password_changed_at timestamptz NOT NULL DEFAULT now(),
    disabled_at         timestamptz,
    created_at          timestamptz NOT NULL DEFAULT now(),
    updated_at          timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT users_email_form CHECK (email = lower(email) AND length(email) BETWEEN 3 AND 254),
    CONSTRAINT users_name_length CHECK (length(name) BETWEEN 1 AND 200),
    CONSTRAINT users_role CHECK (role IN ('owner', 'admin', 'analyst', 'marketer', 'support', 'viewer'))
);

-- A log-in on one device. It is also the family of its refresh tokens: reuse of one of them revokes it.
CREATE TABLE sessions (
    id             uuid        PRIMARY KEY,
    user_id        uuid        NOT NULL REFERENCES users ON DELETE CASCADE,
    created_at     timestamptz NOT NULL DEFAULT now(),
    last_seen_at   timestamptz NOT NULL DEFAULT now(),
    -- Absolute: no refresh moves it.
    expires_at     timestamptz NOT NULL,
    user_agent     text        CONSTRAINT sessions_user_agent_length CHECK (length(user_agent) <= 400),
    address        text,
    revoked_at     timestamptz,
    revoked_reason text,
    CONSTRAINT sessions_revoked_reason CHECK (
        (revoked_at IS NULL) = (revoked_reason IS NULL)
        AND revoked_reason IN ('logout', 'logout_everywhere', 'token_reuse', 'user_disabled', 'password_changed')
    )
);
CREATE INDEX sessions_user ON sessions (user_id, created_at DESC) WHERE revoked_at IS NULL;
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- Only SHA-256 of a token is stored: a dump of this table opens nothing.
CREATE TABLE refresh_tokens (
    hash       bytea       PRIMARY KEY CONSTRAINT refresh_tokens_sha256 CHECK (length(hash) = 32),
    session_id uuid        NOT NULL REFERENCES sessions ON DELETE CASCADE,
    issued_at  timestamptz NOT NULL DEFAULT now(),
    -- Set once, when it was exchanged for its successor.
    rotated_at timestamptz
);
CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id);
