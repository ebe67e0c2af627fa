-- Where the server with the lease can be called, and a secret by which it recognizes calls that other servers pass on. Each
-- server that takes the lease writes its own.
ALTER TABLE cluster_index ADD COLUMN lease_address VARCHAR(255) DEFAULT '' NOT NULL;
ALTER TABLE cluster_index ADD COLUMN lease_secret VARCHAR(64) DEFAULT '' NOT NULL;

-- The servers that share the database. Each renews its row while it runs, by the database's clock in milliseconds, and deletes
-- it when it ends. variable_key is the id of the key by which it would encrypt variables, if it can.
CREATE TABLE member (
    id VARCHAR(36) PRIMARY KEY,
    name VARCHAR(255) NOT NULL,
    address VARCHAR(255) NOT NULL,
    version VARCHAR(64) NOT NULL,
    started_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    variable_key BIGINT
);
