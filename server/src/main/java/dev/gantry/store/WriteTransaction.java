package dev.gantry.store;

import static dev.gantry.store.schema.Tables.ALLOCATED_PORT;
import static dev.gantry.store.schema.Tables.ALLOCATION;
import static dev.gantry.store.schema.Tables.CLUSTER_INDEX;
import static dev.gantry.store.schema.Tables.DEPLOYMENT;
import static dev.gantry.store.schema.Tables.EVALUATION;
import static dev.gantry.store.schema.Tables.JOB;
import static dev.gantry.store.schema.Tables.JOB_VERSION;
import static dev.gantry.store.schema.Tables.NODE;
import static dev.gantry.store.schema.Tables.PERIODIC_LAUNCH;
import static dev.gantry.store.schema.Tables.SUBMISSION;

import com.google.protobuf.util.Timestamps;
import dev.gantry.model.AllocationLife;
import dev.gantry.store.schema.tables.records.AllocatedPortRecord;
import dev.gantry.store.schema.tables.records.AllocationRecord;
import dev.gantry.v1.AllocatedPort;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.Deployment;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.Node;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jooq.DSLContext;

/**
 * Where a {@link Write} reads and writes. Objects that are put get their modify_index from here, new ones their
 * create_index too.
 *
 * <p>New allocations and their ports are sent to the database together when the write has returned: a write does not
 * see its own.
 */
public final class WriteTransaction {

    private final DSLContext dsl;
    private final long index;
    private final StoreReader reader;
    private final List<JobRecord> jobs = new ArrayList<>();
    private final List<Evaluation> evaluations = new ArrayList<>();
    private final List<Node> nodes = new ArrayList<>();
    private final List<Allocation> allocations = new ArrayList<>();
    private final List<Deployment> deployments = new ArrayList<>();
    private final List<String> removedJobs = new ArrayList<>();
    private final List<AllocationRecord> newAllocations = new ArrayList<>();
    private final List<AllocatedPortRecord> newPorts = new ArrayList<>();

    WriteTransaction(DSLContext dsl, long index) {
        this.dsl = dsl;
        this.index = index;
        this.reader = new StoreReader(dsl);
    }

    /**
     * The cluster index of this write.
     *
     * @return one more than that of the write before
     */
    public long index() {
        return index;
    }

    /**
     * Reads what is stored, earlier writes of the same group included.
     *
     * @return a reader for use within this write only
     */
    public StoreReader reader() {
        return reader;
    }

    /**
     * Stores a new version of a job, the first one included.
     *
     * @param job the job with its version and submit time; its create_index is 0 for a job that is not stored yet. A job
     *     with a parent_id is found by it from its first version on
     * @return the job as stored
     */
    public JobRecord putJobVersion(JobRecord job) {
        JobRecord stored = putJob(job);
        dsl.insertInto(JOB_VERSION)
                .set(JOB_VERSION.JOB_ID, job.getJob().getId())
                .set(JOB_VERSION.VERSION, job.getVersion())
                .set(JOB_VERSION.SPEC, job.getJob().toByteArray())
                .set(JOB_VERSION.MODIFY_INDEX, index)
                .set(JOB_VERSION.SUBMIT_TIME, Timestamps.toMillis(job.getSubmitTime()))
                .set(JOB_VERSION.STABLE, job.getStable())
                .execute();
        return stored;
    }

    /**
     * Stores a job whose version stays what it is.
     *
     * @param job the job
     * @return the job as stored
     */
    public JobRecord putJob(JobRecord job) {
        boolean isNew = job.getCreateIndex() == 0;
        JobRecord stored = job.toBuilder()
                .setCreateIndex(isNew ? index : job.getCreateIndex())
                .setModifyIndex(index)
                .build();
        var row = dsl.newRecord(JOB);
        row.setId(stored.getJob().getId());
        row.setVersion(stored.getVersion());
        row.setStopped(stored.getStopped());
        row.setSpec(stored.getJob().toByteArray());
        row.setCreateIndex(stored.getCreateIndex());
        row.setModifyIndex(stored.getModifyIndex());
        row.setSubmitTime(Timestamps.toMillis(stored.getSubmitTime()));
        row.setStable(stored.getStable());
        if (isNew) {
            if (!stored.getJob().getParentId().isEmpty()) {
                row.setParentId(stored.getJob().getParentId());
            }
            row.insert();
        } else {
            row.update();
        }
        jobs.add(stored);
        return stored;
    }

