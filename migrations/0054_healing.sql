-- What webhooks missed is asked for: Stripe's own list of events, its objects beside ours, and whole accounts from before.

-- The sweep over Stripe's list of events: one row. Its lock is the lease, as a job's is: a page of events and the cursor behind it
-- are committed together.
CREATE TABLE healing_sweep (
    one            boolean     PRIMARY KEY DEFAULT true CONSTRAINT healing_sweep_one CHECK (one),
    due_at         timestamptz NOT NULL DEFAULT now() + interval '15 minutes',
    -- The sweep that runs: whether somebody asked for it, events since when, and older than which one is next.
    began_at       timestamptz,
    asked          boolean     NOT NULL DEFAULT false,
    since          timestamptz,
    after_event    text,
    -- The newest event that it saw, by Stripe's clock.
    newest         timestamptz,
    seen           bigint      NOT NULL DEFAULT 0,
    found          bigint      NOT NULL DEFAULT 0,
    -- The last that came to its end, and until when all events are known.
    finished_at    timestamptz,
    finished_seen  bigint,
    finished_found bigint,
    covered_until  timestamptz,
    found_ever     bigint      NOT NULL DEFAULT 0,
    -- Failures in a row, and what Stripe said.
    attempts       integer     NOT NULL DEFAULT 0,
    problem        text,
    CONSTRAINT healing_sweep_found CHECK (found BETWEEN 0 AND seen),
    CONSTRAINT healing_sweep_running CHECK (began_at IS NOT NULL OR (after_event IS NULL AND seen = 0)),
    CONSTRAINT healing_sweep_finished CHECK ((finished_at IS NULL) = (finished_seen IS NULL) AND (finished_at IS NULL) = (finished_found IS NULL)),
    CONSTRAINT healing_sweep_problem CHECK ((attempts > 0) = (problem IS NOT NULL))
);
INSERT INTO healing_sweep DEFAULT VALUES;

-- Two more kinds of long work, which ask Stripe; of each one at a time.
DO $$
DECLARE
    so_far text := (SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'jobs_kind' AND conrelid = 'jobs'::regclass);
BEGIN
    ALTER TABLE jobs DROP CONSTRAINT jobs_kind;
    EXECUTE format('ALTER TABLE jobs ADD CONSTRAINT jobs_kind CHECK (%s OR kind IN (''stripe.reconciliation'', ''stripe.backfill''))',
                   substr(so_far, length('CHECK ') + 1));
END $$;
CREATE UNIQUE INDEX jobs_one_healing ON jobs (kind)
    WHERE kind IN ('stripe.reconciliation', 'stripe.backfill') AND state IN ('queued', 'running');

-- What a reconciliation compared, by kind of object; the run is the job.
CREATE TABLE reconciliation_runs (
    job_id      uuid        PRIMARY KEY REFERENCES jobs ON DELETE CASCADE,
    began_at    timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz
);
CREATE TABLE reconciliation_counts (
    job_id    uuid   NOT NULL REFERENCES reconciliation_runs ON DELETE CASCADE,
    kind      text   NOT NULL CONSTRAINT reconciliation_counts_kind CHECK (kind IN ('subscription', 'invoice', 'refund', 'dispute')),
    -- Objects that Stripe has, and how many of them differ here.
    compared  bigint NOT NULL DEFAULT 0,
    differing bigint NOT NULL DEFAULT 0,
    -- Objects that are here.
    here      bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (job_id, kind),
    CONSTRAINT reconciliation_counts_differing CHECK (differing BETWEEN 0 AND compared)
);

-- Where we and Stripe differ now, a row for each field. What is the same again is no row any more.
CREATE TABLE reconciliation_differences (
    id             uuid        PRIMARY KEY,
    kind           text        NOT NULL CONSTRAINT reconciliation_differences_kind CHECK (kind IN ('subscription', 'invoice', 'refund', 'dispute')),
    object_id      text        NOT NULL,
    -- `object` when we do not have it at all.
    field          text        NOT NULL,
    ours           text,
    stripes        text,
    found_at       timestamptz NOT NULL DEFAULT now(),
    compared_at    timestamptz NOT NULL DEFAULT now(),
    -- Whether Stripe is being asked for it, or its answer is in the inbox; and why it could not be had.
    repair         text        CONSTRAINT reconciliation_differences_repair CHECK (repair IN ('asked', 'stored')),
    repair_problem text,
    CONSTRAINT reconciliation_differences_once UNIQUE (object_id, field),
    CONSTRAINT reconciliation_differences_differ CHECK (ours IS DISTINCT FROM stripes)
);
CREATE INDEX reconciliation_differences_order ON reconciliation_differences (found_at DESC, id DESC);

-- A repair asks for the object as a tie does, and what Stripe answers comes in through the inbox.
ALTER TABLE stripe_refetches ADD COLUMN repair boolean NOT NULL DEFAULT false;
ALTER TABLE stripe_refetches DROP CONSTRAINT stripe_refetches_kind;
ALTER TABLE stripe_refetches ADD CONSTRAINT stripe_refetches_kind
    CHECK (kind IN ('subscription', 'customer', 'charge', 'payment_intent', 'invoice', 'refund', 'dispute'));
