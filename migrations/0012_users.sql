-- Staff are invited, and let themselves in by a link that works once.
ALTER TABLE users
    -- Null until the invitation is accepted.
    ALTER COLUMN password_hash DROP NOT NULL,
    -- Last log-in or refresh: sessions are forgotten, this is not.
    ADD COLUMN last_seen_at timestamptz,
    ADD COLUMN version      bigint NOT NULL DEFAULT 1;
UPDATE users u SET last_seen_at = (SELECT max(s.last_seen_at) FROM sessions s WHERE s.user_id = u.id);

ALTER TABLE sessions DROP CONSTRAINT sessions_revoked_reason;
ALTER TABLE sessions ADD CONSTRAINT sessions_revoked_reason CHECK (
    (revoked_at IS NULL) = (revoked_reason IS NULL)
    AND revoked_reason IN ('logout', 'logout_everywhere', 'token_reuse', 'user_disabled', 'password_changed', 'ended_by_colleague')
);

-- The one open link of a user: the next one replaces it, using it deletes it. Only SHA-256 of its token is stored.
CREATE TABLE account_links (
    user_id    uuid        PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    purpose    text        NOT NULL CONSTRAINT account_links_purpose CHECK (purpose IN ('invitation', 'password_reset')),
    hash       bytea       NOT NULL CONSTRAINT account_links_hash_key UNIQUE
                           CONSTRAINT account_links_sha256 CHECK (length(hash) = 32),
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL
);

-- Somebody can always manage the account.
CREATE FUNCTION keep_an_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Of two who leave at once the second one waits here, and then counts what the first one left.
    PERFORM pg_advisory_xact_lock(x'6f776e657273'::bigint);
    IF NOT EXISTS (SELECT FROM users WHERE role = 'owner' AND disabled_at IS NULL AND password_hash IS NOT NULL) THEN
        RAISE EXCEPTION 'the last active owner stays' USING ERRCODE = 'check_violation', CONSTRAINT = 'users_last_owner';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER users_last_owner AFTER UPDATE OF role, disabled_at, password_hash OR DELETE ON users FOR EACH ROW
    WHEN (OLD.role = 'owner' AND OLD.disabled_at IS NULL AND OLD.password_hash IS NOT NULL)
    EXECUTE FUNCTION keep_an_owner();
