package dev.gantry.store;

import static dev.gantry.store.schema.Tables.JOB_VERSION;
import static dev.gantry.store.schema.Tables.NODE;
import static dev.gantry.store.schema.Tables.PERIODIC_LAUNCH;

import dev.gantry.model.NodeLife;
import dev.gantry.store.RowBuffer.Answered;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.Deployment;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.Node;
import java.sql.Savepoint;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jooq.DSLContext;

/**
 * Where a {@link Write} reads and writes. Objects that are put get their modify_index from here, new ones their
 * create_index too.
 *
 * <p>What is put is gathered, and sent to the database when the {@link #reader} is asked for, or when the group of writes
 * is committed. The methods here that find one object by its id know what was gathered, and send nothing.
 */
public final class WriteTransaction {

    private final WriteGroup group;
    private final long index;
    private final RowBuffer own = new RowBuffer();
    private final List<JobRecord> jobs = new ArrayList<>();
    private final List<Evaluation> evaluations = new ArrayList<>();
    private final List<Node> nodes = new ArrayList<>();
    private final List<Allocation> allocations = new ArrayList<>();
    private final List<Allocation> orders = new ArrayList<>();
    private final List<Deployment> deployments = new ArrayList<>();
    private final List<String> removedJobs = new ArrayList<>();
    private final List<String> removedNodes = new ArrayList<>();
    private final List<Garbage.Forgotten> forgotten = new ArrayList<>();

    private boolean forgets;

    /** Where this write's own rows in the database begin; null as long as it has sent none. */
    private Savepoint savepoint;

