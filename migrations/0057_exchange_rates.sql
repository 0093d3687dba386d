-- What a unit of a currency is worth in the reporting currency, by day. See docs/adr/0021-exchange-rates.md.

-- It holds from its day until the next one. A reporting currency that comes back finds its rates again.
CREATE TABLE exchange_rates (
    id                 uuid           PRIMARY KEY,
    reporting_currency text           NOT NULL CONSTRAINT exchange_rates_reporting_currency CHECK (reporting_currency ~ '^[a-z]{3}$'),
    currency           text           NOT NULL CONSTRAINT exchange_rates_currency CHECK (currency ~ '^[a-z]{3}$'),
    day                date           NOT NULL,
    -- Units of the reporting currency for one unit of the other, in major units.
    rate               numeric(19, 12) NOT NULL CONSTRAINT exchange_rates_above_zero CHECK (rate > 0),
    source             text           NOT NULL CONSTRAINT exchange_rates_source CHECK (source IN ('entered', 'csv', 'url')),
    recorded_at        timestamptz    NOT NULL DEFAULT now(),
    CONSTRAINT exchange_rates_one_a_day UNIQUE (reporting_currency, currency, day),
    CONSTRAINT exchange_rates_of_another CHECK (currency <> reporting_currency)
);
CREATE INDEX exchange_rates_order ON exchange_rates (reporting_currency, day, currency);

-- How they come in, how long they hold, and what the address said last.
CREATE TABLE exchange_rate_settings (
    only_row     boolean PRIMARY KEY DEFAULT true CONSTRAINT exchange_rate_settings_only_row CHECK (only_row),
    carried_days integer NOT NULL DEFAULT 7 CONSTRAINT exchange_rate_settings_carried CHECK (carried_days BETWEEN 1 AND 366),
    url          text    CONSTRAINT exchange_rate_settings_url CHECK (length(url) BETWEEN 1 AND 2000),
    asked_at     timestamptz,
    newest_day   date,
    error        text,
    version      bigint  NOT NULL DEFAULT 1
);
INSERT INTO exchange_rate_settings DEFAULT VALUES;
