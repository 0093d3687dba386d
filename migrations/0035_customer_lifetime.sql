-- What a customer paid so far, less what they got back, in the currency of their MRR; without one, in that of their newest
-- transaction. No row counts as nothing paid in no currency.
CREATE FUNCTION customer_lifetime(customer uuid, mrr_currency text) RETURNS TABLE (paid bigint, paid_in text)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1 AS $$
    SELECT coalesce(sum(t.amount_minor) FILTER (WHERE t.status IN ('succeeded', 'refunded')), 0)::bigint,
           CASE WHEN count(t.id) > 0 THEN k.currency END
    FROM (SELECT coalesce(mrr_currency, (SELECT n.currency FROM transactions n WHERE n.customer_id = customer
                                         ORDER BY n.occurred_at DESC, n.id DESC LIMIT 1)) AS currency) k
    LEFT JOIN transactions t ON t.customer_id = customer AND t.currency = k.currency
    GROUP BY k.currency
$$;
