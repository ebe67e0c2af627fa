package dev.gantry.store;

import static dev.gantry.store.schema.Tables.JOB_VERSION;
import static dev.gantry.store.schema.Tables.NODE;
import static dev.gantry.store.schema.Tables.PERIODIC_LAUNCH;

import com.google.protobuf.ByteString;
import dev.gantry.model.NodeEligibility;
import dev.gantry.store.RowBuffer.Answered;
import dev.gantry.store.RowBuffer.NodeRow;
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
 * Reads and writes for one write of the {@link Store}. Sets the modify_index of written objects, and the create_index
 * of new ones.
 *
 * <p>Rows are gathered, and sent to the database when {@link #reader} is called or when the group of writes is
 * committed. The methods that find one object by its id see gathered rows and send nothing.
 */
public final class WriteTransaction {

    private final WriteGroup group;
    private final long index;
    private final RowBuffer own = new RowBuffer();
    private final ChangeSet.Recorder changed = new ChangeSet.Recorder();
    private final List<Deletion.Deleted> deleted = new ArrayList<>();

    private boolean deletes;
    /** True once the write has stored its index where no listener needs to hear of it. */
    private boolean usesIndex;

    /** The savepoint before this write's own rows in the database; null while this write has sent no rows. */
    private Savepoint savepoint;

    WriteTransaction(WriteGroup group, long index) {
        this.group = group;
        this.index = index;
    }

    /**
     * Returns the cluster index of this write.
     *
     * @return one more than the index of the write before
     */
    public long index() {
        return index;
    }

    /**
     * Sends the gathered rows and returns queries that see them, of this write and of earlier ones of the group.
     *
     * @return queries for use within this write only, until it writes again
     */
    public StoreReader reader() {
        group.send();
        if (own.hasUnsent()) {
            sendOwn();
        }
        return group.reader();
    }

    /**
     * Finds the newest version of a job.
     *
     * @param id the job's id
     * @return the job; empty if it is not stored
     */
    public Optional<JobRecord> job(String id) {
        return own.jobs()
                .find(id)
                .or(() -> group.gathered().jobs().find(id))
                .or(() -> group.recent().jobs().findOrRead(id, group::readJob));
    }

    /**
     * Finds an evaluation.
     *
     * @param id the full id
     * @return the evaluation; empty if it is not stored
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
     * Finds a deployment.
     *
     * @param id the full id
     * @return the deployment; empty if it is not stored
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
     * Finds an allocation.
     *
     * @param id the full id
     * @return the allocation; empty if it is not stored
     */
    public Optional<Allocation> allocation(String id) {
        return gathered(id)
                .or(() -> group.recent()
                        .allocations()
                        .findOrRead(id, group.reader().allocations()::find));
    }

    /**
     * Finds several allocations.
     *
     * @param ids the full ids
     * @return the stored ones, in no order
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
     * Finds a node.
     *
     * @param id the full id
     * @return the node; empty if it is not stored
     */
    public Optional<Node> node(String id) {
        return nodeRow(id).map(NodeRow::node);
    }

    /**
     * Finds the hash of a node's secret, which proves the node's identity.
     *
     * @param id the full id
     * @return the hash; empty if the node is not stored
     */
    public Optional<ByteString> nodeSecretHash(String id) {
        return nodeRow(id).map(NodeRow::secretHash);
    }

    /**
     * Finds the answer to a request.
     *
     * @param requestId the request's id
     * @return the answer; empty if there was no such request
     */
    public Optional<Submission> submission(String requestId) {
        return own.submissions()
                .find(requestId)
                .or(() -> group.gathered().submissions().find(requestId))
                .map(Answered::submission)
                .or(() -> group.readSubmission(requestId));
    }

    /**
     * Tells whether a node accepts new allocations.
     *
     * @param id the node
     * @return true if it is stored, ready, eligible and not draining
     */
    public boolean isOpen(String id) {
        return changed.nodes.stream()
                .filter(node -> node.getId().equals(id))
                .reduce((earlier, later) -> later)
                .map(NodeEligibility::isSchedulable)
                .orElseGet(() -> group.isOpen(id));
    }

    /**
     * Stores a new version of a job, or its first. Keeps the version before it as an older version.
     *
     * @param job the job with its version and submit time; its create_index is 0 for a job that is not stored yet. The
     *     parent_id is stored with the first version only
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
     * Stores a job whose version stays the same.
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
        changed.jobs.add(stored);
        return stored;
    }

    /**
     * Marks a version of a job as stable.
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
            // Keep the modify_index: the job was not submitted.
            JobRecord stable = job.toBuilder().setStable(true).build();
            own.jobs().put(jobId, stable, false);
            changed.jobs.add(stable);
        });
    }

    /**
     * Stores the last launch of a periodic job.
     *
     * @param jobId the periodic job
     * @param launchTime the time for which a child was created, in whole seconds
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
     * Stores a new or changed deployment.
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
        changed.deployments.add(stored);
        return stored;
    }

    /**
     * Prepares the deletion of objects: sends the rows of this write and drops the caches, since a deletion may concern
     * them.
     *
     * @return deletes objects
     */
    public Deletion beginDeletion() {
        return new Deletion(
                forgetBeforeDeletion(),
                group.reader(),
                group.memory().allocations(),
                changed.removedJobs::add,
                changed.removedNodes::add,
                deleted::add);
    }

    /**
     * Stores the answer to a request.
     *
     * @param requestId the request's id
     * @param submission the answer
     */
    public void putSubmission(String requestId, Submission submission) {
        group.memory().requestIds().put(requestId);
        own.submissions().put(requestId, new Answered(index, requestId, submission), true);
        usesIndex = true;
    }

    /**
     * Stores a new or changed evaluation.
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
        changed.evaluations.add(stored);
        return stored;
    }

    /**
     * Stores a new node.
     *
     * @param node the node
     * @param secretHash the hash of the node's secret
     * @return the node as stored
     */
    public Node insertNode(Node node, ByteString secretHash) {
        Node stored =
                node.toBuilder().setCreateIndex(index).setModifyIndex(index).build();
        group.memory().nodeIds().put(stored.getId());
        return putNode(new NodeRow(stored, secretHash), true);
    }

    /**
     * Stores a changed node.
     *
     * @param node a stored node, changed
     * @return the node as stored
     */
    public Node updateNode(Node node) {
        Node stored = node.toBuilder().setModifyIndex(index).build();
        ByteString secretHash = nodeSecretHash(stored.getId())
                .orElseThrow(() -> new IllegalStateException("Node %s is not stored".formatted(stored.getId())));
        return putNode(new NodeRow(stored, secretHash), false);
    }

    /**
     * Deletes a node, which must have no live allocation. Its terminal allocations stay, with its id.
     *
     * @param id the node
     */
    public void removeNode(String id) {
        forgetBeforeDeletion().deleteFrom(NODE).where(NODE.ID.eq(id)).execute();
        changed.removedNodes.add(id);
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
        changed.assignments.add(stored);
        return putAllocation(stored, true);
    }

    /**
     * Stores an allocation whose desired state or job version has changed. The server sends it to its node.
     *
     * @param allocation the changed allocation
     * @return the allocation as stored
     */
    public Allocation updateDesired(Allocation allocation) {
        Allocation stored = allocation.toBuilder().setModifyIndex(index).build();
        changed.assignments.add(stored);
        return putAllocation(stored, false);
    }

    /**
     * Stores an allocation whose client state has changed. A terminal one frees its ports.
     *
     * @param allocation the changed allocation
     * @return the allocation as stored
     */
    public Allocation updateClient(Allocation allocation) {
        return updateClient(allocation.toBuilder());
    }

    /**
     * Stores an allocation whose client state has changed, as {@link #updateClient(Allocation)}, without another copy of it.
     *
     * @param allocation the changed allocation
     * @return the allocation as stored
     */
    public Allocation updateClient(Allocation.Builder allocation) {
        return putAllocation(allocation.setModifyIndex(index).build(), false);
    }

    /**
     * Prepares a write of tokens or policies: sends the rows of this write.
     *
     * @return reads and writes tokens and policies
     */
    public AccessWriter access() {
        return new AccessWriter(sendOwn(), index, changed.access);
    }

    /**
     * Prepares a write of variables: sends the rows of this write. Listeners hear of the paths of variables only.
     *
     * @return reads and writes variables
     */
    public VariableWriter variables() {
        usesIndex = true;
        return new VariableWriter(sendOwn(), index, changed.variables);
    }

    /** Ends a successful write: hands its rows over to the group. */
    void end() {
        if (savepoint != null || own.takesPorts()) {
            sendOwn();
            group.release(savepoint);
        }
        group.gathered().putAll(own);
        group.gather(changed.nodes);
    }

    /** Undoes a failed write. */
    void abort() {
        if (savepoint != null) {
            group.rollback(savepoint);
        }
    }

    /**
     * Returns true if the write has stored its index in a row that is no change for listeners: an answer, whose key it
     * is, or a variable. So the index counts as used.
     */
    boolean usesIndex() {
        return usesIndex;
    }

    /** Returns the changes of the write. */
    ChangeSet changes() {
        return changed.at(index);
    }

    /** Updates the writer's memory. Called after the commit. */
    void committed() {
        if (deletes) {
            // The write may have deleted objects of earlier writes of the group.
            group.recent().clear();
        }
        own.nodes().forEach(group.recent().nodes()::put);
        group.memory().committed(changes(), deleted);
    }

    private Optional<Allocation> gathered(String id) {
        return own.allocations()
                .find(id)
                .or(() -> group.gathered().allocations().find(id));
    }

    private Allocation putAllocation(Allocation stored, boolean isNew) {
        own.allocations().put(stored.getId(), stored, isNew);
        changed.allocations.add(stored);
        return stored;
    }

    private Optional<NodeRow> nodeRow(String id) {
        return own.nodes()
                .find(id)
                .or(() -> group.gathered().nodes().find(id))
                .or(() -> group.recent().nodes().findOrRead(id, group::readNode));
    }

    private Node putNode(NodeRow row, boolean isNew) {
        own.nodes().put(row.node().getId(), row, isNew);
        changed.nodes.add(row.node());
        return row.node();
    }

    /** Sends the rows of this write and drops the caches. */
    private DSLContext forgetBeforeDeletion() {
        deletes = true;
        DSLContext dsl = sendOwn();
        own.forgetSent();
        group.gathered().forgetSent();
        group.recent().clear();
        return dsl;
    }

    /** Sends the rows of this write, after a savepoint that follows the rows of earlier writes. */
    private DSLContext sendOwn() {
        if (savepoint == null) {
            group.send();
            savepoint = group.savepoint();
        }
        own.send(group.dsl(), group.batches());
        return group.dsl();
    }
}
