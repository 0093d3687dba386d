-- What a period would come to under other rules, and whether the ledgers add up: both are found out by jobs, whose results stay here.

-- Whatever kinds there are by now, and two more.
DO $$
DECLARE
    so_far text := (SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'jobs_kind' AND conrelid = 'jobs'::regclass);
BEGIN
    ALTER TABLE jobs DROP CONSTRAINT jobs_kind;
    EXECUTE format('ALTER TABLE jobs ADD CONSTRAINT jobs_kind CHECK (%s OR kind IN (''revenue.simulation'', ''revenue.check''))',
                   substr(so_far, length('CHECK ') + 1));
END $$;

-- A simulation is a job. What it comes to in all, by currency, by the rules that hold and by those that are proposed ...
CREATE TABLE revenue_simulation_totals (
    job_id                      uuid   NOT NULL REFERENCES jobs ON DELETE CASCADE,
    currency                    text   NOT NULL,
    -- Payments, refunds and disputes that either rules share.
    shares                      bigint NOT NULL,
    now_paid_minor              bigint NOT NULL,
    now_shared_minor            bigint NOT NULL,
    now_coach_minor             bigint NOT NULL,
    now_organization_minor      bigint NOT NULL,
    now_platform_minor          bigint NOT NULL,
    proposed_paid_minor         bigint NOT NULL,
    proposed_shared_minor       bigint NOT NULL,
    proposed_coach_minor        bigint NOT NULL,
    proposed_organization_minor bigint NOT NULL,
    proposed_platform_minor     bigint NOT NULL,
    PRIMARY KEY (job_id, currency),
    CONSTRAINT revenue_simulation_totals_add_up CHECK
        (now_coach_minor + now_organization_minor + now_platform_minor = now_shared_minor
         AND proposed_coach_minor + proposed_organization_minor + proposed_platform_minor = proposed_shared_minor)
);

-- ... and for each coach and organisation.
CREATE TABLE revenue_simulation_parties (
    id               uuid   PRIMARY KEY DEFAULT gen_random_uuid(),
    job_id           uuid   NOT NULL REFERENCES jobs ON DELETE CASCADE,
    currency         text   NOT NULL,
    party            text   NOT NULL CONSTRAINT revenue_simulation_parties_party CHECK (party IN ('coach', 'organization')),
    party_id         uuid   NOT NULL,
    shares           bigint NOT NULL,
    now_minor        bigint NOT NULL,
    proposed_minor   bigint NOT NULL,
    difference_minor bigint NOT NULL GENERATED ALWAYS AS (proposed_minor - now_minor) STORED,
    CONSTRAINT revenue_simulation_parties_once UNIQUE (job_id, party, party_id, currency)
);
CREATE INDEX revenue_simulation_parties_difference ON revenue_simulation_parties (job_id, difference_minor, id);
CREATE INDEX revenue_simulation_parties_now ON revenue_simulation_parties (job_id, now_minor, id);
CREATE INDEX revenue_simulation_parties_proposed ON revenue_simulation_parties (job_id, proposed_minor, id);

-- What the last check of an identity found, by currency: nobody scans history to look at it.
CREATE TABLE invariant_results (
    identity         text        NOT NULL,
    currency         text        NOT NULL,
    -- What was compared, how much of it differs, and by how much in all.
    compared         bigint      NOT NULL,
    wrong            bigint      NOT NULL,
    difference_minor bigint      NOT NULL,
    PRIMARY KEY (identity, currency)
);
CREATE TABLE invariant_checks (
    identity   text        PRIMARY KEY,
    checked_at timestamptz NOT NULL,
    took_ms    bigint      NOT NULL
);
-- One at a time: two would find out the same.
CREATE UNIQUE INDEX jobs_one_check ON jobs (kind) WHERE kind = 'revenue.check' AND state IN ('queued', 'running');
