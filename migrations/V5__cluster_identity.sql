-- Which cluster this is the database of: a UUID that the server makes once, when it first opens a database without one.
ALTER TABLE cluster_index ADD COLUMN cluster_id VARCHAR(36) DEFAULT '' NOT NULL;
