-- Two people never coach each other at the same time, whoever of them began.
ALTER TABLE coaching_relationships ADD CONSTRAINT coaching_relationships_not_mutual
    EXCLUDE USING gist (least(coach_id, client_id) WITH =, greatest(coach_id, client_id) WITH =, during WITH &&)
    WHERE (coach_id <> client_id);
