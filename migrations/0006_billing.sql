-- The inbox. A row is a webhook that was acknowledged: it is never lost, and stored once.
CREATE TABLE stripe_events (
    event_id        text PRIMARY KEY,
    -- The order of arrival.
    seq             bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT stripe_events_seq_key UNIQUE,
    account         text,
    type            text        NOT NULL,
    api_version     text,
    object_id       text,
    created         timestamptz NOT NULL,
    livemode        boolean     NOT NULL,
    raw             bytea       NOT NULL,
    received_at     timestamptz NOT NULL DEFAULT now(),
    state           text        NOT NULL DEFAULT 'pending'
        CONSTRAINT stripe_events_state CHECK (state IN ('pending', 'done', 'ignored', 'parked', 'dead')),
    attempts        integer     NOT NULL DEFAULT 0,
    next_attempt_at timestamptz NOT NULL DEFAULT now(),
    reason          text,
    -- What a parked event waits for: a price, payment or charge id.
    parked_on       text,
    settled_at      timestamptz,
    CONSTRAINT stripe_events_parked CHECK ((state = 'parked') = (parked_on IS NOT NULL))
) WITH (fillfactor = 85);
CREATE INDEX stripe_events_pending ON stripe_events (seq) WHERE state = 'pending';
CREATE INDEX stripe_events_attention ON stripe_events (state, seq) WHERE state IN ('parked', 'dead');
CREATE INDEX stripe_events_parked_on ON stripe_events (parked_on) WHERE parked_on IS NOT NULL;
CREATE INDEX stripe_events_object ON stripe_events (object_id);
CREATE INDEX stripe_events_type ON stripe_events (type, seq);

-- Bodies are a few KB: lz4 costs a tenth of the default compression. Not every build of PostgreSQL has it.
DO $$ BEGIN
    ALTER TABLE stripe_events ALTER COLUMN raw SET COMPRESSION lz4;
EXCEPTION WHEN OTHERS THEN
    RAISE NOTICE 'lz4 is not built in; the default compression is used';
END $$;

-- How many events were settled, so that nobody has to count millions of rows.
CREATE TABLE stripe_event_counters (
    state text PRIMARY KEY CHECK (state IN ('done', 'ignored')),
    n     bigint NOT NULL DEFAULT 0
);
INSERT INTO stripe_event_counters (state) VALUES ('done'), ('ignored');

-- The newest snapshot of each invoice, payment, refund and coupon in our own normal form: facts.
CREATE TABLE stripe_objects (
    id                 text PRIMARY KEY,
    kind               text        NOT NULL CONSTRAINT stripe_objects_kind CHECK (kind IN
        ('invoice', 'failed_attempt', 'payment_intent', 'charge', 'refund', 'invoice_payment', 'coupon', 'discount')),
    stripe_customer_id text,
    seen_at            timestamptz NOT NULL,
    seen_rank          smallint    NOT NULL,
    seen_event         text        NOT NULL,
    body               jsonb       NOT NULL
);

CREATE INDEX stripe_objects_coupon ON stripe_objects ((body ->> 'coupon')) WHERE kind = 'discount';

-- Which of them belong to one payment (both directions): invoice, payment intent, charge, refund.
CREATE TABLE stripe_links (
    a text NOT NULL,
    b text NOT NULL,
    PRIMARY KEY (a, b)
);

-- Payments and refunds, derived from those facts. One row per business fact, whatever events told us.
CREATE TABLE transactions (
    id                       uuid PRIMARY KEY,
    business_key             text        NOT NULL CONSTRAINT transactions_business_key_key UNIQUE,
    -- The invoice, payment intent or charge that the row belongs to.
    payment_key              text        NOT NULL,
    customer_id              uuid        NOT NULL REFERENCES customers,
    stripe_subscription_id   text,
    kind                     text        NOT NULL CONSTRAINT transactions_kind CHECK (kind IN ('payment', 'refund')),
    status                   text        NOT NULL
        CONSTRAINT transactions_status CHECK (status IN ('succeeded', 'failed', 'pending', 'refunded')),
    transaction_type         text        NOT NULL
        CONSTRAINT transactions_type CHECK (transaction_type IN ('subscription', 'upgrade', 'one_time')),
    currency                 text        NOT NULL,
    amount_minor             bigint      NOT NULL,
    tax_minor                bigint      NOT NULL DEFAULT 0,
    refunded_minor           bigint      NOT NULL DEFAULT 0,
    invoice_number           text,
    stripe_invoice_id        text,
    stripe_payment_intent_id text,
    stripe_charge_id         text,
    reason                   text,
    occurred_at              timestamptz NOT NULL,
    updated_at               timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT transactions_sign CHECK ((kind = 'refund' AND amount_minor <= 0) OR (kind = 'payment' AND amount_minor >= 0))
);
CREATE INDEX transactions_occurred ON transactions (occurred_at DESC, id DESC);
CREATE INDEX transactions_amount ON transactions (amount_minor DESC, id DESC);
CREATE INDEX transactions_customer ON transactions (customer_id, occurred_at DESC);
CREATE INDEX transactions_invoice ON transactions (invoice_number);
CREATE INDEX transactions_payment ON transactions (payment_key);

-- Objects to ask Stripe for, when there is an API key: two snapshots of one second that nothing orders, or an object that
-- others refer to and that was never described. What Stripe answers comes in through the inbox.
CREATE TABLE stripe_refetches (
    object_id text PRIMARY KEY,
    kind      text        NOT NULL CONSTRAINT stripe_refetches_kind CHECK (kind IN ('subscription', 'customer', 'charge', 'payment_intent')),
    due_at    timestamptz NOT NULL,
    attempts  integer     NOT NULL DEFAULT 0
);
CREATE INDEX stripe_refetches_due ON stripe_refetches (due_at);
