-- How many a coach coaches and an organization has, and what they pay a month. See docs/adr/0019-portfolio-totals.md.

-- Whom they coach now, kept by the triggers below; and whether they coach: somebody, or for pay.
ALTER TABLE customers
    ADD COLUMN client_count bigint  NOT NULL DEFAULT 0 CONSTRAINT customers_client_count CHECK (client_count >= 0),
    ADD COLUMN coaches      boolean NOT NULL GENERATED ALWAYS AS (client_count > 0 OR coalesce(stream, '') = 'rev2_coaching') STORED;
CREATE INDEX customers_coaches_name ON customers (name_key, id) WHERE coaches;
CREATE INDEX customers_coaches_created ON customers (created_at, id) WHERE coaches;
CREATE INDEX customers_coaches_clients ON customers (client_count, id) WHERE coaches;

-- Those who belong to an organization and are not archived. Triggers keep it in the transaction of whatever writes `customers`.
CREATE TABLE organization_totals (
    organization_id uuid   NOT NULL,
    -- Of the MRR; empty for who never subscribed.
    currency        text   NOT NULL,
    -- Of the subscription that pays most; empty for who pays nothing.
    stream          text   NOT NULL,
    people          bigint NOT NULL,
    -- Of them, who coaches.
    coaches         bigint NOT NULL,
    -- Of those who do not coach, who pays.
    paying_clients  bigint NOT NULL,
    -- Of all, who pays.
    paying          bigint NOT NULL,
    mrr_minor       bigint NOT NULL,
    PRIMARY KEY (organization_id, currency, stream)
) WITH (fillfactor = 50);

-- Both anew, from what they are totals of.
CREATE FUNCTION portfolio_totals_recount() RETURNS void LANGUAGE sql AS $$
UPDATE customers k SET client_count = n.clients
FROM (SELECT c.id, count(o.id) AS clients FROM customers c LEFT JOIN customers o ON o.coach_id = c.id GROUP BY c.id) AS n
WHERE k.id = n.id AND k.client_count <> n.clients;
DELETE FROM organization_totals;
INSERT INTO organization_totals
SELECT c.organization_id, coalesce(c.currency, ''), coalesce(c.stream, ''), count(*), count(*) FILTER (WHERE c.coaches),
       count(*) FILTER (WHERE NOT c.coaches AND c.mrr_minor > 0), count(*) FILTER (WHERE c.mrr_minor > 0), sum(c.mrr_minor)
FROM customers c WHERE c.organization_id IS NOT NULL AND c.archived_at IS NULL GROUP BY 1, 2, 3;
$$;
SELECT portfolio_totals_recount();

CREATE FUNCTION portfolio_totals_follow() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    columns text := 'organization_id, coach_id, archived_at, currency, stream, coaches, mrr_minor';
    -- What was, taken away, and what is, added.
    changed text;
