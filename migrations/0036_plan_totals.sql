-- Plans: Stripe's products, and what each of their prices has now. See docs/adr/0012-plan-totals.md.

-- What a price belongs to. One that names no product is a plan of its own, so that no MRR is without a plan.
ALTER TABLE prices ADD COLUMN plan_id text NOT NULL GENERATED ALWAYS AS (coalesce(product_id, id)) STORED;
CREATE INDEX prices_plan ON prices (plan_id);

-- Also those of which Stripe told only a price so far. The condition is always true, and lets the planner take the index where
-- it was told to read no table.
CREATE VIEW plans AS
SELECT d.id, coalesce(d.name, d.id) AS name, d.active FROM products d WHERE d.id >= ''
UNION ALL
SELECT p.plan_id, coalesce(min(p.nickname), p.plan_id), bool_or(p.active) FROM prices p
WHERE NOT EXISTS (SELECT FROM products d WHERE d.id = p.plan_id) GROUP BY p.plan_id;

-- What is subscribed to: price, quantity, what one unit and all of them cost each time (null for what is
-- metered or tiered), how often, and its share of `mrr_minor`.
ALTER TABLE subscriptions ADD COLUMN items jsonb NOT NULL DEFAULT '[]'
    CONSTRAINT subscriptions_items CHECK (jsonb_typeof(items) = 'array');

-- Subscriptions and MRR by price. Triggers keep it in the transaction of whatever writes `subscriptions`.
CREATE TABLE price_totals (
    price_id      text    NOT NULL,
    currency      text    NOT NULL,
    status        text    NOT NULL,
    -- Set to end, and not over.
    scheduled     boolean NOT NULL,
    -- That have the price.
    subscriptions bigint  NOT NULL,
    -- Of them, those that no other price of the same plan counts: their sum over a plan counts each once.
    of_plan       bigint  NOT NULL,
    mrr_minor     bigint  NOT NULL,
    PRIMARY KEY (price_id, currency, status, scheduled)
) WITH (fillfactor = 50);

-- What the items of one subscription add to the totals.
CREATE FUNCTION subscription_shares(items jsonb) RETURNS TABLE (price_id text, of_plan bigint, mrr_minor bigint)
    LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT i.price, CASE WHEN row_number() OVER (PARTITION BY coalesce(p.plan_id, i.price) ORDER BY i.price) = 1 THEN 1 ELSE 0 END::bigint, i.mrr
FROM (SELECT e.price, sum(e.mrr)::bigint AS mrr FROM jsonb_to_recordset(items) AS e (price text, mrr bigint) GROUP BY e.price) AS i
LEFT JOIN prices p ON p.id = i.price
$$;

CREATE FUNCTION price_totals_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format($add$
        INSERT INTO price_totals AS t
        SELECT f.price_id, d.currency, d.status, d.cancel_at IS NOT NULL AND d.ended_at IS NULL,
               sum(d.sign), sum(d.sign * f.of_plan), sum(d.sign * f.mrr_minor)
        FROM (%s) AS d (sign, items, currency, status, cancel_at, ended_at) CROSS JOIN LATERAL subscription_shares(d.items) AS f
        GROUP BY 1, 2, 3, 4 HAVING sum(d.sign) <> 0 OR sum(d.sign * f.of_plan) <> 0 OR sum(d.sign * f.mrr_minor) <> 0
        ORDER BY 1, 2, 3, 4
        ON CONFLICT (price_id, currency, status, scheduled) DO UPDATE SET subscriptions = t.subscriptions + excluded.subscriptions,
            of_plan = t.of_plan + excluded.of_plan, mrr_minor = t.mrr_minor + excluded.mrr_minor$add$,
        CASE TG_OP WHEN 'INSERT' THEN 'SELECT 1, items, currency, status, cancel_at, ended_at FROM come'
                   WHEN 'DELETE' THEN 'SELECT -1, items, currency, status, cancel_at, ended_at FROM gone'
                   -- A renewal, the most frequent change, changes none of these.
                   ELSE 'SELECT v.* FROM gone g JOIN come c USING (id)
                         CROSS JOIN LATERAL (VALUES (-1, g.items, g.currency, g.status, g.cancel_at, g.ended_at),
                                                    (1, c.items, c.currency, c.status, c.cancel_at, c.ended_at)) AS v
                         WHERE (g.items, g.currency, g.status, g.cancel_at, g.ended_at)
                               IS DISTINCT FROM (c.items, c.currency, c.status, c.cancel_at, c.ended_at)' END);
    RETURN NULL;
END $$;
CREATE TRIGGER subscriptions_added_to_totals AFTER INSERT ON subscriptions REFERENCING NEW TABLE AS come
    FOR EACH STATEMENT EXECUTE FUNCTION price_totals_follow();
CREATE TRIGGER subscriptions_moved_in_totals AFTER UPDATE ON subscriptions REFERENCING OLD TABLE AS gone NEW TABLE AS come
    FOR EACH STATEMENT EXECUTE FUNCTION price_totals_follow();
CREATE TRIGGER subscriptions_taken_from_totals AFTER DELETE ON subscriptions REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION price_totals_follow();

-- The totals anew, from what they are totals of.
CREATE FUNCTION price_totals_recount() RETURNS void LANGUAGE sql AS $$
DELETE FROM price_totals;
INSERT INTO price_totals
SELECT f.price_id, s.currency, s.status, s.cancel_at IS NOT NULL AND s.ended_at IS NULL, count(*), sum(f.of_plan), sum(f.mrr_minor)
FROM subscriptions s CROSS JOIN LATERAL subscription_shares(s.items) AS f GROUP BY 1, 2, 3, 4;
$$;

-- A price that moves to another product while subscriptions have it: Stripe refuses that, but events of its older API may tell
-- the product later than the subscription.
CREATE FUNCTION price_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM price_totals t WHERE t.price_id = NEW.id AND t.subscriptions <> 0) THEN
        PERFORM price_totals_recount();
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER prices_come AFTER INSERT ON prices FOR EACH ROW EXECUTE FUNCTION price_moved();
CREATE TRIGGER prices_moved AFTER UPDATE OF product_id ON prices FOR EACH ROW
    WHEN (OLD.product_id IS DISTINCT FROM NEW.product_id) EXECUTE FUNCTION price_moved();

-- The shares of what is there already are computed by the worker, from the facts, as after a changed mapping.
INSERT INTO recompute_queue (customer_id, reason)
SELECT DISTINCT s.customer_id, 'subscription_items' FROM subscriptions s
ON CONFLICT (customer_id) DO NOTHING;
