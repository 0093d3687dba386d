-- Disputes take money back as refunds do, and give it back when they are won.

ALTER TABLE stripe_objects DROP CONSTRAINT stripe_objects_kind;
ALTER TABLE stripe_objects ADD CONSTRAINT stripe_objects_kind CHECK (kind IN
    ('invoice', 'failed_attempt', 'payment_intent', 'charge', 'refund', 'dispute', 'invoice_payment', 'coupon', 'discount'));

ALTER TABLE transactions DROP CONSTRAINT transactions_kind;
ALTER TABLE transactions ADD CONSTRAINT transactions_kind CHECK (kind IN ('payment', 'refund', 'dispute'));
ALTER TABLE transactions DROP CONSTRAINT transactions_status;
ALTER TABLE transactions ADD CONSTRAINT transactions_status
    CHECK (status IN ('succeeded', 'failed', 'pending', 'refunded', 'disputed') AND (status <> 'disputed' OR kind = 'dispute'));
ALTER TABLE transactions DROP CONSTRAINT transactions_sign;
ALTER TABLE transactions ADD CONSTRAINT transactions_sign
    CHECK ((kind = 'payment' AND amount_minor >= 0) OR (kind <> 'payment' AND amount_minor <= 0));

ALTER TABLE revenue_shares DROP CONSTRAINT revenue_shares_kind;
ALTER TABLE revenue_shares ADD CONSTRAINT revenue_shares_kind CHECK (kind IN ('payment', 'refund', 'dispute'));

-- As before, less what disputes took.
CREATE OR REPLACE FUNCTION customer_lifetime(customer uuid, mrr_currency text) RETURNS TABLE (paid bigint, paid_in text)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1 AS $$
    SELECT coalesce(sum(t.amount_minor) FILTER (WHERE t.status IN ('succeeded', 'refunded', 'disputed')), 0)::bigint,
           CASE WHEN count(t.id) > 0 THEN k.currency END
    FROM (SELECT coalesce(mrr_currency, (SELECT n.currency FROM transactions n WHERE n.customer_id = customer
                                         ORDER BY n.occurred_at DESC, n.id DESC LIMIT 1)) AS currency) k
    LEFT JOIN transactions t ON t.customer_id = customer AND t.currency = k.currency
    GROUP BY k.currency
$$;

-- Disputes were stored and not used so far: they are read now.
UPDATE stripe_events SET state = 'pending', settled_at = NULL, next_attempt_at = now() WHERE type LIKE 'charge.dispute.%' AND state = 'ignored';
UPDATE stripe_event_counters SET n = (SELECT count(*) FROM stripe_events WHERE state = 'ignored')
WHERE state = 'ignored' AND EXISTS (SELECT FROM stripe_events WHERE type LIKE 'charge.dispute.%');
