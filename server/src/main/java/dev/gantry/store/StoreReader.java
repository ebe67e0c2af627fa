package dev.gantry.store;

import static dev.gantry.store.schema.Tables.ALLOCATION;
import static dev.gantry.store.schema.Tables.CLUSTER_INDEX;
import static dev.gantry.store.schema.Tables.EVALUATION;
import static dev.gantry.store.schema.Tables.JOB;
import static dev.gantry.store.schema.Tables.NODE;
import static dev.gantry.store.schema.Tables.SUBMISSION;
import static org.jooq.impl.DSL.row;

import dev.gantry.v1.EvaluationStatus;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeStatus;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jooq.DSLContext;

/**
 * Queries to the database, grouped by their subject. Each answer is of one committed state, except answers about more
 * than a thousand allocations; two answers may be of two states.
 */
public final class StoreReader {

    private final DSLContext dsl;
    private final TableReads reads;
    private final AllocationIndex index;
    private final OpenNodes openNodes;
    private final JobReader jobs;
    private final JobActivity activity;
    private final EvaluationReader evaluations;
    private final DeploymentReader deployments;
    private final NodeReader nodes;
    private final AllocationReader allocations;
    private final AccessReader access;
    private final VariableReader variables;

    StoreReader(DSLContext dsl, TableReads reads, AllocationIndex index, OpenNodes openNodes) {
        this.dsl = dsl;
        this.reads = reads;
        this.index = index;
        this.openNodes = openNodes;
        this.jobs = new JobReader(dsl);
        this.activity = new JobActivity(dsl, index);
        this.evaluations = new EvaluationReader(dsl);
        this.deployments = new DeploymentReader(dsl);
        this.nodes = new NodeReader(dsl, openNodes);
        this.allocations = new AllocationReader(dsl, reads, index);
        this.access = new AccessReader(dsl);
        this.variables = new VariableReader(dsl);
    }

    /** Returns the same queries within a transaction. */
    StoreReader within(DSLContext transaction) {
        return new StoreReader(transaction, reads, index, openNodes);
    }

    /**
     * Returns queries about jobs and their versions.
     *
     * @return the queries
     */
    public JobReader jobs() {
        return jobs;
    }

    /**
     * Returns queries about live jobs.
     *
     * @return the queries
     */
    public JobActivity activity() {
        return activity;
    }

    /**
     * Returns queries about evaluations.
     *
     * @return the queries
     */
    public EvaluationReader evaluations() {
        return evaluations;
    }

    /**
     * Returns queries about deployments.
     *
     * @return the queries
     */
    public DeploymentReader deployments() {
        return deployments;
    }

    /**
     * Returns queries about nodes.
     *
     * @return the queries
     */
    public NodeReader nodes() {
        return nodes;
    }

    /**
     * Returns queries about allocations.
     *
     * @return the queries
     */
    public AllocationReader allocations() {
        return allocations;
    }

    /**
     * Returns queries about tokens and policies.
     *
     * @return the queries
     */
    public AccessReader access() {
        return access;
    }

    /**
     * Returns queries about variables.
     *
     * @return the queries
     */
    public VariableReader variables() {
        return variables;
    }

    /**
     * Returns the cluster index.
     *
     * @return the index of the last committed write
     */
    public long lastIndex() {
        return lastIndex(dsl);
    }

    /** Returns the cluster id; empty before the first server has set one. */
    String clusterId() {
        return dsl.select(CLUSTER_INDEX.CLUSTER_ID).from(CLUSTER_INDEX).fetchSingle(CLUSTER_INDEX.CLUSTER_ID);
    }

    /** Returns the cluster index as a transaction sees it. */
    static long lastIndex(DSLContext dsl) {
        return dsl.select(CLUSTER_INDEX.LAST_INDEX).from(CLUSTER_INDEX).fetchSingle(CLUSTER_INDEX.LAST_INDEX);
    }

    /**
     * Returns the greatest id of each kind of object whose ids count up: allocations and evaluations. A deployment's id
     * is derived from its job and version.
     *
     * @return the ids; a kind without objects has no id
     */
    public List<String> greatestIds() {
        return Stream.of(allocations.greatestId(), evaluations.greatestId())
                .flatMap(Optional::stream)
                .toList();
    }

    /**
     * Finds the answer to a request.
     *
     * @param requestId the request's id
     * @return the answer; empty if there was no such request
     */
    public Optional<Submission> submission(String requestId) {
        return dsl.selectFrom(SUBMISSION)
                .where(SUBMISSION.REQUEST_ID.eq(requestId))
                .fetchOptional(row -> new Submission(
                        Submission.Kind.of(row.getKind()),
                        row.getJobId(),
                        row.getVersion(),
                        row.getEvaluationId(),
                        row.getModifyIndex(),
                        Instant.ofEpochMilli(row.getSubmitTime())));
    }

    /**
     * Counts objects for the cluster's status.
     *
     * @return the counts
     */
    public ClusterCounts counts() {
        return new ClusterCounts(
                dsl.fetchCount(NODE, NODE.STATUS.eq((short) NodeStatus.NODE_STATUS_READY_VALUE)),
                dsl.fetchCount(NODE, NODE.STATUS.eq((short) NodeStatus.NODE_STATUS_DOWN_VALUE)),
                dsl.fetchCount(NODE, NODE.STATUS.eq((short) NodeStatus.NODE_STATUS_REFUSING_VALUE)),
                dsl.fetchCount(JOB),
                index.countLive(),
                dsl.fetchCount(
                        EVALUATION, EVALUATION.STATUS.eq((short) EvaluationStatus.EVALUATION_STATUS_BLOCKED_VALUE)));
    }

    /**
     * Loads the objects that the writer keeps in memory; the allocations only if they are not loaded yet. Call it before
     * the first write.
     */
    void fill(WriterMemory memory) {
        if (!memory.allocations().isLoaded()) {
            reads.read(reads.parts(
                    dsl, ALLOCATION, ALLOCATION.ROW_KEY, memory.allocations()::load, AllocationIndex.COLUMNS));
            memory.allocations().loaded();
        }
        reads.read(List.of(
                TableReads.Part.of(
                        "table job",
                        dsl.select(JOB.ID).from(JOB),
                        row -> memory.jobIds().put(row.getString(1))),
                TableReads.Part.of(
                        "table submission",
                        dsl.select(SUBMISSION.REQUEST_ID).from(SUBMISSION),
                        row -> memory.requestIds().put(row.getString(1)))));
        List<Node> known = nodes.all();
        memory.openNodes().put(known);
        known.forEach(node -> memory.nodeIds().put(node.getId()));
    }
}