    /**
     * Remembers that a version of a job has proved good.
     *
     * @param jobId the job
     * @param version the version
     */
    public void markStable(String jobId, long version) {
        dsl.update(JOB_VERSION)
                .set(JOB_VERSION.STABLE, true)
                .where(JOB_VERSION.JOB_ID.eq(jobId))
                .and(JOB_VERSION.VERSION.eq(version))
                .execute();
        reader.job(jobId)
                .filter(job -> job.getVersion() == version && !job.getStable())
                .ifPresent(job -> {
                    // Its modify_index stays: nobody has submitted it.
                    dsl.update(JOB)
                            .set(JOB.STABLE, true)
                            .where(JOB.ID.eq(jobId))
                            .execute();
                    jobs.add(job.toBuilder().setStable(true).build());
                });
    }

    /**
     * Remembers for when a periodic job last made a child.
     *
     * @param jobId the periodic job
     * @param launchTime the time, in whole seconds
     */
    public void putPeriodicLaunch(String jobId, Instant launchTime) {
        dsl.mergeInto(PERIODIC_LAUNCH)
                .using(org.jooq.impl.DSL.selectOne())
                .on(PERIODIC_LAUNCH.JOB_ID.eq(jobId))
                .whenMatchedThenUpdate()
                .set(PERIODIC_LAUNCH.LAUNCH_TIME, launchTime.toEpochMilli())
                .whenNotMatchedThenInsert(PERIODIC_LAUNCH.JOB_ID, PERIODIC_LAUNCH.LAUNCH_TIME)
                .values(jobId, launchTime.toEpochMilli())
                .execute();
    }

    /**
     * Stores a deployment, new or changed.
     *
     * @param deployment the deployment; its create_index is 0 if it is not stored yet
     * @return the deployment as stored
     */
    public Deployment putDeployment(Deployment deployment) {
        boolean isNew = deployment.getCreateIndex() == 0;
        Deployment stored = deployment.toBuilder()
                .setCreateIndex(isNew ? index : deployment.getCreateIndex())
                .setModifyIndex(index)
                .build();
        var row = dsl.newRecord(DEPLOYMENT);
        row.setId(stored.getId());
        row.setJobId(stored.getJobId());
        row.setStatus((short) stored.getStatusValue());
        row.setCreateIndex(stored.getCreateIndex());
        row.setModifyIndex(stored.getModifyIndex());
        row.setMessage(stored.toByteArray());
        if (isNew) {
            row.insert();
        } else {
            row.update();
        }
        deployments.add(stored);
        return stored;
    }

    /**
     * Forgets what is not needed any more.
     *
     * @return what can be forgotten
     */
    public Garbage garbage() {
        return new Garbage(dsl, removedJobs::add);
    }

    /**
     * Remembers what a submission was answered.
     *
     * @param requestId the client's name for the submission
     * @param submission the answer
     */
    public void putSubmission(String requestId, Submission submission) {
        dsl.insertInto(SUBMISSION)
                .set(SUBMISSION.REQUEST_ID, requestId)
                .set(SUBMISSION.JOB_ID, submission.jobId())
                .set(SUBMISSION.VERSION, submission.version())
                .set(SUBMISSION.EVALUATION_ID, submission.evaluationId())
                .set(SUBMISSION.MODIFY_INDEX, submission.modifyIndex())
                .set(SUBMISSION.SUBMIT_TIME, submission.submitTime().toEpochMilli())
                .execute();
    }

    /**
     * Stores an evaluation, new or changed.
     *
     * @param evaluation the evaluation; its create_index is 0 if it is not stored yet
     * @return the evaluation as stored
     */
    public Evaluation putEvaluation(Evaluation evaluation) {
        boolean isNew = evaluation.getCreateIndex() == 0;
        Evaluation stored = evaluation.toBuilder()
                .setCreateIndex(isNew ? index : evaluation.getCreateIndex())
                .setModifyIndex(index)
                .build();
        var row = dsl.newRecord(EVALUATION);
        row.setId(stored.getId());
        row.setJobId(stored.getJobId());
        row.setStatus((short) stored.getStatusValue());
        row.setCreateIndex(stored.getCreateIndex());
        row.setModifyIndex(stored.getModifyIndex());
        row.setMessage(stored.toByteArray());
        if (isNew) {
            row.insert();
        } else {
            row.update();
        }
        evaluations.add(stored);
        return stored;
    }

