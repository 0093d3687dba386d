-- What renews, and which trials end, by when: each list is one range of an index.
CREATE INDEX subscriptions_renewals ON subscriptions (coalesce(current_period_end, 'infinity'::timestamptz), id)
    WHERE status IN ('active', 'past_due') AND cancel_at IS NULL;
CREATE INDEX subscriptions_trial_ends ON subscriptions (coalesce(current_period_end, 'infinity'::timestamptz), id)
    WHERE status = 'free_trial';
CREATE INDEX subscriptions_past_due ON subscriptions (coalesce(current_period_end, 'infinity'::timestamptz), id)
    WHERE status = 'past_due';
