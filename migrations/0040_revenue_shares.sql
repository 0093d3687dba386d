-- What coaches and organisations get of what clients pay: rules that hold for a time, and a ledger of what was shared.

-- What an invoice was for, as Stripe lists it: [{"price", "amount", "from", "to"}]. Null without an invoice.
ALTER TABLE transactions ADD COLUMN lines jsonb;

-- When a coaching relationship rested: its row only tells whether it rests now. Kept by a trigger.
CREATE TABLE coaching_pauses (
    relationship_id uuid      NOT NULL REFERENCES coaching_relationships ON DELETE CASCADE,
    during          tstzrange NOT NULL CONSTRAINT coaching_pauses_begun CHECK (NOT isempty(during) AND NOT lower_inf(during)),
    CONSTRAINT coaching_pauses_apart EXCLUDE USING gist (relationship_id WITH =, during WITH &&)
);
INSERT INTO coaching_pauses (relationship_id, during)
SELECT id, tstzrange(greatest(updated_at, lower(during)), NULL) FROM coaching_relationships WHERE status = 'paused';

CREATE FUNCTION coaching_paused() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status = 'paused' THEN
        UPDATE coaching_pauses SET during = tstzrange(lower(during), greatest(clock_timestamp(), lower(during) + interval '1 microsecond'))
        WHERE relationship_id = NEW.id AND upper_inf(during);
    END IF;
    IF NEW.status = 'paused' THEN
        INSERT INTO coaching_pauses (relationship_id, during)
        SELECT NEW.id, tstzrange(greatest(clock_timestamp(), max(upper(during))), NULL) FROM coaching_pauses WHERE relationship_id = NEW.id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER coaching_relationships_paused AFTER UPDATE OF status ON coaching_relationships FOR EACH ROW
    WHEN (NEW.status IS DISTINCT FROM OLD.status) EXECUTE FUNCTION coaching_paused();

-- Who coaches a client, and since when, decides what of the client's payments is shared.
CREATE FUNCTION coaching_shares_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO recompute_queue (customer_id, reason) VALUES (NEW.client_id, 'coaching') ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER coaching_relationships_shared AFTER INSERT OR UPDATE ON coaching_relationships
    FOR EACH ROW EXECUTE FUNCTION coaching_shares_again();

-- Which rule holds for a payment is decided at the instant of the payment: that of the coaching relationship, else that of
-- its organisation, else that for all. Where none holds, nothing is shared.
CREATE TABLE share_rules (
    id              uuid PRIMARY KEY,
    scope           text        NOT NULL CONSTRAINT share_rules_scope CHECK (scope IN ('default', 'organization', 'relationship')),
    organization_id uuid        REFERENCES organizations,
    relationship_id uuid        REFERENCES coaching_relationships,
    subject_id      uuid        NOT NULL GENERATED ALWAYS AS
        (coalesce(organization_id, relationship_id, '00000000-0000-0000-0000-000000000000'::uuid)) STORED,
    -- What is shared: all that was paid, or that less the tax within.
    base            text        NOT NULL CONSTRAINT share_rules_base CHECK (base IN ('gross', 'net_of_tax')),
    -- In basis points; the rest is the platform's, and so is the organisation's part where there is none.
    coach_bp        integer     NOT NULL CONSTRAINT share_rules_coach CHECK (coach_bp BETWEEN 0 AND 10000),
    organization_bp integer     NOT NULL CONSTRAINT share_rules_organization CHECK (organization_bp BETWEEN 0 AND 10000),
    during          tstzrange   NOT NULL,
    created_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT share_rules_at_most_all CHECK (coach_bp + organization_bp <= 10000),
    CONSTRAINT share_rules_subject CHECK ((scope = 'organization') = (organization_id IS NOT NULL)
                                          AND (scope = 'relationship') = (relationship_id IS NOT NULL)),
    CONSTRAINT share_rules_begun CHECK (NOT isempty(during) AND NOT lower_inf(during)),
    CONSTRAINT share_rules_one_at_a_time EXCLUDE USING gist (scope WITH =, subject_id WITH =, during WITH &&)
);
CREATE INDEX share_rules_order ON share_rules (lower(during), id);

