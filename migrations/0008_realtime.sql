-- What open pages are told. Written in the transaction of the change, so a page never hears of what was rolled back.
-- Short-lived: rows older than an hour, or beyond the newest 10,000, are trimmed; who missed more reads everything again.
CREATE TABLE realtime_events (
    -- Without gaps, so that a page can tell trimmed rows from none: writers take turns and add one. The newest row stays.
    id      bigint      PRIMARY KEY,
    payload jsonb       NOT NULL,
    at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX realtime_events_at ON realtime_events (at);
