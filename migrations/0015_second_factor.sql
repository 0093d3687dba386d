-- A code from an app on the user's phone, besides the password.
CREATE TABLE second_factors (
    user_id      uuid        PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    -- Needed to compute codes, so not hashed: whoever reads this table has the second factor, but no password.
    secret       bytea       NOT NULL CONSTRAINT second_factors_secret CHECK (length(secret) = 20),
    created_at   timestamptz NOT NULL DEFAULT now(),
    -- Null until the first code proved that the app has the secret; until then no log-in asks for one.
    confirmed_at timestamptz,
    -- The half minute of the last code that was used: neither it nor an older one works again.
    last_step    bigint      NOT NULL DEFAULT 0
);

-- For who has lost the phone. Only SHA-256 is stored; each works once.
CREATE TABLE recovery_codes (
    user_id uuid  NOT NULL REFERENCES second_factors ON DELETE CASCADE,
    hash    bytea NOT NULL CONSTRAINT recovery_codes_sha256 CHECK (length(hash) = 32),
    used_at timestamptz,
    PRIMARY KEY (user_id, hash)
);