BEGIN
    IF TG_OP = 'INSERT' THEN
        changed := 'SELECT 1, ' || columns || ' FROM come WHERE coalesce(organization_id, coach_id) IS NOT NULL';
    ELSIF TG_OP = 'DELETE' THEN
        changed := 'SELECT -1, ' || columns || ' FROM gone WHERE coalesce(organization_id, coach_id) IS NOT NULL';
    -- Who follows somebody's change of another row comes here without any.
    ELSIF NOT EXISTS (SELECT FROM come) THEN
        RETURN NULL;
    ELSE
        changed := 'SELECT v.* FROM gone g JOIN come c USING (id)
            CROSS JOIN LATERAL (VALUES (-1, g.organization_id, g.coach_id, g.archived_at, g.currency, g.stream, g.coaches, g.mrr_minor),
                                       (1, c.organization_id, c.coach_id, c.archived_at, c.currency, c.stream, c.coaches, c.mrr_minor)) AS v
            WHERE coalesce(g.organization_id, g.coach_id, c.organization_id, c.coach_id) IS NOT NULL
              AND (g.organization_id, g.coach_id, g.archived_at, g.currency, g.stream, g.coaches, g.mrr_minor)
                  IS DISTINCT FROM (c.organization_id, c.coach_id, c.archived_at, c.currency, c.stream, c.coaches, c.mrr_minor)';
    END IF;
    -- In one order, so that two who write the same totals wait for each other and never both ways.
    EXECUTE format($add$
        INSERT INTO organization_totals AS t
        SELECT d.organization_id, coalesce(d.currency, ''), coalesce(d.stream, ''), sum(d.sign), sum(d.sign * d.coaches::int),
               sum(d.sign * (NOT d.coaches AND d.mrr_minor > 0)::int), sum(d.sign * (d.mrr_minor > 0)::int), sum(d.sign * d.mrr_minor)
        FROM (%s) AS d (sign, organization_id, coach_id, archived_at, currency, stream, coaches, mrr_minor)
        WHERE d.organization_id IS NOT NULL AND d.archived_at IS NULL
        GROUP BY 1, 2, 3
        HAVING sum(d.sign) <> 0 OR sum(d.sign * d.coaches::int) <> 0 OR sum(d.sign * (NOT d.coaches AND d.mrr_minor > 0)::int) <> 0
            OR sum(d.sign * (d.mrr_minor > 0)::int) <> 0 OR sum(d.sign * d.mrr_minor) <> 0
        ORDER BY 1, 2, 3
        ON CONFLICT (organization_id, currency, stream) DO UPDATE SET people = t.people + excluded.people,
            coaches = t.coaches + excluded.coaches, paying_clients = t.paying_clients + excluded.paying_clients,
            paying = t.paying + excluded.paying, mrr_minor = t.mrr_minor + excluded.mrr_minor$add$, changed);
    -- Whoever gets a first client coaches from now on, and whoever loses the last one does not any more: that comes here again.
    EXECUTE format($count$
        UPDATE customers k SET client_count = k.client_count + d.clients
        FROM (SELECT k.id, d.clients
              FROM (SELECT d.coach_id, sum(d.sign) AS clients
                    FROM (%s) AS d (sign, organization_id, coach_id, archived_at, currency, stream, coaches, mrr_minor)
                    WHERE d.coach_id IS NOT NULL GROUP BY 1 HAVING sum(d.sign) <> 0) AS d
              JOIN customers k ON k.id = d.coach_id ORDER BY k.id FOR NO KEY UPDATE OF k) AS d
        WHERE k.id = d.id$count$, changed);
    RETURN NULL;
END $$;
CREATE TRIGGER customers_added_to_totals AFTER INSERT ON customers REFERENCING NEW TABLE AS come
    FOR EACH STATEMENT EXECUTE FUNCTION portfolio_totals_follow();
CREATE TRIGGER customers_moved_in_totals AFTER UPDATE ON customers REFERENCING OLD TABLE AS gone NEW TABLE AS come
    FOR EACH STATEMENT EXECUTE FUNCTION portfolio_totals_follow();
CREATE TRIGGER customers_taken_from_totals AFTER DELETE ON customers REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION portfolio_totals_follow();

-- The coach of many clients follows with one statement, not one for each.
DROP TRIGGER coaching_relationships_followed ON coaching_relationships;
DROP FUNCTION coach_of_client();
CREATE FUNCTION coach_of_clients() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        UPDATE customers c SET coach_id = n.coach_id FROM come n
        WHERE c.id = n.client_id AND n.status <> 'ended' AND c.coach_id IS DISTINCT FROM n.coach_id;
    ELSE
        UPDATE customers c SET coach_id = CASE WHEN n.status <> 'ended' THEN n.coach_id END
        FROM come n JOIN gone o USING (id)
        WHERE c.id = n.client_id AND (n.status <> 'ended' OR o.status <> 'ended')
          AND c.coach_id IS DISTINCT FROM CASE WHEN n.status <> 'ended' THEN n.coach_id END;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER coaching_relationships_begun AFTER INSERT ON coaching_relationships REFERENCING NEW TABLE AS come
    FOR EACH STATEMENT EXECUTE FUNCTION coach_of_clients();
CREATE TRIGGER coaching_relationships_changed AFTER UPDATE ON coaching_relationships REFERENCING OLD TABLE AS gone NEW TABLE AS come
    FOR EACH STATEMENT EXECUTE FUNCTION coach_of_clients();
