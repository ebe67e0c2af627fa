-- Variables. Their values are encrypted with keys that are not in the database: sealed is the items of a
-- gantry.v1.Variable in AES-256-GCM, as Tink writes it, with the path as associated data. The rest is no secret.
CREATE TABLE variable (
  path VARCHAR(256) NOT NULL,
  key_id BIGINT NOT NULL,
  sealed BYTEA NOT NULL,
  create_index BIGINT NOT NULL,
  modify_index BIGINT NOT NULL,
  create_time BIGINT NOT NULL,
  modify_time BIGINT NOT NULL,
  CONSTRAINT variable_pk PRIMARY KEY (path)
);

-- Tells which keys are in use, and what is to be encrypted again after a rotation.
CREATE INDEX variable_key ON variable (key_id);
