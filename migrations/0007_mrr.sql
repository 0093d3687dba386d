-- The MRR movement ledger: append-only. A late event or a new policy is corrected by a row that reverses.
CREATE TABLE mrr_movements (
    id               uuid PRIMARY KEY,
    customer_id      uuid        NOT NULL REFERENCES customers,
    subscription_id  uuid        NOT NULL,
    stripe_event_id  text        NOT NULL,
    -- Orders movements of one instant.
    tie              smallint    NOT NULL,
    movement         text        NOT NULL
        CONSTRAINT mrr_movements_type CHECK (movement IN ('new', 'reactivation', 'expansion', 'contraction', 'churn', 'fx')),
    currency         text        NOT NULL,
    amount_minor     bigint      NOT NULL,
    before_minor     bigint      NOT NULL,
    after_minor      bigint      NOT NULL,
    -- Stream and tier of the part that moved most.
    stream           text        NOT NULL,
    tier             text,
    reason           text,
    occurred_at      timestamptz NOT NULL,
    -- Since when the customer had been paying without a break, before this movement.
    paying_since     timestamptz,
    recorded_at      timestamptz NOT NULL DEFAULT now(),
    reverses         uuid REFERENCES mrr_movements CONSTRAINT mrr_movements_reversed_once UNIQUE,
    CONSTRAINT mrr_movements_arithmetic CHECK (amount_minor = after_minor - before_minor),
    CONSTRAINT mrr_movements_not_negative CHECK (before_minor >= 0 AND after_minor >= 0),
    CONSTRAINT mrr_movements_definition CHECK (reverses IS NOT NULL OR CASE movement
        WHEN 'new'          THEN before_minor = 0 AND paying_since IS NULL
        WHEN 'reactivation' THEN before_minor = 0 AND paying_since IS NULL
        -- Equal when only stream or tier changed: the lines say so.
        WHEN 'expansion'    THEN before_minor > 0 AND after_minor >= before_minor
        WHEN 'contraction'  THEN after_minor > 0 AND after_minor < before_minor
        WHEN 'churn'        THEN after_minor = 0
        ELSE true END)
);
CREATE INDEX mrr_movements_customer ON mrr_movements (customer_id, currency, occurred_at) INCLUDE (amount_minor);
CREATE INDEX mrr_movements_recorded ON mrr_movements (recorded_at);
CREATE INDEX mrr_movements_occurred ON mrr_movements (occurred_at DESC, id DESC);
CREATE INDEX mrr_movements_type_order ON mrr_movements (movement, occurred_at DESC, id DESC);
CREATE INDEX mrr_movements_amount ON mrr_movements (amount_minor DESC, id DESC);
CREATE INDEX mrr_movements_reverses ON mrr_movements (reverses) WHERE reverses IS NOT NULL;
CREATE INDEX mrr_movements_churn ON mrr_movements (currency, occurred_at, paying_since) WHERE movement = 'churn';

-- How a movement divides among streams and tiers. An upgrade from tier 1 to tier 2 has two lines: -900 and +1900.
CREATE TABLE mrr_movement_lines (
    movement_id     uuid        NOT NULL REFERENCES mrr_movements,
    subscription_id uuid        NOT NULL,
    stream          text        NOT NULL CONSTRAINT mrr_movement_lines_stream CHECK (stream IN ('rev1_individual', 'rev2_coaching', 'rev3_b2b')),
    tier            text        NOT NULL DEFAULT '' CONSTRAINT mrr_movement_lines_tier CHECK (tier IN ('', 'tier1', 'tier2', 'tier3')),
    currency        text        NOT NULL,
    amount_minor    bigint      NOT NULL,
    occurred_at     timestamptz NOT NULL,
    PRIMARY KEY (movement_id, stream, tier)
);
CREATE INDEX mrr_movement_lines_subscription ON mrr_movement_lines (subscription_id, currency, occurred_at)
    INCLUDE (amount_minor, stream, tier);
CREATE INDEX mrr_movement_lines_stream ON mrr_movement_lines (stream, tier, occurred_at);

-- The ledger as it counts: without the rows that were reversed, and without the reversals.
CREATE VIEW mrr_movements_effective AS
SELECT m.* FROM mrr_movements m
WHERE m.reverses IS NULL AND NOT EXISTS (SELECT FROM mrr_movements r WHERE r.reverses = m.id);

CREATE TRIGGER mrr_movements_append_only BEFORE UPDATE OR DELETE ON mrr_movements
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER mrr_movements_no_truncate BEFORE TRUNCATE ON mrr_movements
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER mrr_movement_lines_append_only BEFORE UPDATE OR DELETE ON mrr_movement_lines
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER mrr_movement_lines_no_truncate BEFORE TRUNCATE ON mrr_movement_lines
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- At commit: the lines of a movement add up to it, and MRR is the sum of a customer's movements.
CREATE FUNCTION mrr_movement_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    lines bigint;
    total bigint;
    last  bigint;
BEGIN
    SELECT coalesce(sum(amount_minor), 0) INTO lines FROM mrr_movement_lines WHERE movement_id = NEW.id;
    IF lines <> NEW.amount_minor THEN
        RAISE EXCEPTION 'movement % is % but its lines add up to %', NEW.id, NEW.amount_minor, lines
            USING ERRCODE = 'check_violation', CONSTRAINT = 'mrr_movement_lines_add_up';
    END IF;
    SELECT coalesce(sum(amount_minor), 0) INTO total FROM mrr_movements
        WHERE customer_id = NEW.customer_id AND currency = NEW.currency;
    SELECT after_minor INTO last FROM mrr_movements_effective
        WHERE customer_id = NEW.customer_id AND currency = NEW.currency
        ORDER BY occurred_at DESC, tie DESC, stripe_event_id DESC LIMIT 1;
    IF total <> coalesce(last, 0) THEN
        RAISE EXCEPTION 'customer % has % MRR but its movements add up to % %', NEW.customer_id, coalesce(last, 0), total, NEW.currency
            USING ERRCODE = 'check_violation', CONSTRAINT = 'mrr_movements_add_up';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER mrr_movements_add_up AFTER INSERT ON mrr_movements
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION mrr_movement_balanced();

-- A line that is written after its movement was committed would unbalance it.
CREATE FUNCTION mrr_movement_line_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT amount_minor FROM mrr_movements WHERE id = NEW.movement_id)
       <> (SELECT sum(amount_minor) FROM mrr_movement_lines WHERE movement_id = NEW.movement_id) THEN
        RAISE EXCEPTION 'the lines of movement % do not add up to it', NEW.movement_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'mrr_movement_lines_add_up';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER mrr_movement_lines_add_up AFTER INSERT ON mrr_movement_lines
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION mrr_movement_line_balanced();

-- The ledger by day, kept in the same transaction: no dashboard scans history. Rebuildable from the ledger.
CREATE TABLE mrr_daily (
    currency     text    NOT NULL,
    day          date    NOT NULL,
    movement     text    NOT NULL,
    stream       text    NOT NULL,
    tier         text    NOT NULL,
    amount_minor bigint  NOT NULL,
    -- Movements whose largest part is here; a reversed one counts 0.
    movements    bigint  NOT NULL,
    PRIMARY KEY (currency, day, movement, stream, tier)
);
