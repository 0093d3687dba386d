-- What passed between a customer and the business: calls, visits, messages, and what systems report. A partition a month.
CREATE TABLE interactions (
    id           uuid        NOT NULL,
    customer_id  uuid        NOT NULL REFERENCES customers ON DELETE CASCADE,
    kind         text        NOT NULL CONSTRAINT interactions_kind CHECK (kind IN (
                     'call', 'visit', 'sms', 'chat', 'email', 'inquiry', 'review', 'complaint', 'booking', 'support_ticket',
                     'webinar_attend', 'payment', 'email_open', 'email_click', 'app_login', 'feature_use')),
    channel      text        NOT NULL CONSTRAINT interactions_channel
                     CHECK (channel IN ('phone', 'in_person', 'sms', 'chat', 'email', 'app', 'web', 'social')),
    direction    text        NOT NULL CONSTRAINT interactions_direction CHECK (direction IN ('inbound', 'outbound')),
    summary      text        CONSTRAINT interactions_summary CHECK (length(summary) BETWEEN 1 AND 10000),
    outcome      text        CONSTRAINT interactions_outcome
                     CHECK (outcome IN ('answered', 'no_answer', 'left_message', 'resolved', 'unresolved')),
    sentiment    text        CONSTRAINT interactions_sentiment CHECK (sentiment IN ('positive', 'neutral', 'negative')),
    follow_up_at timestamptz CONSTRAINT interactions_follow_up CHECK (follow_up_at > occurred_at),
    author_id    uuid        REFERENCES users ON DELETE SET NULL,
    -- As it was then.
    author_name  text        NOT NULL,
    occurred_at  timestamptz NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (id, occurred_at)
) PARTITION BY RANGE (occurred_at);
CREATE INDEX interactions_customer ON interactions (customer_id, occurred_at, id);
CREATE INDEX interactions_author ON interactions (author_id) WHERE author_id IS NOT NULL;
CREATE INDEX interactions_follow_up_order ON interactions (follow_up_at, id) WHERE follow_up_at IS NOT NULL;

-- What was long ago is rare, and together.
CREATE TABLE interactions_past PARTITION OF interactions FOR VALUES FROM (MINVALUE) TO ('2026-01-01Z');

-- Sees to it that the month of an instant has its partition.
CREATE FUNCTION interactions_month(instant timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    month timestamp := date_trunc('month', instant AT TIME ZONE 'UTC');
    name  text      := 'interactions_' || to_char(month, 'YYYY_MM');
BEGIN
    IF month < '2026-01-01' OR to_regclass(name) IS NOT NULL THEN
        RETURN;
    END IF;
    -- Of two who are the first in a month the second one waits here, and finds it made.
    PERFORM pg_advisory_xact_lock(hashtext('interactions_month'));
    EXECUTE format('CREATE TABLE IF NOT EXISTS %I PARTITION OF interactions FOR VALUES FROM (%L) TO (%L)',
                   name, month AT TIME ZONE 'UTC', (month + interval '1 month') AT TIME ZONE 'UTC');
END $$;
