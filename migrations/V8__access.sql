-- Tokens and policies, as gantry.v1.AclPolicy and gantry.v1.AclToken. Of the secret of a token there is only the SHA-256:
-- a secret is 256 random bits, which nobody can guess, so a slow hash would add nothing.
CREATE TABLE acl_policy (
  name VARCHAR(128) NOT NULL,
  message BYTEA NOT NULL,
  CONSTRAINT acl_policy_pk PRIMARY KEY (name)
);

CREATE TABLE acl_token (
  accessor_id VARCHAR(36) NOT NULL,
  secret_hash BYTEA NOT NULL,
  message BYTEA NOT NULL,
  CONSTRAINT acl_token_pk PRIMARY KEY (accessor_id)
);
