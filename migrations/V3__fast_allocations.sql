-- What each placement costs. Each index on a table of a million allocations in which neighbours in time are strangers has a
-- page of its own rewritten for each row. So rows are found by ids that grow with time, and by their job; which are on which
-- node is kept in memory. References are checked by the one writer that there is, who reads what it refers to.
ALTER TABLE allocation DROP CONSTRAINT allocation_job_fk;
ALTER TABLE allocation DROP CONSTRAINT allocation_node_fk;
DROP INDEX allocation_by_node;
DROP INDEX allocation_by_creation;
DROP INDEX allocation_by_job;
CREATE INDEX allocation_by_job ON allocation (job_id, id);
ALTER TABLE allocation DROP COLUMN desired_index;
ALTER TABLE evaluation DROP CONSTRAINT evaluation_job_fk;
DROP INDEX evaluation_by_job;
DROP INDEX evaluation_by_status;

-- Whether the node may be given new allocations: asked for each node of each plan.
ALTER TABLE node ADD COLUMN open BOOLEAN DEFAULT TRUE NOT NULL;
