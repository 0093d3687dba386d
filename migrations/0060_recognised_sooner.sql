-- Revenue when it is earned, once more and quicker: nearly every invoice has one line, whose part is all of it. What a payment
-- comes to is as before.
CREATE OR REPLACE FUNCTION recognised_parts(lines jsonb, amount bigint, refunded bigint, tax bigint, at timestamptz)
    RETURNS TABLE (price_id text, begun date, month date, amount_minor bigint) LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT p.price_id, date_trunc('month', p.first)::date, m.month::date,
           (round(p.minor * (least((m.month + interval '1 month')::date, p.until) - p.first) / (p.until - p.first))
            - round(p.minor * (greatest(m.month::date, p.first) - p.first) / (p.until - p.first)))::bigint
    FROM (
        SELECT coalesce(l.line ->> 'price', '') AS price_id, l.minor, d.first,
               least(greatest(account_day(coalesce((l.line ->> 'to')::timestamptz, at)), d.first + 1), d.first + 3660) AS until
        FROM (
            SELECT n.lines, n.net, n.net IS NOT NULL AND jsonb_array_length(n.lines) = 1 AND (n.lines -> 0 ->> 'amount')::numeric <> 0 AS one
            FROM (SELECT lines, CASE WHEN amount = 0 THEN 0 ELSE round((amount - refunded) * (amount - tax)::numeric / amount) END AS net) AS n
        ) AS paid
        CROSS JOIN LATERAL (
            SELECT paid.lines -> 0 AS line, paid.net AS minor WHERE paid.one
            UNION ALL
            SELECT s.line, round(paid.net * s.so_far / s.whole) - round(paid.net * (s.so_far - s.amount) / s.whole)
            FROM (SELECT i.line, (i.line ->> 'amount')::numeric AS amount, sum((i.line ->> 'amount')::numeric) OVER (ORDER BY i.n) AS so_far,
                         sum((i.line ->> 'amount')::numeric) OVER () AS whole
                  FROM jsonb_array_elements(paid.lines) WITH ORDINALITY AS i (line, n) WHERE paid.one IS NOT TRUE) AS s
            WHERE s.whole <> 0
            UNION ALL
            SELECT '{}', paid.net
            WHERE paid.one IS NOT TRUE
              AND coalesce((SELECT sum((i.line ->> 'amount')::numeric) FROM jsonb_array_elements(paid.lines) AS i (line)), 0) = 0
        ) AS l
        CROSS JOIN LATERAL (SELECT account_day(coalesce((l.line ->> 'from')::timestamptz, at)) AS first) AS d
        WHERE l.minor <> 0
    ) AS p
    CROSS JOIN LATERAL generate_series(date_trunc('month', p.first::timestamp), (p.until - 1)::timestamp, interval '1 month') AS m (month)
$$;

-- Of coaching that has no end, its last day was counted.
DELETE FROM paying_daily WHERE day = DATE '9999-12-31';
