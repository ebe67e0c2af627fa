-- One schema for H2 and PostgreSQL. Times are milliseconds since 1970-01-01T00:00:00Z; spec columns hold gantry.v1.Job
-- messages. Every row that is watched carries modify_index, the cluster index of the write that last changed it.

-- The cluster index: a single row.
CREATE TABLE cluster_index (
  id SMALLINT NOT NULL,
  last_index BIGINT NOT NULL,
  CONSTRAINT cluster_index_pk PRIMARY KEY (id),
  CONSTRAINT cluster_index_single CHECK (id = 1)
);
INSERT INTO cluster_index (id, last_index) VALUES (1, 0);

-- The newest version of each job.
CREATE TABLE job (
  id VARCHAR(128) NOT NULL,
  version BIGINT NOT NULL,
  stopped BOOLEAN NOT NULL,
  spec BYTEA NOT NULL,
  create_index BIGINT NOT NULL,
  modify_index BIGINT NOT NULL,
  submit_time BIGINT NOT NULL,
  CONSTRAINT job_pk PRIMARY KEY (id)
);

-- All versions of each job, the newest one included.
CREATE TABLE job_version (
  job_id VARCHAR(128) NOT NULL,
  version BIGINT NOT NULL,
  spec BYTEA NOT NULL,
  modify_index BIGINT NOT NULL,
  submit_time BIGINT NOT NULL,
  CONSTRAINT job_version_pk PRIMARY KEY (job_id, version),
  CONSTRAINT job_version_job_fk FOREIGN KEY (job_id) REFERENCES job (id)
);

-- What a submission with a request id was answered, so that it can be repeated.
CREATE TABLE submission (
  request_id VARCHAR(128) NOT NULL,
  job_id VARCHAR(128) NOT NULL,
  version BIGINT NOT NULL,
  evaluation_id VARCHAR(36) NOT NULL,
  modify_index BIGINT NOT NULL,
  submit_time BIGINT NOT NULL,
  CONSTRAINT submission_pk PRIMARY KEY (request_id)
);

-- In the tables below, message is the whole object and the source of truth; the other columns repeat those of its
-- fields that are searched by. Enums are their numbers in gantry.v1.
CREATE TABLE evaluation (
  id VARCHAR(36) NOT NULL,
  job_id VARCHAR(128) NOT NULL,
  status SMALLINT NOT NULL,
  create_index BIGINT NOT NULL,
  modify_index BIGINT NOT NULL,
  message BYTEA NOT NULL,
  CONSTRAINT evaluation_pk PRIMARY KEY (id),
  CONSTRAINT evaluation_job_fk FOREIGN KEY (job_id) REFERENCES job (id)
);
CREATE INDEX evaluation_by_job ON evaluation (job_id, modify_index);
CREATE INDEX evaluation_by_status ON evaluation (status);

CREATE TABLE node (
  id VARCHAR(36) NOT NULL,
  name VARCHAR(255) NOT NULL,
  secret_hash BYTEA NOT NULL,
  status SMALLINT NOT NULL,
  modify_index BIGINT NOT NULL,
  message BYTEA NOT NULL,
  CONSTRAINT node_pk PRIMARY KEY (id)
);
CREATE INDEX node_by_name ON node (name, id);

-- desired_index is the cluster index at which the server last changed its mind about the allocation: what a node is
-- told about. modify_index also counts what the node said.
CREATE TABLE allocation (
  id VARCHAR(36) NOT NULL,
  job_id VARCHAR(128) NOT NULL,
  job_version BIGINT NOT NULL,
  node_id VARCHAR(36) NOT NULL,
  client_status SMALLINT NOT NULL,
  create_index BIGINT NOT NULL,
  desired_index BIGINT NOT NULL,
  modify_index BIGINT NOT NULL,
  message BYTEA NOT NULL,
  CONSTRAINT allocation_pk PRIMARY KEY (id),
  CONSTRAINT allocation_job_fk FOREIGN KEY (job_id, job_version) REFERENCES job_version (job_id, version),
  CONSTRAINT allocation_node_fk FOREIGN KEY (node_id) REFERENCES node (id)
);
CREATE INDEX allocation_by_job ON allocation (job_id, modify_index);
CREATE INDEX allocation_by_node ON allocation (node_id, desired_index);
CREATE INDEX allocation_by_creation ON allocation (create_index, id);

-- Ports in use. The row goes when the allocation has ended: what the table holds is what is taken.
CREATE TABLE allocated_port (
  node_id VARCHAR(36) NOT NULL,
  ip VARCHAR(45) NOT NULL,
  port INTEGER NOT NULL,
  allocation_id VARCHAR(36) NOT NULL,
  task VARCHAR(128) NOT NULL,
  label VARCHAR(64) NOT NULL,
  CONSTRAINT allocated_port_pk PRIMARY KEY (node_id, ip, port),
  CONSTRAINT allocated_port_allocation_fk FOREIGN KEY (allocation_id) REFERENCES allocation (id)
);
CREATE INDEX allocated_port_by_allocation ON allocated_port (allocation_id);