    /**
     * Stores a node that was not known.
     *
     * @param node the node
     * @param secretHash by which to know it again
     * @return the node as stored
     */
    public Node insertNode(Node node, byte[] secretHash) {
        Node stored =
                node.toBuilder().setCreateIndex(index).setModifyIndex(index).build();
        dsl.insertInto(NODE)
                .set(NODE.ID, stored.getId())
                .set(NODE.NAME, stored.getName())
                .set(NODE.SECRET_HASH, secretHash)
                .set(NODE.STATUS, (short) stored.getStatusValue())
                .set(NODE.MODIFY_INDEX, index)
                .set(NODE.MESSAGE, stored.toByteArray())
                .execute();
        nodes.add(stored);
        return stored;
    }

    /**
     * Stores a known node anew.
     *
     * @param node the node with its create_index
     * @return the node as stored
     */
    public Node updateNode(Node node) {
        Node stored = node.toBuilder().setModifyIndex(index).build();
        dsl.update(NODE)
                .set(NODE.NAME, stored.getName())
                .set(NODE.STATUS, (short) stored.getStatusValue())
                .set(NODE.MODIFY_INDEX, index)
                .set(NODE.MESSAGE, stored.toByteArray())
                .where(NODE.ID.eq(stored.getId()))
                .execute();
        nodes.add(stored);
        return stored;
    }

    /**
     * Stores a new allocation and takes its ports. If a port is taken already, the whole write fails.
     *
     * @param allocation the allocation
     * @return the allocation as stored
     */
    public Allocation insertAllocation(Allocation allocation) {
        Allocation stored = allocation.toBuilder()
                .setCreateIndex(index)
                .setModifyIndex(index)
                .build();
        AllocationRecord row = new AllocationRecord();
        row.setId(stored.getId());
        row.setJobId(stored.getJobId());
        row.setJobVersion(stored.getJobVersion());
        row.setNodeId(stored.getNodeId());
        row.setClientStatus((short) stored.getClientStatusValue());
        row.setCreateIndex(index);
        row.setDesiredIndex(index);
        row.setModifyIndex(index);
        row.setMessage(stored.toByteArray());
        newAllocations.add(row);
        stored.getPortsList().forEach(port -> newPorts.add(portRow(stored, port)));
        allocations.add(stored);
        return stored;
    }

    /**
     * Stores what the server now wants of an allocation, or which version of its job it now runs.
     *
     * @param allocation the allocation, changed
     * @return the allocation as stored
     */
    public Allocation updateDesired(Allocation allocation) {
        return updateAllocation(allocation, true);
    }

    /**
     * Stores what is now known of how an allocation is. One that has ended gives its ports back.
     *
     * @param allocation the allocation, changed
     * @return the allocation as stored
     */
    public Allocation updateClient(Allocation allocation) {
        return updateAllocation(allocation, false);
    }

    static void saveIndex(DSLContext dsl, long index) {
        dsl.update(CLUSTER_INDEX).set(CLUSTER_INDEX.LAST_INDEX, index).execute();
    }

    /** Sends what was gathered to the database. */
    void flush() {
        if (!newAllocations.isEmpty()) {
            dsl.batchInsert(newAllocations).execute();
        }
        if (!newPorts.isEmpty()) {
            dsl.batchInsert(newPorts).execute();
        }
    }

    boolean isReadOnly() {
        return changes().isEmpty();
    }

    ChangeSet changes() {
        return new ChangeSet(index, jobs, evaluations, nodes, allocations, deployments, removedJobs);
    }

    private Allocation updateAllocation(Allocation allocation, boolean desiredChanged) {
        Allocation stored = allocation.toBuilder().setModifyIndex(index).build();
        var row = new AllocationRecord();
        row.attach(dsl.configuration());
        row.setId(stored.getId());
        row.changed(ALLOCATION.ID, false);
        row.setClientStatus((short) stored.getClientStatusValue());
        row.setModifyIndex(index);
        row.setMessage(stored.toByteArray());
        if (desiredChanged) {
            row.setDesiredIndex(index);
            row.setJobVersion(stored.getJobVersion());
        }
        dsl.update(ALLOCATION).set(row).where(ALLOCATION.ID.eq(stored.getId())).execute();
        if (AllocationLife.isTerminal(stored)) {
            dsl.deleteFrom(ALLOCATED_PORT)
                    .where(ALLOCATED_PORT.ALLOCATION_ID.eq(stored.getId()))
                    .execute();
        }
        allocations.add(stored);
        return stored;
    }

    private static AllocatedPortRecord portRow(Allocation allocation, AllocatedPort port) {
        AllocatedPortRecord row = new AllocatedPortRecord();
        row.setNodeId(allocation.getNodeId());
        row.setIp(port.getIp());
        row.setPort(port.getPort());
        row.setAllocationId(allocation.getId());
        row.setTask(port.getTask());
        row.setLabel(port.getLabel());
        return row;
    }
}