    WriteTransaction(WriteGroup group, long index) {
        this.group = group;
        this.index = index;
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
     * Reads what is stored, this write's and earlier writes of the same group included.
     *
     * @return a reader for use within this write only, before it puts anything more
     */
    public StoreReader reader() {
        group.send();
        if (own.hasUnsent()) {
            sendOwn();
        }
        return group.reader();
    }

    /**
     * The newest version of a job.
     *
     * @param id the job's id
     * @return the job; empty if it is not known
     */
    public Optional<JobRecord> job(String id) {
        return own.jobs()
                .find(id)
                .or(() -> group.gathered().jobs().find(id))
                .or(() -> group.recent().jobs().findOrRead(id, group::readJob));
    }

    /**
     * One evaluation.
     *
     * @param id its id
     * @return the evaluation; empty if it is not known
     */
    public Optional<Evaluation> evaluation(String id) {
        return own.evaluations()
                .find(id)
                .or(() -> group.gathered().evaluations().find(id))
                .or(() -> group.recent()
                        .evaluations()
                        .findOrRead(id, group.reader().evaluations()::find));
    }

    /**
     * One deployment.
     *
     * @param id its id
     * @return the deployment; empty if it is not known
     */
    public Optional<Deployment> deployment(String id) {
        return own.deployments()
                .find(id)
                .or(() -> group.gathered().deployments().find(id))
                .or(() -> group.recent()
                        .deployments()
                        .findOrRead(id, group.reader().deployments()::find));
    }

    /**
     * One allocation.
     *
     * @param id its id
     * @return the allocation; empty if it is not known
     */
    public Optional<Allocation> allocation(String id) {
        return gathered(id)
                .or(() -> group.recent()
                        .allocations()
                        .findOrRead(id, group.reader().allocations()::find));
    }

    /**
     * Some allocations.
     *
     * @param ids their ids
     * @return those that are known, in no order
     */
    public List<Allocation> allocations(Collection<String> ids) {
        List<Allocation> found = new ArrayList<>();
        List<String> others = new ArrayList<>();
        ids.forEach(id -> gathered(id)
                .or(() -> group.recent().allocations().find(id))
                .ifPresentOrElse(found::add, () -> others.add(id)));
        if (!others.isEmpty()) {
            found.addAll(group.reader().allocations().findAll(others));
        }
        return found;
    }

    /**
     * One node.
     *
     * @param id its id
     * @return the node; empty if it is not known
     */
    public Optional<Node> node(String id) {
        return group.reader().nodes().find(id);
    }

    /**
     * What a submission was answered.
     *
     * @param requestId the client's name for the submission
     * @return the answer; empty if there was no such submission
     */
    public Optional<Submission> submission(String requestId) {
        return own.submissions()
                .find(requestId)
                .or(() -> group.gathered().submissions().find(requestId))
                .map(Answered::submission)
                .or(() -> group.readSubmission(requestId));
    }

    /**
     * Whether a node may be given new allocations.
     *
     * @param id the node
     * @return true if it is known, ready, eligible and not draining
     */
    public boolean isOpen(String id) {
        return nodes.stream()
                .filter(node -> node.getId().equals(id))
                .reduce((earlier, later) -> later)
                .map(NodeLife::isOpen)
                .orElseGet(() -> group.isOpen(id));
    }

    /**
     * Stores a new version of a job, the first one included. The one before it is kept as an older version.
     *
     * @param job the job with its version and submit time; its create_index is 0 for a job that is not stored yet. A job
     *     with a parent_id is found by it from its first version on
     * @return the job as stored
     */
    public JobRecord putJobVersion(JobRecord job) {
        String id = job.getJob().getId();
        if (job.getCreateIndex() > 0) {
            job(id).ifPresent(older -> own.jobVersions().put(id + "/" + older.getVersion(), older, true));
        }
        return putJob(job);
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
        own.jobs().put(stored.getJob().getId(), stored, isNew);
        group.memory().jobIds().put(stored.getJob().getId());
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
        Optional<JobRecord> newest = job(jobId).filter(job -> job.getVersion() == version);
        if (newest.isEmpty()) {
            sendOwn()
                    .update(JOB_VERSION)
                    .set(JOB_VERSION.STABLE, true)
                    .where(JOB_VERSION.JOB_ID.eq(jobId))
                    .and(JOB_VERSION.VERSION.eq(version))
                    .execute();
        }
        newest.filter(job -> !job.getStable()).ifPresent(job -> {
            // Its modify_index stays: nobody has submitted it.
            JobRecord stable = job.toBuilder().setStable(true).build();
            own.jobs().put(jobId, stable, false);
            jobs.add(stable);
        });
    }

    /**
     * Remembers for when a periodic job last made a child.
     *
     * @param jobId the periodic job
     * @param launchTime the time, in whole seconds
     */
    public void putPeriodicLaunch(String jobId, Instant launchTime) {
        sendOwn()
                .mergeInto(PERIODIC_LAUNCH)
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
        own.deployments().put(stored.getId(), stored, isNew);
        deployments.add(stored);
        return stored;
    }

    /**
     * Forgets what is not needed any more.
     *
     * @return forgets what was found
     */
    public Garbage garbage() {
        forgets = true;
        DSLContext dsl = sendOwn();
        own.forgetSent();
        group.gathered().forgetSent();
        group.recent().clear();
        return new Garbage(
                dsl, group.reader(), group.memory().allocations(), removedJobs::add, removedNodes::add, forgotten::add);
    }

    /**
     * Remembers what a submission was answered.
     *
     * @param requestId the client's name for the submission
     * @param submission the answer
     */
    public void putSubmission(String requestId, Submission submission) {
        group.memory().requestIds().put(requestId);
        own.submissions().put(requestId, new Answered(index, requestId, submission), true);
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
        own.evaluations().put(stored.getId(), stored, isNew);
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
        sendOwn()
                .insertInto(NODE)
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
        sendOwn()
                .update(NODE)
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
     * Forgets a node; no allocation on it may be left that has not ended. Those that have stay, with its id.
     *
     * @param id the node
     */
    public void removeNode(String id) {
        sendOwn().deleteFrom(NODE).where(NODE.ID.eq(id)).execute();
        removedNodes.add(id);
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
        group.memory().allocations().expect(stored);
        orders.add(stored);
        return putAllocation(stored, true);
    }

    /**
     * Stores what the server now wants of an allocation, or which version of its job it now runs: its node is told.
     *
     * @param allocation the allocation, changed
     * @return the allocation as stored
     */
    public Allocation updateDesired(Allocation allocation) {
        Allocation stored = allocation.toBuilder().setModifyIndex(index).build();
        orders.add(stored);
        return putAllocation(stored, false);
    }

    /**
     * Stores what is now known of how an allocation is. One that has ended gives its ports back.
     *
     * @param allocation the allocation, changed
     * @return the allocation as stored
     */
    public Allocation updateClient(Allocation allocation) {
        return putAllocation(allocation.toBuilder().setModifyIndex(index).build(), false);
    }

    /** Has come to its end: what it has put is the group's. */
    void end() {
        if (savepoint != null || own.takesPorts()) {
            sendOwn();
            group.release(savepoint);
        }
        group.gathered().putAll(own);
        group.gather(nodes);
    }

    /** Has failed: what it has put is taken back. */
    void abort() {
        if (savepoint != null) {
            group.rollback(savepoint);
        }
    }

    boolean isReadOnly() {
        return changes().isEmpty();
    }

    ChangeSet changes() {
        return new ChangeSet(
                index, jobs, evaluations, nodes, allocations, orders, deployments, removedJobs, removedNodes);
    }

    /** Takes what was committed into what is kept in memory. */
    void committed() {
        if (forgets) {
            // What earlier writes of the group have put may be gone.
            group.recent().clear();
        }
        group.recent().committed(changes());
        group.memory().allocations().committed(allocations);
        group.memory().openNodes().put(nodes);
        group.memory().openNodes().remove(removedNodes);
        forgotten.forEach(gone -> group.memory().allocations().remove(gone.nodeId(), gone.jobId(), gone.rowKey()));
    }

    private Optional<Allocation> gathered(String id) {
        return own.allocations()
                .find(id)
                .or(() -> group.gathered().allocations().find(id));
    }

    private Allocation putAllocation(Allocation stored, boolean isNew) {
        own.allocations().put(stored.getId(), stored, isNew);
        allocations.add(stored);
        return stored;
    }

    /** Sends what this write has put, in a savepoint of its own, after that of the writes before it. */
    private DSLContext sendOwn() {
        if (savepoint == null) {
            group.send();
            savepoint = group.savepoint();
        }
        own.send(group.dsl(), group.batches());
        return group.dsl();
    }
}
