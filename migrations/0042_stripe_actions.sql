-- What staff asked Stripe to do. Written before Stripe is asked, so that nothing that it does is without a row; confirmed by
-- the webhook that carries the request's key.
CREATE TABLE stripe_actions (
    id             uuid PRIMARY KEY,
    kind           text        NOT NULL CONSTRAINT stripe_actions_kind CHECK (kind IN
        ('start', 'change', 'apply_coupon', 'remove_coupon', 'pause', 'resume', 'cancel_now', 'cancel_at_period_end', 'reactivate',
         'refund')),
    state          text        NOT NULL DEFAULT 'pending'
        CONSTRAINT stripe_actions_state CHECK (state IN ('pending', 'confirmed', 'failed', 'unconfirmed')),
    -- What it changes: a subscription of Stripe's, the business key of a payment, or for one that starts the customer.
    subject        text        NOT NULL,
    customer_id    uuid        NOT NULL REFERENCES customers,
    -- Exactly what was asked. The same again is the same request, as long as Stripe has not answered.
    asked          jsonb       NOT NULL,
    summary        text        NOT NULL,
    -- The Idempotency-Key at Stripe: however often it is sent, it is done once.
    stripe_key     text        NOT NULL CONSTRAINT stripe_actions_stripe_key_key UNIQUE,
    -- The subscription that a start made.
    made           text,
    answered       boolean     NOT NULL DEFAULT false,
    reason         text,
    asked_by       text        NOT NULL,
    asked_at       timestamptz NOT NULL DEFAULT now(),
    settled_at     timestamptz,
    CONSTRAINT stripe_actions_settled CHECK ((state IN ('confirmed', 'failed')) = (settled_at IS NOT NULL)),
    CONSTRAINT stripe_actions_failed CHECK (state <> 'failed' OR reason IS NOT NULL)
);
-- One thing at a time: a second change waits until the first is known to have happened.
CREATE UNIQUE INDEX stripe_actions_one_pending ON stripe_actions (subject) WHERE state = 'pending';
CREATE INDEX stripe_actions_asked ON stripe_actions (asked_at DESC, id DESC);
CREATE INDEX stripe_actions_customer ON stripe_actions (customer_id, asked_at DESC, id DESC);
CREATE INDEX stripe_actions_subject ON stripe_actions (subject, asked_at DESC, id DESC);
CREATE INDEX stripe_actions_made ON stripe_actions (made) WHERE made IS NOT NULL;
