-- What a person says about themselves: declared fields, and versions of the answers, of which one counts.
CREATE TABLE profile_fields (
    key         text PRIMARY KEY CONSTRAINT profile_fields_key CHECK (key ~ '^[a-z][a-z0-9_]{0,39}$'),
    label       text     NOT NULL CONSTRAINT profile_fields_label CHECK (length(label) BETWEEN 1 AND 80),
    kind        text     NOT NULL CONSTRAINT profile_fields_kind CHECK (kind IN ('text', 'long_text', 'number', 'date', 'choice', 'yes_no')),
    -- Of a choice.
    options     text[]   NOT NULL DEFAULT '{}' CONSTRAINT profile_fields_options CHECK (cardinality(options) <= 50),
    position    smallint NOT NULL,
    -- Answers to a field that is not asked any more are kept.
    archived_at timestamptz
);

CREATE TABLE customer_profiles (
    customer_id uuid        NOT NULL REFERENCES customers ON DELETE CASCADE,
    number      integer     NOT NULL CONSTRAINT customer_profiles_number CHECK (number > 0),
    active      boolean     NOT NULL,
    name        text,
    phone       text,
    answers     jsonb       NOT NULL CONSTRAINT customer_profiles_answers CHECK (jsonb_typeof(answers) = 'object'),
    -- Who wrote it down, as they were called then.
    author_name text        NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (customer_id, number)
);
CREATE UNIQUE INDEX customer_profiles_one_active ON customer_profiles (customer_id) WHERE active;
