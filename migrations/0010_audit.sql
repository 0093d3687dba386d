-- Who changed what. Written in the transaction of the change, so a change that was rolled back leaves no trace here.
CREATE TABLE audit_log (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at          timestamptz NOT NULL DEFAULT now(),
    actor_kind  text        NOT NULL CONSTRAINT audit_log_actor_kind CHECK (actor_kind IN ('user', 'api_key', 'system')),
    -- No reference: the log outlives whom it names.
    actor_id    uuid,
    -- As it was then.
    actor_name  text        NOT NULL,
    address     text,
    request_id  text,
    -- Resource and verb: customer.updated.
    action      text        NOT NULL,
    resource    text        NOT NULL,
    resource_id text        NOT NULL,
    -- The fields that changed, as they were and as they became; null for what was created or deleted.
    before      jsonb,
    after       jsonb,
    CONSTRAINT audit_log_actor CHECK ((actor_kind = 'system') = (actor_id IS NULL))
);
CREATE INDEX audit_log_resource ON audit_log (resource, resource_id, id);
CREATE INDEX audit_log_actor_order ON audit_log (actor_id, id);
CREATE INDEX audit_log_action ON audit_log (action, id);
CREATE INDEX audit_log_at ON audit_log (at, id);
CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE ON audit_log
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_log_no_truncate BEFORE TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