-- How payments and refunds were shared: append-only. What turns out otherwise is reversed, and shared anew by another row.
CREATE TABLE revenue_shares (
    id                     uuid PRIMARY KEY,
    -- The payment or refund whose money it is, as `transactions` has it.
    business_key           text        NOT NULL,
    revision               integer     NOT NULL CONSTRAINT revenue_shares_revision CHECK (revision >= 0),
    payment_key            text        NOT NULL,
    kind                   text        NOT NULL CONSTRAINT revenue_shares_kind CHECK (kind IN ('payment', 'refund')),
    customer_id            uuid        NOT NULL REFERENCES customers,
    coach_id               uuid        NOT NULL REFERENCES customers,
    organization_id        uuid        REFERENCES organizations,
    relationship_id        uuid        NOT NULL REFERENCES coaching_relationships,
    rule_id                uuid        NOT NULL REFERENCES share_rules,
    stripe_subscription_id text,
    base                   text        NOT NULL,
    coach_bp               integer     NOT NULL,
    organization_bp        integer     NOT NULL,
    currency               text        NOT NULL,
    -- What the customer paid, tax and all; what of that is shared; and how.
    paid_minor             bigint      NOT NULL,
    shared_minor           bigint      NOT NULL,
    coach_minor            bigint      NOT NULL,
    organization_minor     bigint      NOT NULL,
    platform_minor         bigint      NOT NULL,
    -- What it was paid for: the service period of the invoice's lines, half-open.
    period_start           timestamptz,
    period_end             timestamptz,
    occurred_at            timestamptz NOT NULL,
    -- The month whose statement it belongs to: its first day, in the account's time zone.
    month                  date        NOT NULL CONSTRAINT revenue_shares_month CHECK (extract(day FROM month) = 1),
    recorded_at            timestamptz NOT NULL DEFAULT now(),
    reverses               uuid        REFERENCES revenue_shares CONSTRAINT revenue_shares_reversed_once UNIQUE,
    CONSTRAINT revenue_shares_add_up CHECK (coach_minor + organization_minor + platform_minor = shared_minor),
    CONSTRAINT revenue_shares_whose CHECK (organization_id IS NOT NULL OR organization_minor = 0),
    CONSTRAINT revenue_shares_sign CHECK (CASE WHEN (kind = 'payment') = (reverses IS NULL)
        THEN paid_minor >= 0 AND shared_minor >= 0 ELSE paid_minor <= 0 AND shared_minor <= 0 END)
);
CREATE UNIQUE INDEX revenue_shares_once ON revenue_shares (business_key, revision) WHERE reverses IS NULL;
CREATE INDEX revenue_shares_occurred ON revenue_shares (occurred_at, id);
CREATE INDEX revenue_shares_amount ON revenue_shares (coach_minor, id);
CREATE INDEX revenue_shares_customer ON revenue_shares (customer_id, occurred_at, id);
CREATE INDEX revenue_shares_coach ON revenue_shares (coach_id, occurred_at, id);
CREATE INDEX revenue_shares_organization ON revenue_shares (organization_id, occurred_at, id) WHERE organization_id IS NOT NULL;
CREATE INDEX revenue_shares_month ON revenue_shares (month, occurred_at, id);
CREATE INDEX revenue_shares_payment ON revenue_shares (payment_key);

CREATE TRIGGER revenue_shares_append_only BEFORE UPDATE OR DELETE ON revenue_shares
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER revenue_shares_no_truncate BEFORE TRUNCATE ON revenue_shares
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- At commit: a reversal takes back the whole row that it names, a payment or refund counts once, and never more goes back of a
-- payment than was shared of it.
CREATE FUNCTION revenue_share_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.reverses IS NOT NULL AND NOT EXISTS (
        SELECT FROM revenue_shares r WHERE r.id = NEW.reverses AND r.reverses IS NULL
            AND (r.business_key, r.revision, r.payment_key, r.kind, r.customer_id, r.coach_id, r.rule_id, r.currency)
                = (NEW.business_key, NEW.revision, NEW.payment_key, NEW.kind, NEW.customer_id, NEW.coach_id, NEW.rule_id, NEW.currency)
            AND r.organization_id IS NOT DISTINCT FROM NEW.organization_id
            AND (r.paid_minor, r.coach_minor, r.organization_minor, r.platform_minor)
                = (-NEW.paid_minor, -NEW.coach_minor, -NEW.organization_minor, -NEW.platform_minor)) THEN
        RAISE EXCEPTION 'share % does not take back what % is', NEW.id, NEW.reverses
            USING ERRCODE = 'check_violation', CONSTRAINT = 'revenue_shares_reversal';
    END IF;
    IF (SELECT count(*) FILTER (WHERE reverses IS NULL) - count(reverses) FROM revenue_shares WHERE business_key = NEW.business_key) > 1 THEN
        RAISE EXCEPTION '% is shared twice', NEW.business_key
            USING ERRCODE = 'check_violation', CONSTRAINT = 'revenue_shares_counted_once';
    END IF;
    IF (SELECT sum(shared_minor) FROM revenue_shares WHERE payment_key = NEW.payment_key) < 0 THEN
        RAISE EXCEPTION 'more of payment % goes back than was shared', NEW.payment_key
            USING ERRCODE = 'check_violation', CONSTRAINT = 'revenue_shares_not_negative';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER revenue_shares_balanced AFTER INSERT ON revenue_shares
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION revenue_share_balanced();

-- The ledger by month, and by month and party, kept in the same transaction: no page adds up history.
CREATE TABLE revenue_monthly (
    month              date   NOT NULL,
    currency           text   NOT NULL,
    paid_minor         bigint NOT NULL,
    shared_minor       bigint NOT NULL,
    coach_minor        bigint NOT NULL,
    organization_minor bigint NOT NULL,
    platform_minor     bigint NOT NULL,
    PRIMARY KEY (month, currency),
    CONSTRAINT revenue_monthly_add_up CHECK (coach_minor + organization_minor + platform_minor = shared_minor)
);
CREATE TABLE revenue_monthly_parties (
    month          date   NOT NULL,
    currency       text   NOT NULL,
    party          text   NOT NULL CONSTRAINT revenue_monthly_parties_party CHECK (party IN ('coach', 'organization')),
    -- A customer or an organisation.
    party_id       uuid   NOT NULL,
    -- Their part of what was paid, and of what went back (negative).
    earned_minor   bigint NOT NULL,
    refunded_minor bigint NOT NULL,
    PRIMARY KEY (month, currency, party, party_id)
);
CREATE INDEX revenue_monthly_parties_of ON revenue_monthly_parties (party, party_id, month);
