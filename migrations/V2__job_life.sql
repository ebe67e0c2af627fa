-- Deployments, stable versions, and the children of periodic and parameterized jobs.

-- A child's id is its parent's, a slash, and up to 30 characters that tell when and how it was made.
ALTER TABLE evaluation DROP CONSTRAINT evaluation_job_fk;
ALTER TABLE allocation DROP CONSTRAINT allocation_job_fk;
ALTER TABLE job_version DROP CONSTRAINT job_version_job_fk;
ALTER TABLE job ALTER COLUMN id SET DATA TYPE VARCHAR(192);
ALTER TABLE job_version ALTER COLUMN job_id SET DATA TYPE VARCHAR(192);
ALTER TABLE submission ALTER COLUMN job_id SET DATA TYPE VARCHAR(192);
ALTER TABLE evaluation ALTER COLUMN job_id SET DATA TYPE VARCHAR(192);
ALTER TABLE allocation ALTER COLUMN job_id SET DATA TYPE VARCHAR(192);
ALTER TABLE job_version ADD CONSTRAINT job_version_job_fk FOREIGN KEY (job_id) REFERENCES job (id);
ALTER TABLE evaluation ADD CONSTRAINT evaluation_job_fk FOREIGN KEY (job_id) REFERENCES job (id);
ALTER TABLE allocation ADD CONSTRAINT allocation_job_fk FOREIGN KEY (job_id, job_version) REFERENCES job_version (job_id, version);

-- Whether a deployment of the version was successful.
ALTER TABLE job ADD COLUMN stable BOOLEAN DEFAULT FALSE NOT NULL;
ALTER TABLE job_version ADD COLUMN stable BOOLEAN DEFAULT FALSE NOT NULL;

-- The job that a child was made from; null for jobs that people submit.
ALTER TABLE job ADD COLUMN parent_id VARCHAR(128);
CREATE INDEX job_by_parent ON job (parent_id, id);

-- The time for which a periodic job last made a child, or from which its times count.
CREATE TABLE periodic_launch (
  job_id VARCHAR(192) NOT NULL,
  launch_time BIGINT NOT NULL,
  CONSTRAINT periodic_launch_pk PRIMARY KEY (job_id),
  CONSTRAINT periodic_launch_job_fk FOREIGN KEY (job_id) REFERENCES job (id)
);

-- As in V1: message is the whole object, the other columns repeat what is searched by.
CREATE TABLE deployment (
  id VARCHAR(36) NOT NULL,
  job_id VARCHAR(192) NOT NULL,
  status SMALLINT NOT NULL,
  create_index BIGINT NOT NULL,
  modify_index BIGINT NOT NULL,
  message BYTEA NOT NULL,
  CONSTRAINT deployment_pk PRIMARY KEY (id),
  CONSTRAINT deployment_job_fk FOREIGN KEY (job_id) REFERENCES job (id)
);
CREATE INDEX deployment_by_job ON deployment (job_id, modify_index);
CREATE INDEX deployment_by_status ON deployment (status);

CREATE INDEX evaluation_by_creation ON evaluation (job_id, create_index, id);
CREATE INDEX submission_by_time ON submission (submit_time);
