-- The journey of each person: derived, replaced when an earlier fact comes to light.
CREATE TABLE lifecycle_transitions (
    customer_id     uuid        NOT NULL REFERENCES customers ON DELETE CASCADE,
    at              timestamptz NOT NULL,
    position        integer     NOT NULL,
    from_state      text,
    to_state        text        NOT NULL,
    reason          text        NOT NULL,
    stripe_event_id text        NOT NULL,
    PRIMARY KEY (customer_id, position)
);
CREATE INDEX lifecycle_transitions_at ON lifecycle_transitions (at, to_state);

-- Moves between tiers and streams, with what they did to MRR: append-only.
CREATE TABLE tier_transitions (
    id               uuid PRIMARY KEY,
    customer_id      uuid        NOT NULL REFERENCES customers,
    stripe_event_id  text        NOT NULL,
    from_tier        text        NOT NULL,
    to_tier          text        NOT NULL,
    reason           text        NOT NULL,
    currency         text        NOT NULL,
    mrr_impact_minor bigint      NOT NULL,
    occurred_at      timestamptz NOT NULL,
    recorded_at      timestamptz NOT NULL DEFAULT now(),
    reverses         uuid REFERENCES tier_transitions CONSTRAINT tier_transitions_reversed_once UNIQUE
);
CREATE INDEX tier_transitions_customer ON tier_transitions (customer_id, occurred_at);
CREATE TRIGGER tier_transitions_append_only BEFORE UPDATE OR DELETE ON tier_transitions
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER tier_transitions_no_truncate BEFORE TRUNCATE ON tier_transitions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
