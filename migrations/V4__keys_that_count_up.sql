-- What a submission and a placement cost. H2 keeps a table in the order of a key that is one number, and needs no index for it;
-- a key of text is an index beside the table, asked twice for each new row whether it is unique. And it updates a row by
-- removing it from each index and adding it again.
--
-- row_key is the first 64 bits of an id, moved so that numbers are in the order of the texts: ids count up there.

CREATE TABLE keyed_id (
  id VARCHAR(36) NOT NULL,
  row_key BIGINT NOT NULL,
  CONSTRAINT keyed_id_pk PRIMARY KEY (id)
);
INSERT INTO keyed_id (id, row_key)
SELECT
  id,
    (CAST(POSITION(SUBSTRING(id FROM 1 FOR 1) IN '0123456789abcdef') AS BIGINT) - 9) * 1152921504606846976
    + (CAST(POSITION(SUBSTRING(id FROM 2 FOR 1) IN '0123456789abcdef') AS BIGINT) - 1) * 72057594037927936
    + (CAST(POSITION(SUBSTRING(id FROM 3 FOR 1) IN '0123456789abcdef') AS BIGINT) - 1) * 4503599627370496
    + (CAST(POSITION(SUBSTRING(id FROM 4 FOR 1) IN '0123456789abcdef') AS BIGINT) - 1) * 281474976710656
    + (CAST(POSITION(SUBSTRING(id FROM 5 FOR 1) IN '0123456789abcdef') AS BIGINT) - 1) * 17592186044416
    + (CAST(POSITION(SUBSTRING(id FROM 6 FOR 1) IN '0123456789abcdef') AS BIGINT) - 1) * 1099511627776
    + (CAST(POSITION(SUBSTRING(id FROM 7 FOR 1) IN '0123456789abcdef') AS BIGINT) - 1) * 68719476736
    + (CAST(POSITION(SUBSTRING(id FROM 8 FOR 1) IN '0123456789abcdef') AS BIGINT) - 1) * 4294967296
    + (CAST(POSITION(SUBSTRING(id FROM 10 FOR 1) IN '0123456789abcdef') AS BIGINT) - 1) * 268435456
    + (CAST(POSITION(SUBSTRING(id FROM 11 FOR 1) IN '0123456789abcdef') AS BIGINT) - 1) * 16777216
    + (CAST(POSITION(SUBSTRING(id FROM 12 FOR 1) IN '0123456789abcdef') AS BIGINT) - 1) * 1048576
    + (CAST(POSITION(SUBSTRING(id FROM 13 FOR 1) IN '0123456789abcdef') AS BIGINT) - 1) * 65536
    + (CAST(POSITION(SUBSTRING(id FROM 15 FOR 1) IN '0123456789abcdef') AS BIGINT) - 1) * 4096
    + (CAST(POSITION(SUBSTRING(id FROM 16 FOR 1) IN '0123456789abcdef') AS BIGINT) - 1) * 256
    + (CAST(POSITION(SUBSTRING(id FROM 17 FOR 1) IN '0123456789abcdef') AS BIGINT) - 1) * 16
    + POSITION(SUBSTRING(id FROM 18 FOR 1) IN '0123456789abcdef') - 1
FROM (SELECT id FROM evaluation UNION SELECT id FROM allocation) known;

CREATE TABLE keyed_evaluation (
  row_key BIGINT NOT NULL,
  job_id VARCHAR(192) NOT NULL,
  status SMALLINT NOT NULL,
  create_index BIGINT NOT NULL,
  modify_index BIGINT NOT NULL,
  message BYTEA NOT NULL,
  CONSTRAINT evaluation_key PRIMARY KEY (row_key)
);
INSERT INTO keyed_evaluation (row_key, job_id, status, create_index, modify_index, message)
SELECT keyed_id.row_key, job_id, status, create_index, modify_index, message
FROM evaluation JOIN keyed_id ON keyed_id.id = evaluation.id;
DROP TABLE evaluation;
ALTER TABLE keyed_evaluation RENAME TO evaluation;
CREATE INDEX evaluation_by_job ON evaluation (job_id, create_index, row_key);

CREATE TABLE keyed_allocation (
  row_key BIGINT NOT NULL,
  job_id VARCHAR(192) NOT NULL,
  job_version BIGINT NOT NULL,
  node_id VARCHAR(36) NOT NULL,
  client_status SMALLINT NOT NULL,
  create_index BIGINT NOT NULL,
  modify_index BIGINT NOT NULL,
  message BYTEA NOT NULL,
  CONSTRAINT allocation_key PRIMARY KEY (row_key)
);
INSERT INTO keyed_allocation (row_key, job_id, job_version, node_id, client_status, create_index, modify_index, message)
SELECT keyed_id.row_key, job_id, job_version, node_id, client_status, create_index, modify_index, message
FROM allocation JOIN keyed_id ON keyed_id.id = allocation.id;
DROP TABLE keyed_id;
-- An allocation's own row knows its ports: who gives them back names them.
ALTER TABLE allocated_port DROP CONSTRAINT allocated_port_allocation_fk;
DROP INDEX allocated_port_by_allocation;
DROP TABLE allocation;
ALTER TABLE keyed_allocation RENAME TO allocation;
-- Which are on which node and of which job is known in memory.

-- Only the versions before the newest one, which is the job itself.
DELETE FROM job_version WHERE version = (SELECT job.version FROM job WHERE job.id = job_version.job_id);

-- A child's id begins with its parent's.
DROP INDEX job_by_parent;

-- In the order of the writes, which is that of time.
CREATE TABLE keyed_submission (
  write_index BIGINT NOT NULL,
  request_id VARCHAR(128) NOT NULL,
  job_id VARCHAR(192) NOT NULL,
  version BIGINT NOT NULL,
  evaluation_id VARCHAR(36) NOT NULL,
  modify_index BIGINT NOT NULL,
  submit_time BIGINT NOT NULL,
  CONSTRAINT submission_key PRIMARY KEY (write_index)
);
INSERT INTO keyed_submission (write_index, request_id, job_id, version, evaluation_id, modify_index, submit_time)
SELECT ROW_NUMBER() OVER (ORDER BY submit_time, request_id), request_id, job_id, version, evaluation_id, modify_index, submit_time
FROM submission;
DROP TABLE submission;
ALTER TABLE keyed_submission RENAME TO submission;
CREATE UNIQUE INDEX submission_by_request ON submission (request_id);

-- Known in memory to the one who asks.
ALTER TABLE node DROP COLUMN open;
