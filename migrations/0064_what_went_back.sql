-- What went back is a hundredth of what was paid: its lists do not walk past the rest. Measured among 8.8 million: 15 s and 0.6 s, now 6 ms.
CREATE INDEX transactions_back_amount ON transactions (kind, amount_minor DESC, id DESC) WHERE kind <> 'payment';
CREATE INDEX transactions_back_occurred ON transactions (kind, occurred_at DESC, id DESC) WHERE kind <> 'payment';
CREATE INDEX revenue_shares_back ON revenue_shares (kind, occurred_at DESC, id DESC) WHERE kind <> 'payment';
-- And so is what failed or waits: 0.11 s, now 6 ms.
CREATE INDEX transactions_not_paid ON transactions (status, occurred_at DESC, id DESC) WHERE status <> 'succeeded';
