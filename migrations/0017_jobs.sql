-- Long work. A batch is one transaction: its effects and the job's progress are committed together, and the job's row is
-- locked meanwhile. That lock is the lease: it goes with the connection, so that what a dead process left is taken up at
-- the last committed batch at once, and never by two.
CREATE TABLE jobs (
    id                  uuid PRIMARY KEY,
    kind                text        NOT NULL CONSTRAINT jobs_kind
        CHECK (kind IN ('customers.bulk', 'customers.undo', 'customers.import')),
    state               text        NOT NULL DEFAULT 'queued' CONSTRAINT jobs_state
        CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
    -- What to do, and how far it is: the shape belongs to the kind.
    params              jsonb       NOT NULL,
    position            jsonb       NOT NULL DEFAULT 'null',
    -- Rows; null until they were counted.
    total               bigint,
    changed             bigint      NOT NULL DEFAULT 0,
    -- Of those that changed.
    created             bigint      NOT NULL DEFAULT 0,
    failed              bigint      NOT NULL DEFAULT 0,
    -- Rows that were left, by reason.
    skips               jsonb       NOT NULL DEFAULT '{}',
    skipped             bigint      NOT NULL DEFAULT 0,
    -- Why it was given up.
    error               text,
    undoes              uuid        REFERENCES jobs,
    -- No reference: a job outlives the file.
    import_id           uuid,
    cancel_requested_at timestamptz,
    -- Who wants it, for the audit rows of its changes.
    actor_kind          text        NOT NULL CONSTRAINT jobs_actor_kind CHECK (actor_kind IN ('user', 'api_key', 'system')),
    actor_id            uuid,
    actor_name          text        NOT NULL,
    address             text,
    request_id          text,
    created_at          timestamptz NOT NULL DEFAULT now(),
    started_at          timestamptz,
    -- The last batch. Who waited longest is next, so that a short job does not wait for a long one to end.
    beat_at             timestamptz,
    -- Time that went into batches: the rate is of this, not of waiting.
    busy_ms             bigint      NOT NULL DEFAULT 0,
    -- Open pages were told.
    told_at             timestamptz,
    -- Failures in a row.
    attempts            integer     NOT NULL DEFAULT 0,
    not_before          timestamptz NOT NULL DEFAULT '-infinity',
    finished_at         timestamptz,
    CONSTRAINT jobs_actor CHECK ((actor_kind = 'system') = (actor_id IS NULL)),
    CONSTRAINT jobs_over CHECK ((finished_at IS NOT NULL) = (state IN ('succeeded', 'failed', 'cancelled')))
);
CREATE INDEX jobs_open ON jobs (coalesce(beat_at, created_at)) WHERE state IN ('queued', 'running');
CREATE INDEX jobs_order ON jobs (created_at, id);
CREATE INDEX jobs_of_actor ON jobs (actor_id, created_at, id);
CREATE INDEX jobs_of_import ON jobs (import_id, created_at) WHERE import_id IS NOT NULL;
CREATE INDEX jobs_finished ON jobs (finished_at) WHERE finished_at IS NOT NULL;
-- One that was stopped may be tried again.
CREATE UNIQUE INDEX jobs_undone_once ON jobs (undoes) WHERE state NOT IN ('failed', 'cancelled');
-- Two runs of one file would race for the same rows.
CREATE UNIQUE INDEX jobs_one_run_of_an_import ON jobs (import_id) WHERE state IN ('queued', 'running');

-- The customers of a job, as they were chosen when it began, and what became different: enough to take it back.
CREATE TABLE job_rows (
    job_id      uuid NOT NULL REFERENCES jobs ON DELETE CASCADE,
    -- No reference: who was asked for may not be there, which is counted.
    customer_id uuid NOT NULL,
    changed     jsonb,
    PRIMARY KEY (job_id, customer_id)
);
