-- The account: one row of policies that decide what a figure counts.
CREATE EXTENSION IF NOT EXISTS citext;
CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE TABLE account_settings (
    only_row           boolean PRIMARY KEY DEFAULT true CONSTRAINT account_settings_only_row CHECK (only_row),
    account_name       text    NOT NULL DEFAULT 'Prometheus' CONSTRAINT account_settings_name CHECK (length(account_name) BETWEEN 1 AND 80),
    reporting_currency text    NOT NULL DEFAULT 'usd' CONSTRAINT account_settings_currency CHECK (reporting_currency ~ '^[a-z]{3}$'),
    time_zone          text    NOT NULL DEFAULT 'UTC',
    discounts_forever  boolean NOT NULL DEFAULT true,
    discounts_limited  boolean NOT NULL DEFAULT false,
    cancellation       text    NOT NULL DEFAULT 'period_end' CONSTRAINT account_settings_cancellation CHECK (cancellation IN ('period_end', 'request')),
    version            bigint  NOT NULL DEFAULT 1
);
INSERT INTO account_settings DEFAULT VALUES;

-- The day, in the account's time zone, that an instant belongs to.
CREATE FUNCTION account_day(instant timestamptz) RETURNS date
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (instant AT TIME ZONE (SELECT time_zone FROM account_settings))::date;

-- The instant at which a day begins in the account's time zone.
CREATE FUNCTION account_day_start(day date) RETURNS timestamptz
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN day::timestamp AT TIME ZONE (SELECT time_zone FROM account_settings);

-- Ledgers are append-only: a correction is a new row that names what it reverses.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused; write a row that reverses instead', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only';
END $$;
