-- Payments cost a fee, and what is shared may be what is left after it.

ALTER TABLE stripe_objects DROP CONSTRAINT stripe_objects_kind;
ALTER TABLE stripe_objects ADD CONSTRAINT stripe_objects_kind CHECK (kind IN
    ('invoice', 'failed_attempt', 'payment_intent', 'charge', 'refund', 'dispute', 'fee', 'invoice_payment', 'coupon', 'discount'));

-- What Stripe kept of a payment; null where no event held it.
ALTER TABLE transactions ADD COLUMN fee_minor bigint CONSTRAINT transactions_fee CHECK (fee_minor BETWEEN 0 AND amount_minor);

-- What payments in a currency cost since then, until the next: it stands for what Stripe did not tell.
CREATE TABLE payment_fees (
    currency    text        NOT NULL CONSTRAINT payment_fees_currency CHECK (currency ~ '^[a-z]{3}$'),
    starts_at   timestamptz NOT NULL,
    rate_bp     integer     NOT NULL CONSTRAINT payment_fees_rate CHECK (rate_bp BETWEEN 0 AND 10000),
    fixed_minor bigint      NOT NULL CONSTRAINT payment_fees_fixed CHECK (fixed_minor >= 0),
    PRIMARY KEY (currency, starts_at)
);

ALTER TABLE share_rules DROP CONSTRAINT share_rules_base;
ALTER TABLE share_rules ADD CONSTRAINT share_rules_base CHECK (base IN ('gross', 'net_of_tax', 'net_of_fees'));
