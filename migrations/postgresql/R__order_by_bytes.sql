-- Runs after the numbered files, again whenever it has changed: so both engines have the same versions of the schema.
--
-- Texts in the order of their bytes, as H2 has them: the server finds ids by ranges and prefixes, and goes through pages
-- in this order. A database may have been made with the order of some language. H2 has no such names of collations.
ALTER TABLE cluster_index ALTER COLUMN cluster_id SET DATA TYPE VARCHAR(36) COLLATE "C";
ALTER TABLE cluster_index ALTER COLUMN lease_holder SET DATA TYPE VARCHAR(255) COLLATE "C";
ALTER TABLE job_version DROP CONSTRAINT job_version_job_fk;
ALTER TABLE periodic_launch DROP CONSTRAINT periodic_launch_job_fk;
ALTER TABLE deployment DROP CONSTRAINT deployment_job_fk;
ALTER TABLE job ALTER COLUMN id SET DATA TYPE VARCHAR(192) COLLATE "C";
ALTER TABLE job ALTER COLUMN parent_id SET DATA TYPE VARCHAR(128) COLLATE "C";
ALTER TABLE job_version ALTER COLUMN job_id SET DATA TYPE VARCHAR(192) COLLATE "C";
ALTER TABLE periodic_launch ALTER COLUMN job_id SET DATA TYPE VARCHAR(192) COLLATE "C";
ALTER TABLE deployment ALTER COLUMN id SET DATA TYPE VARCHAR(36) COLLATE "C";
ALTER TABLE deployment ALTER COLUMN job_id SET DATA TYPE VARCHAR(192) COLLATE "C";
ALTER TABLE job_version ADD CONSTRAINT job_version_job_fk FOREIGN KEY (job_id) REFERENCES job (id);
ALTER TABLE periodic_launch ADD CONSTRAINT periodic_launch_job_fk FOREIGN KEY (job_id) REFERENCES job (id);
ALTER TABLE deployment ADD CONSTRAINT deployment_job_fk FOREIGN KEY (job_id) REFERENCES job (id);
ALTER TABLE evaluation ALTER COLUMN job_id SET DATA TYPE VARCHAR(192) COLLATE "C";
ALTER TABLE allocation ALTER COLUMN job_id SET DATA TYPE VARCHAR(192) COLLATE "C";
ALTER TABLE allocation ALTER COLUMN node_id SET DATA TYPE VARCHAR(36) COLLATE "C";
ALTER TABLE node ALTER COLUMN id SET DATA TYPE VARCHAR(36) COLLATE "C";
ALTER TABLE node ALTER COLUMN name SET DATA TYPE VARCHAR(255) COLLATE "C";
ALTER TABLE allocated_port ALTER COLUMN node_id SET DATA TYPE VARCHAR(36) COLLATE "C";
ALTER TABLE allocated_port ALTER COLUMN ip SET DATA TYPE VARCHAR(45) COLLATE "C";
ALTER TABLE allocated_port ALTER COLUMN allocation_id SET DATA TYPE VARCHAR(36) COLLATE "C";
ALTER TABLE allocated_port ALTER COLUMN task SET DATA TYPE VARCHAR(128) COLLATE "C";
ALTER TABLE allocated_port ALTER COLUMN label SET DATA TYPE VARCHAR(64) COLLATE "C";
ALTER TABLE submission ALTER COLUMN request_id SET DATA TYPE VARCHAR(128) COLLATE "C";
ALTER TABLE submission ALTER COLUMN job_id SET DATA TYPE VARCHAR(192) COLLATE "C";
ALTER TABLE submission ALTER COLUMN evaluation_id SET DATA TYPE VARCHAR(36) COLLATE "C";
ALTER TABLE acl_policy ALTER COLUMN name SET DATA TYPE VARCHAR(128) COLLATE "C";
ALTER TABLE acl_token ALTER COLUMN accessor_id SET DATA TYPE VARCHAR(36) COLLATE "C";
ALTER TABLE variable ALTER COLUMN path SET DATA TYPE VARCHAR(256) COLLATE "C";
