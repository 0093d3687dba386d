-- Months are closed one after the other; what they come to for each coach and organisation is stated, approved and paid.

-- Below that, a balance is carried to the next month. No row: whatever is above nothing is paid.
CREATE TABLE payout_minimums (
    currency      text   PRIMARY KEY CONSTRAINT payout_minimums_currency CHECK (currency ~ '^[a-z]{3}$'),
    minimum_minor bigint NOT NULL CONSTRAINT payout_minimums_minimum CHECK (minimum_minor >= 0)
);

CREATE TABLE revenue_closings (
    month     date        PRIMARY KEY CONSTRAINT revenue_closings_month CHECK (extract(day FROM month) = 1),
    closed_at timestamptz NOT NULL DEFAULT now()
);
CREATE TRIGGER revenue_closings_append_only BEFORE UPDATE OR DELETE ON revenue_closings
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER revenue_closings_no_truncate BEFORE TRUNCATE ON revenue_closings
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The month to which a share counts that is written now: that of its money, or the first that is not closed.
CREATE FUNCTION revenue_month(instant timestamptz) RETURNS date
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN greatest(date_trunc('month', account_day(instant))::date,
                    (SELECT (max(month) + interval '1 month')::date FROM revenue_closings));

CREATE FUNCTION revenue_share_of_open_month() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM revenue_closings WHERE month >= NEW.month) THEN
        RAISE EXCEPTION 'the month % is closed', NEW.month
            USING ERRCODE = 'check_violation', CONSTRAINT = 'revenue_shares_month_is_open';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER revenue_shares_open_month BEFORE INSERT ON revenue_shares
    FOR EACH ROW EXECUTE FUNCTION revenue_share_of_open_month();

-- What a closed month comes to for a coach or an organisation, in one currency. Its amounts never change; it is approved, and
-- then paid.
CREATE TABLE payout_statements (
    id                uuid        PRIMARY KEY,
    month             date        NOT NULL REFERENCES revenue_closings,
    party             text        NOT NULL CONSTRAINT payout_statements_party CHECK (party IN ('coach', 'organization')),
    party_id          uuid        NOT NULL,
    currency          text        NOT NULL,
    -- From the statement before: what was owed to the platform, or too little to pay.
    carried_minor     bigint      NOT NULL,
    earned_minor      bigint      NOT NULL,
    refunded_minor    bigint      NOT NULL,
    minimum_minor     bigint      NOT NULL,
    payable_minor     bigint      NOT NULL,
    -- To the next statement.
    forward_minor     bigint      NOT NULL,
    status            text        NOT NULL DEFAULT 'closed'
        CONSTRAINT payout_statements_status CHECK (status IN ('closed', 'approved', 'paid')),
    approved_at       timestamptz,
    paid_at           timestamptz,
    -- How it was paid, as the bank has it.
    payment_reference text CONSTRAINT payout_statements_reference CHECK (length(payment_reference) BETWEEN 1 AND 200),
    CONSTRAINT payout_statements_once UNIQUE (party, party_id, currency, month),
    CONSTRAINT payout_statements_add_up CHECK (carried_minor + earned_minor + refunded_minor = payable_minor + forward_minor),
    CONSTRAINT payout_statements_payable CHECK (payable_minor >= 0 AND (payable_minor = 0 OR forward_minor = 0)),
    CONSTRAINT payout_statements_minimum CHECK (payable_minor = 0 OR payable_minor >= minimum_minor),
    CONSTRAINT payout_statements_nothing_to_pay CHECK (payable_minor > 0 OR status = 'closed'),
    CONSTRAINT payout_statements_stamps CHECK ((status = 'closed') = (approved_at IS NULL) AND (status = 'paid') = (paid_at IS NOT NULL)),
    CONSTRAINT payout_statements_reference_of_paid CHECK (payment_reference IS NULL OR status = 'paid')
);
CREATE INDEX payout_statements_month ON payout_statements (month, payable_minor, id);
CREATE INDEX payout_statements_state ON payout_statements (status, month, id);

CREATE FUNCTION payout_statement_moves_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(NEW) - '{status,approved_at,paid_at,payment_reference}'::text[])
       <> (to_jsonb(OLD) - '{status,approved_at,paid_at,payment_reference}'::text[])
       OR NOT (OLD.status, NEW.status) IN (('closed', 'approved'), ('approved', 'paid'), ('approved', 'closed'))
       OR (NEW.status = 'paid' AND NEW.approved_at <> OLD.approved_at) THEN
        RAISE EXCEPTION 'statement % is %, and its amounts never change', OLD.id, OLD.status
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payout_statements_move_on';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER payout_statements_move_on BEFORE UPDATE ON payout_statements
    FOR EACH ROW EXECUTE FUNCTION payout_statement_moves_on();
CREATE TRIGGER payout_statements_stay BEFORE DELETE ON payout_statements
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER payout_statements_no_truncate BEFORE TRUNCATE ON payout_statements
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The same statement has the same id before and after its month is closed.
CREATE FUNCTION payout_statement_id(party text, party_id uuid, currency text, month date) RETURNS uuid
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN md5(party || party_id::text || currency || (month - DATE '2000-01-01')::text)::uuid;

-- What a month comes to that is not closed yet. Only the first of them knows what is carried to it.
CREATE FUNCTION open_statements(of_month date) RETURNS TABLE (
    id uuid, month date, party text, party_id uuid, currency text, carried_minor bigint, earned_minor bigint, refunded_minor bigint,
    minimum_minor bigint, payable_minor bigint, forward_minor bigint)
    LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT payout_statement_id(party, party_id, currency, of_month), of_month, party, party_id, currency,
           coalesce(p.forward_minor, 0), coalesce(m.earned_minor, 0), coalesce(m.refunded_minor, 0), coalesce(k.minimum_minor, 0),
           due.payable, due.balance - due.payable
    FROM (SELECT * FROM revenue_monthly_parties n WHERE n.month = of_month) m
    FULL JOIN (SELECT * FROM payout_statements s
               WHERE s.month = (SELECT max(c.month) FROM revenue_closings c) AND s.forward_minor <> 0
                 AND NOT EXISTS (SELECT FROM revenue_monthly e WHERE e.month > s.month AND e.month < of_month)) p
        USING (party, party_id, currency)
    LEFT JOIN payout_minimums k USING (currency)
    CROSS JOIN LATERAL (SELECT coalesce(p.forward_minor, 0) + coalesce(m.earned_minor, 0) + coalesce(m.refunded_minor, 0) AS balance) b
    CROSS JOIN LATERAL (SELECT b.balance, CASE WHEN b.balance > 0 AND b.balance >= coalesce(k.minimum_minor, 0)
                                               THEN b.balance ELSE 0 END AS payable) due
$$;

-- Statements of closed months, and what the open ones come to so far.
CREATE VIEW revenue_statements AS
SELECT s.id, s.month, s.party, s.party_id, s.currency, s.carried_minor, s.earned_minor, s.refunded_minor, s.minimum_minor,
       s.payable_minor, s.forward_minor, s.status, s.approved_at, s.paid_at, s.payment_reference
FROM payout_statements s
UNION ALL
SELECT o.id, o.month, o.party, o.party_id, o.currency, o.carried_minor, o.earned_minor, o.refunded_minor, o.minimum_minor,
       o.payable_minor, o.forward_minor, 'open', NULL, NULL, NULL
FROM (SELECT DISTINCT m.month FROM revenue_monthly m
      WHERE NOT EXISTS (SELECT FROM revenue_closings c WHERE c.month >= m.month)) months,
     open_statements(months.month) o;
