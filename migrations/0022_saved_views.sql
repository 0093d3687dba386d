-- Filters, order and columns of a list under a name: somebody's own, or shown to all.
CREATE TABLE saved_views (
    id         uuid PRIMARY KEY,
    -- The list's page: /customers.
    list       text        NOT NULL CONSTRAINT saved_views_list CHECK (list ~ '^(/[a-z0-9-]+)+$' AND length(list) <= 64),
    name       text        NOT NULL CONSTRAINT saved_views_name_length CHECK (length(name) BETWEEN 1 AND 80),
    -- Filters as the list's address names them.
    params     jsonb       NOT NULL DEFAULT '{}'
        CONSTRAINT saved_views_params CHECK (jsonb_typeof(params) = 'object' AND length(params::text) <= 8000),
    -- Null for those that the list usually shows.
    columns    text[]      CONSTRAINT saved_views_columns CHECK (cardinality(columns) <= 50 AND length(columns::text) <= 4000),
    sort       text        CONSTRAINT saved_views_sort CHECK (length(sort) BETWEEN 1 AND 64),
    owner_id   uuid        NOT NULL REFERENCES users ON DELETE CASCADE,
    shared     boolean     NOT NULL DEFAULT false,
    version    bigint      NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    -- Kept, so that a deletion can be undone.
    deleted_at timestamptz
);
CREATE UNIQUE INDEX saved_views_name_key ON saved_views (owner_id, list, lower(name)) WHERE deleted_at IS NULL;
CREATE INDEX saved_views_shared ON saved_views (list) WHERE shared AND deleted_at IS NULL;
