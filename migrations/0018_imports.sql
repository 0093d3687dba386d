-- Files of customers that were sent in, row by row, until they were run or are old.
CREATE TABLE imports (
    id          uuid PRIMARY KEY,
    file_name   text        CONSTRAINT imports_file_name CHECK (length(file_name) BETWEEN 1 AND 255),
    -- Null until the whole file is here: only then it is shown.
    received_at timestamptz,
    bytes       bigint      NOT NULL DEFAULT 0,
    encoding    text,
    delimiter   text        CONSTRAINT imports_delimiter CHECK (delimiter IN (',', ';', E'\t', '|')),
    columns     text[]      NOT NULL DEFAULT '{}',
    row_count   bigint      NOT NULL DEFAULT 0,
    created_by  text        NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX imports_order ON imports (created_at, id) WHERE received_at IS NOT NULL;

-- A record is kept as CSV in UTF-8: bytes, because a text cannot hold the NULs that files have.
CREATE TABLE import_rows (
    import_id uuid    NOT NULL REFERENCES imports ON DELETE CASCADE,
    number    bigint  NOT NULL,
    -- Of the file, where the record begins.
    line      bigint  NOT NULL,
    record    bytea   NOT NULL,
    PRIMARY KEY (import_id, number)
);

-- E-mails that a run has met, so that the second row with one is known as such, batches later too.
CREATE TABLE import_emails (
    job_id uuid   NOT NULL REFERENCES jobs ON DELETE CASCADE,
    email  citext NOT NULL,
    PRIMARY KEY (job_id, email)
);

CREATE TABLE import_errors (
    job_id      uuid    NOT NULL REFERENCES jobs ON DELETE CASCADE,
    number      bigint  NOT NULL,
    position    integer NOT NULL,
    line        bigint  NOT NULL,
    column_name text,
    message     text    NOT NULL,
    PRIMARY KEY (job_id, number, position)
);
