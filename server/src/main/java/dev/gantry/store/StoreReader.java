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
import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;
import static org.jooq.impl.DSL.exists;
import static org.jooq.impl.DSL.max;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.notExists;
import static org.jooq.impl.DSL.row;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.val;

import com.google.protobuf.util.Timestamps;
import dev.gantry.v1.AllocatedPort;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.Deployment;
import dev.gantry.v1.DeploymentStatus;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.EvaluationStatus;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.JobVersion;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.Record1;

/**
 * Questions to the database. Each answer is one committed state, but for those about more than a thousand allocations at
 * once; two answers may be of two states.
 */
public final class StoreReader {

    static final List<Short> TERMINAL = Arrays.stream(ClientStatus.values())
            .filter(status -> status != ClientStatus.UNRECOGNIZED)
            .filter(dev.gantry.model.AllocationLife::isTerminal)
            .map(status -> (short) status.getNumber())
            .toList();

    private static final List<Short> OPEN = List.of((short) EvaluationStatus.EVALUATION_STATUS_PENDING_VALUE, (short)
            EvaluationStatus.EVALUATION_STATUS_BLOCKED_VALUE);

    static final Condition IS_LIVE = ALLOCATION.CLIENT_STATUS.notIn(TERMINAL);

    private static final int KEYS_PER_PAGE = 1000;

    /** What is between a child's id and its parent's, and what follows it among characters. */
    private static final String CHILD_ID_BEGIN = "/";

    private static final String CHILD_ID_END = "0";

    private final DSLContext dsl;
    private final AllocationIndex index;
    private final AllocationRows allocations;

    StoreReader(DSLContext dsl, AllocationIndex index) {
        this.dsl = dsl;
        this.index = index;
        this.allocations = new AllocationRows(dsl);
    }

    /** The same within a transaction. */
    StoreReader within(DSLContext transaction) {
        return new StoreReader(transaction, index);
    }

    /**
     * The greatest id of each kind of object that the server names itself.
     *
     * @return the ids; none of a kind of which there is no object
     */
    public List<String> greatestIds() {
        Optional<String> allocation = dsl.select(ALLOCATION.MESSAGE)
                .from(ALLOCATION)
                .orderBy(ALLOCATION.ROW_KEY.desc())
                .limit(1)
                .fetchOptional(row -> toAllocation(row).getId());
        Optional<String> evaluation = dsl.select(EVALUATION.MESSAGE)
                .from(EVALUATION)
                .orderBy(EVALUATION.ROW_KEY.desc())
                .limit(1)
                .fetchOptional(row -> toEvaluation(row).getId());
        Optional<String> deployment =
                dsl.select(max(DEPLOYMENT.ID)).from(DEPLOYMENT).fetchOptional(Record1::value1);
        return Stream.of(allocation, evaluation, deployment)
                .flatMap(Optional::stream)
                .toList();
    }

    /** Fills what the writer keeps in memory; before the first write. */
    void fill(WriterMemory memory) {
        try (var rows = dsl
                .select(ALLOCATION.NODE_ID, ALLOCATION.JOB_ID, ALLOCATION.ROW_KEY, ALLOCATION.CLIENT_STATUS)
                .from(ALLOCATION)
                .stream()) {
            rows.forEach(row -> memory.allocations()
                    .add(row.value1(), row.value2(), row.value3(), TERMINAL.contains(row.value4())));
        }
        try (var ids = dsl.select(JOB.ID).from(JOB).stream()) {
            ids.forEach(id -> memory.jobIds().put(id.value1()));
        }
        try (var ids = dsl.select(SUBMISSION.REQUEST_ID).from(SUBMISSION).stream()) {
            ids.forEach(id -> memory.requestIds().put(id.value1()));
        }
        memory.openNodes()
                .put(dsl.select(NODE.MESSAGE).from(NODE).fetch(row -> Messages.parse(Node.parser(), row.value1())));
    }

    /**
     * The cluster index.
     *
     * @return that of the last committed write
     */
    public long lastIndex() {
        return dsl.select(CLUSTER_INDEX.LAST_INDEX).from(CLUSTER_INDEX).fetchSingle(CLUSTER_INDEX.LAST_INDEX);
    }

    /**
     * The newest version of a job.
     *
     * @param id the job's id
     * @return the job; empty if it is not known
     */
    public Optional<JobRecord> job(String id) {
        return dsl.selectFrom(JOB).where(JOB.ID.eq(id)).fetchOptional(StoreReader::toJob);
    }

    /**
     * A page of jobs in the order of their ids.
     *
     * @param after only ids behind this one; empty: from the first
     * @param prefix only ids that start so
     * @param limit at most this many
     * @return the jobs
     */
    public List<JobRecord> jobs(String after, String prefix, int limit) {
        return dsl.selectFrom(JOB)
                .where(JOB.ID.gt(after))
                .and(JOB.ID.startsWith(prefix))
                .orderBy(JOB.ID)
                .limit(limit)
                .fetch(StoreReader::toJob);
    }

    /**
     * Whether a child of a job has not ended: something of it runs, or waits to be placed, now or
     * anew.
     *
     * @param parentId the periodic or parameterized job
     * @return true if there is one
     */
    public boolean hasLiveChild(String parentId) {
        Condition isChild = isChildOf(val(parentId), JOB);
        boolean waits = dsl.fetchExists(select(JOB.ID)
                .from(JOB)
                .where(isChild)
                .and(exists(select(EVALUATION.ROW_KEY)
                        .from(EVALUATION)
                        .where(EVALUATION.JOB_ID.eq(JOB.ID))
                        .and(EVALUATION.STATUS.in(OPEN)))));
        List<String> children =
                waits ? List.of() : dsl.select(JOB.ID).from(JOB).where(isChild).fetch(JOB.ID);
        return waits
                || allocations.exist(index.liveOfJobs(children), IS_LIVE)
                || !jobsToPlaceAnew(children).isEmpty();
    }

    /**
     * For when a periodic job last made a child.
     *
     * @param jobId the job
     * @return the time; empty if the job is not a periodic one
     */
    public Optional<Instant> periodicLaunch(String jobId) {
        return dsl.select(PERIODIC_LAUNCH.LAUNCH_TIME)
                .from(PERIODIC_LAUNCH)
                .where(PERIODIC_LAUNCH.JOB_ID.eq(jobId))
                .fetchOptional(row -> Instant.ofEpochMilli(row.value1()));
    }

    /**
     * The periodic jobs.
     *
     * @return for when each last made a child, by its id
     */
    public Map<String, Instant> periodicLaunches() {
        return dsl.select(PERIODIC_LAUNCH.JOB_ID, PERIODIC_LAUNCH.LAUNCH_TIME).from(PERIODIC_LAUNCH).stream()
                .collect(toMap(org.jooq.Record2::value1, row -> Instant.ofEpochMilli(row.value2())));
    }

    /**
     * The newest version of a job that has proved good, older than another one.
     *
     * @param id the job's id
     * @param below only versions less than this one
     * @return the version; empty if there is none
     */
    public Optional<JobRecord> stableVersion(String id, long below) {
        return job(id).filter(newest -> newest.getVersion() < below && newest.getStable())
                .or(() ->
                        olderVersions(
                                        JOB_VERSION
                                                .JOB_ID
                                                .eq(id)
                                                .and(JOB_VERSION.VERSION.lt(below))
                                                .and(JOB_VERSION.STABLE),
                                        1)
                                .stream()
                                .findFirst());
    }

    /**
     * One deployment.
     *
     * @param id its id
     * @return the deployment; empty if it is not known
     */
    public Optional<Deployment> deployment(String id) {
        return deployments(DEPLOYMENT.ID.eq(id)).stream().findFirst();
    }

    /**
     * The newest deployment of a job.
     *
     * @param jobId the job
     * @return the deployment; empty if it never had one
     */
    public Optional<Deployment> newestDeployment(String jobId) {
        return dsl.select(DEPLOYMENT.MESSAGE)
                .from(DEPLOYMENT)
                .where(DEPLOYMENT.JOB_ID.eq(jobId))
                .orderBy(DEPLOYMENT.CREATE_INDEX.desc())
                .limit(1)
                .fetchOptional(row -> Messages.parse(Deployment.parser(), row.value1()));
    }

    /**
     * A page of deployments, newest first.
     *
     * @param jobId only those of this job; empty: of all
     * @param beforeCreateIndex only those with this create_index or a smaller one
     * @param beforeId and, of this create_index, only ids less than this one
     * @param limit at most this many
     * @return the deployments
     */
    public List<Deployment> deployments(Optional<String> jobId, long beforeCreateIndex, String beforeId, int limit) {
        return dsl.select(DEPLOYMENT.MESSAGE)
                .from(DEPLOYMENT)
                .where(jobId.map(DEPLOYMENT.JOB_ID::eq).orElse(noCondition()))
                .and(row(DEPLOYMENT.CREATE_INDEX, DEPLOYMENT.ID).lt(beforeCreateIndex, beforeId))
                .orderBy(DEPLOYMENT.CREATE_INDEX.desc(), DEPLOYMENT.ID.desc())
                .limit(limit)
                .fetch(row -> Messages.parse(Deployment.parser(), row.value1()));
    }

    /**
     * The deployments of all jobs that have not ended.
     *
     * @return the deployments in the order in which they changed
     */
    public List<Deployment> runningDeployments() {
        return deployments(DEPLOYMENT.STATUS.eq((short) DeploymentStatus.DEPLOYMENT_STATUS_RUNNING_VALUE));
    }

    /**
     * The deployments of one job that have not ended.
     *
     * @param jobId the job
     * @return the deployments in the order in which they changed
     */
    public List<Deployment> runningDeploymentsOf(String jobId) {
        return deployments(DEPLOYMENT.JOB_ID.eq(jobId).and(DEPLOYMENT.STATUS.eq((short)
                DeploymentStatus.DEPLOYMENT_STATUS_RUNNING_VALUE)));
    }

    /**
     * The newest deployment of each job that has one.
     *
     * @return the deployments in the order in which they were made
     */
    public List<Deployment> newestDeployments() {
        var newer = DEPLOYMENT.as("newer");
        return dsl.select(DEPLOYMENT.MESSAGE)
                .from(DEPLOYMENT)
                .where(notExists(select(newer.ID)
                        .from(newer)
                        .where(newer.JOB_ID.eq(DEPLOYMENT.JOB_ID))
                        .and(newer.CREATE_INDEX.gt(DEPLOYMENT.CREATE_INDEX))))
                .orderBy(DEPLOYMENT.CREATE_INDEX)
                .fetch(row -> Messages.parse(Deployment.parser(), row.value1()));
    }

    /**
     * The deployments of a job that changed since.
     *
     * @param jobId the job
     * @param after only those behind this
     * @param limit at most this many
     * @return the deployments in the order in which they changed
     */
    public List<Deployment> deploymentsChanged(String jobId, ChangeCursor after, int limit) {
        return dsl.select(DEPLOYMENT.MESSAGE)
                .from(DEPLOYMENT)
                .where(DEPLOYMENT.JOB_ID.eq(jobId))
                .and(after.isBefore(DEPLOYMENT.MODIFY_INDEX, DEPLOYMENT.ID))
                .orderBy(DEPLOYMENT.MODIFY_INDEX, DEPLOYMENT.ID)
                .limit(limit)
                .fetch(row -> Messages.parse(Deployment.parser(), row.value1()));
    }

    /**
     * One version of a job.
     *
     * @param id the job
     * @param version the version
     * @return the version; empty if it is not known, or not any more
     */
    public Optional<JobRecord> jobVersion(String id, long version) {
        return job(id).filter(newest -> newest.getVersion() == version)
                .or(() -> olderVersions(JOB_VERSION.JOB_ID.eq(id).and(JOB_VERSION.VERSION.eq(version)), 1).stream()
                        .findFirst());
    }

    /**
     * A page of the versions of a job, newest first.
     *
     * @param id the job's id
     * @param below only versions less than this one
     * @param limit at most this many
     * @return the versions
     */
    public List<JobRecord> jobVersions(String id, long below, int limit) {
        Optional<JobRecord> newest = job(id).filter(job -> job.getVersion() < below);
        List<JobRecord> older = olderVersions(JOB_VERSION.JOB_ID.eq(id).and(JOB_VERSION.VERSION.lt(below)), limit);
        return Stream.concat(newest.stream(), older.stream()).limit(limit).toList();
    }

    /**
     * The job versions that some allocations run, each once.
     *
     * @param allocations the allocations
     * @return their job versions in no order
     */
    public List<JobVersion> jobVersionsOf(Collection<Allocation> allocations) {
        var keys = allocations.stream()
                .map(allocation -> row(allocation.getJobId(), allocation.getJobVersion()))
                .distinct()
                .toList();
        return dsl.select(JOB.SPEC, JOB.VERSION)
                .from(JOB)
                .where(row(JOB.ID, JOB.VERSION).in(keys))
                .unionAll(select(JOB_VERSION.SPEC, JOB_VERSION.VERSION)
                        .from(JOB_VERSION)
                        .where(row(JOB_VERSION.JOB_ID, JOB_VERSION.VERSION).in(keys)))
                .fetch(version -> JobVersion.newBuilder()
                        .setJob(Messages.parse(Job.parser(), version.value1()))
                        .setVersion(version.value2())
                        .build());
    }

    /**
     * What a submission was answered.
     *
     * @param requestId the client's name for the submission
     * @return the answer; empty if there was no such submission
     */
    public Optional<Submission> submission(String requestId) {
        return dsl.selectFrom(SUBMISSION)
                .where(SUBMISSION.REQUEST_ID.eq(requestId))
                .fetchOptional(row -> new Submission(
                        row.getJobId(),
                        row.getVersion(),
                        row.getEvaluationId(),
                        row.getModifyIndex(),
                        Instant.ofEpochMilli(row.getSubmitTime())));
    }

    /**
     * The newest evaluation of a job.
     *
     * @param jobId the job
     * @return the evaluation; empty if the job is not known
     */
    public Optional<Evaluation> newestEvaluation(String jobId) {
        return dsl.select(EVALUATION.MESSAGE)
                .from(EVALUATION)
                .where(EVALUATION.JOB_ID.eq(jobId))
                .orderBy(EVALUATION.CREATE_INDEX.desc())
                .limit(1)
                .fetchOptional(StoreReader::toEvaluation);
    }

    /**
     * One evaluation.
     *
     * @param id its id
     * @return the evaluation; empty if it is not known
     */
    public Optional<Evaluation> evaluation(String id) {
        return dsl.select(EVALUATION.MESSAGE)
                .from(EVALUATION)
                .where(EVALUATION.ROW_KEY.eq(RowKey.first(id)))
                .fetchOptional(StoreReader::toEvaluation)
                .filter(evaluation -> evaluation.getId().equals(id));
    }

    /**
     * The evaluations that a person may mean.
     *
     * @param prefix an id or the begin of one
     * @return the evaluations, at most two: more than one is one too many already
     */
    public List<Evaluation> evaluationsLike(String prefix) {
        return dsl
                .select(EVALUATION.MESSAGE)
                .from(EVALUATION)
                .where(EVALUATION.ROW_KEY.between(RowKey.first(prefix), RowKey.last(prefix)))
                .limit(2)
                .fetch(StoreReader::toEvaluation)
                .stream()
                .filter(evaluation -> evaluation.getId().startsWith(prefix))
                .toList();
    }

    /**
     * A page of the evaluations of a job, newest first.
     *
     * @param jobId the job
     * @param beforeCreateIndex only those with this create_index or a smaller one
     * @param beforeId and, of this create_index, only ids less than this one
     * @param limit at most this many
     * @return the evaluations
     */
    public List<Evaluation> evaluations(String jobId, long beforeCreateIndex, String beforeId, int limit) {
        return dsl.select(EVALUATION.MESSAGE)
                .from(EVALUATION)
                .where(EVALUATION.JOB_ID.eq(jobId))
                .and(row(EVALUATION.CREATE_INDEX, EVALUATION.ROW_KEY).lt(beforeCreateIndex, RowKey.first(beforeId)))
                .orderBy(EVALUATION.CREATE_INDEX.desc(), EVALUATION.ROW_KEY.desc())
                .limit(limit)
                .fetch(StoreReader::toEvaluation);
    }

    /**
     * The evaluations of a job that changed since.
     *
     * @param jobId the job
     * @param after only those behind this
     * @param limit at most this many
     * @return the evaluations in the order in which they changed
     */
    public List<Evaluation> evaluationsChanged(String jobId, ChangeCursor after, int limit) {
        return dsl.select(EVALUATION.MESSAGE)
                .from(EVALUATION)
                .where(EVALUATION.JOB_ID.eq(jobId))
                .and(after.isBeforeKey(EVALUATION.MODIFY_INDEX, EVALUATION.ROW_KEY))
                .orderBy(EVALUATION.MODIFY_INDEX, EVALUATION.ROW_KEY)
                .limit(limit)
                .fetch(StoreReader::toEvaluation);
    }

    /**
     * The evaluations in some state.
     *
     * @param statuses the states
     * @return the evaluations in the order in which they changed
     */
    public List<Evaluation> evaluations(EvaluationStatus... statuses) {
        return evaluations(EVALUATION.STATUS.in(Arrays.stream(statuses)
                .map(status -> (short) status.getNumber())
                .toList()));
    }

    /**
     * The evaluations of one job in some state.
     *
     * @param jobId the job
     * @param statuses the states
     * @return the evaluations in the order in which they changed
     */
    public List<Evaluation> evaluationsOf(String jobId, EvaluationStatus... statuses) {
        return evaluations(EVALUATION
                .JOB_ID
                .eq(jobId)
                .and(EVALUATION.STATUS.in(Arrays.stream(statuses)
                        .map(status -> (short) status.getNumber())
                        .toList())));
    }

    /**
     * One node.
     *
     * @param id its id
     * @return the node; empty if it is not known
     */
    public Optional<Node> node(String id) {
        return dsl.select(NODE.MESSAGE)
                .from(NODE)
                .where(NODE.ID.eq(id))
                .fetchOptional(row -> Messages.parse(Node.parser(), row.value1()));
    }

    /**
     * The nodes of a name.
     *
     * @param name the whole name
     * @return the nodes, at most two: more than one is one too many already
     */
    public List<Node> nodesNamed(String name) {
        return nodes(NODE.NAME.eq(name), 2);
    }

    /**
     * The nodes that a person may mean.
     *
     * @param prefix an id or the begin of one
     * @return the nodes, at most two: more than one is one too many already
     */
    public List<Node> nodesLike(String prefix) {
        return nodes(NODE.ID.startsWith(prefix), 2);
    }

    /**
     * By what to know a node again.
     *
     * @param id its id
     * @return the hash of its secret; empty if it is not known
     */
    public Optional<byte[]> nodeSecretHash(String id) {
        return dsl.select(NODE.SECRET_HASH).from(NODE).where(NODE.ID.eq(id)).fetchOptional(NODE.SECRET_HASH);
    }

    /**
     * A page of nodes in the order of their names, then ids.
     *
     * @param afterName only nodes behind this name
     * @param afterId and, of the same name, behind this id
     * @param limit at most this many
     * @return the nodes
     */
    public List<Node> nodes(String afterName, String afterId, int limit) {
        return nodes(row(NODE.NAME, NODE.ID).gt(afterName, afterId), limit);
    }

    /**
     * The nodes that are ready.
     *
     * @return their ids
     */
    public List<String> readyNodes() {
        return dsl.select(NODE.ID)
                .from(NODE)
                .where(NODE.STATUS.eq((short) NodeStatus.NODE_STATUS_READY_VALUE))
                .fetch(NODE.ID);
    }

    /**
     * One allocation.
     *
     * @param id its id
     * @return the allocation; empty if it is not known
     */
    public Optional<Allocation> allocation(String id) {
        return dsl.select(ALLOCATION.MESSAGE)
                .from(ALLOCATION)
                .where(ALLOCATION.ROW_KEY.eq(RowKey.first(id)))
                .fetchOptional(StoreReader::toAllocation)
                .filter(allocation -> allocation.getId().equals(id));
    }

    /**
     * Some allocations.
     *
     * @param ids their ids
     * @return those that are known, in no order
     */
    public List<Allocation> allocations(Collection<String> ids) {
        Set<String> wanted = Set.copyOf(ids);
        return allocations.fetch(wanted.stream().map(RowKey::first).toList(), noCondition()).stream()
                .filter(allocation -> wanted.contains(allocation.getId()))
                .toList();
    }

    /**
     * The allocations that a person may mean.
     *
     * @param prefix an id or the begin of one
     * @return the allocations, at most two: more than one is one too many already
     */
    public List<Allocation> allocationsLike(String prefix) {
        return dsl
                .select(ALLOCATION.MESSAGE)
                .from(ALLOCATION)
                .where(ALLOCATION.ROW_KEY.between(RowKey.first(prefix), RowKey.last(prefix)))
                .limit(2)
                .fetch(StoreReader::toAllocation)
                .stream()
                .filter(allocation -> allocation.getId().startsWith(prefix))
                .toList();
    }

    /**
     * A page of allocations, newest first.
     *
     * @param filter which ones
     * @param before only ids less than this one; empty: from the newest on
     * @param limit at most this many
     * @return the allocations
     */
    public List<Allocation> allocations(AllocationFilter filter, String before, int limit) {
        Condition condition = filter.jobId().map(ALLOCATION.JOB_ID::eq).orElse(noCondition());
        condition = condition.and(filter.clientStatus()
                .map(status -> ALLOCATION.CLIENT_STATUS.eq((short) status.getNumber()))
                .orElse(noCondition()));
        long beforeKey = before.isEmpty() ? Long.MAX_VALUE : RowKey.first(before);
        Optional<AllocationKeys> keys =
                filter.nodeId().map(index::ofNode).or(() -> filter.jobId().map(index::ofJob));
        if (keys.isPresent()) {
            return allocations(keys.get(), condition, beforeKey, limit);
        }
        return dsl.select(ALLOCATION.MESSAGE)
                .from(ALLOCATION)
                .where(condition)
                .and(ALLOCATION.ROW_KEY.lt(beforeKey))
                .orderBy(ALLOCATION.ROW_KEY.desc())
                .limit(limit)
                .fetch(StoreReader::toAllocation);
    }

    /**
     * The allocations of a job that changed since.
     *
     * @param jobId the job
     * @param after only those behind this
     * @param limit at most this many
     * @return the allocations in the order in which they changed
     */
    public List<Allocation> allocationsChanged(String jobId, ChangeCursor after, int limit) {
        // Before the index in memory is looked into: it knows all that is committed.
        long upTo = lastIndex();
        return allocations.fetchFirst(
                index.ofJob(jobId).all(), after.isBeforeKey(ALLOCATION.MODIFY_INDEX, ALLOCATION.ROW_KEY), upTo, limit);
    }

    /**
     * The allocations of a node that have not ended.
     *
     * @param nodeId the node
     * @return the allocations
     */
    public List<Allocation> liveAllocationsOnNode(String nodeId) {
        return allocations.fetch(index.ofNode(nodeId).live(), IS_LIVE);
    }

    /**
     * The allocations of a job that have not ended.
     *
     * @param jobId the job
     * @return the allocations
     */
    public List<Allocation> liveAllocationsOfJob(String jobId) {
        return allocations.fetch(index.ofJob(jobId).live(), IS_LIVE);
    }

    /**
     * The newest allocations of a node that have ended.
     *
     * @param nodeId the node
     * @param limit at most this many
     * @return the allocations, newest first
     */
    public List<Allocation> endedAllocationsOnNode(String nodeId, int limit) {
        return newestFirst(allocations.fetch(index.ofNode(nodeId).ended(limit), noCondition()));
    }

    /**
     * All that the scheduler must know of allocations when a server starts: those that have not ended, and those of the
     * newest version of their job.
     *
     * @return the allocations
     */
    public List<Allocation> allocationsToSchedule() {
        return dsl.select(ALLOCATION.MESSAGE)
                .from(ALLOCATION)
                .where(ALLOCATION.CLIENT_STATUS.notIn(TERMINAL))
                .or(ALLOCATION.JOB_VERSION.eq(select(JOB.VERSION).from(JOB).where(JOB.ID.eq(ALLOCATION.JOB_ID))))
                .orderBy(ALLOCATION.CREATE_INDEX)
                .fetch(StoreReader::toAllocation);
    }

    /**
     * How many allocations of each job have not ended.
     *
     * @param jobIds the jobs
     * @return the counts; a job without such allocations is left out
     */
    public Map<String, Integer> countLive(Collection<String> jobIds) {
        return allocations.countByJob(index.liveOfJobs(jobIds), IS_LIVE);
    }

    /**
     * Whether an allocation of the newest version of a job has failed for good: nothing has come in its place, and
     * nothing is going to.
     *
     * @param jobId the job
     * @return true if one has; false too if the job is not known
     */
    public boolean hasFailed(String jobId) {
        return failedOfNewestVersion(List.of(jobId)).anyMatch(failed -> !failed.hasRescheduleAt());
    }

    /**
     * Which jobs have an evaluation that is not at its end.
     *
     * @param jobIds the jobs to ask for
     * @return those of them that have one
     */
    public Set<String> jobsInEvaluation(Collection<String> jobIds) {
        return dsl.selectDistinct(EVALUATION.JOB_ID)
                .from(EVALUATION)
                .where(EVALUATION.JOB_ID.in(jobIds))
                .and(EVALUATION.STATUS.in(OPEN))
                .fetchSet(EVALUATION.JOB_ID);
    }

    /**
     * Which jobs have an allocation of their newest version that has failed and will be placed anew later.
     *
     * @param jobIds the jobs to ask for
     * @return those of them that have one
     */
    public Set<String> jobsToPlaceAnew(Collection<String> jobIds) {
        return failedOfNewestVersion(jobIds)
                .filter(Allocation::hasRescheduleAt)
                .map(Allocation::getJobId)
                .collect(toSet());
    }

    /**
     * The ports taken on a node.
     *
     * @param nodeId the node
     * @return its rows in the order of the ports
     */
    public List<AllocatedPort> takenPorts(String nodeId) {
        return dsl.selectFrom(ALLOCATED_PORT)
                .where(ALLOCATED_PORT.NODE_ID.eq(nodeId))
                .orderBy(ALLOCATED_PORT.PORT)
                .fetch(row -> AllocatedPort.newBuilder()
                        .setLabel(row.getLabel())
                        .setTask(row.getTask())
                        .setIp(row.getIp())
                        .setPort(row.getPort())
                        .build());
    }

    /**
     * Counts for the cluster's status.
     *
     * @return the counts
     */
    public ClusterCounts counts() {
        return new ClusterCounts(
                dsl.fetchCount(NODE, NODE.STATUS.eq((short) NodeStatus.NODE_STATUS_READY_VALUE)),
                dsl.fetchCount(NODE, NODE.STATUS.eq((short) NodeStatus.NODE_STATUS_DOWN_VALUE)),
                dsl.fetchCount(JOB),
                dsl.fetchCount(ALLOCATION, ALLOCATION.CLIENT_STATUS.notIn(TERMINAL)),
                dsl.fetchCount(
                        EVALUATION, EVALUATION.STATUS.eq((short) EvaluationStatus.EVALUATION_STATUS_BLOCKED_VALUE)));
    }

    private List<JobRecord> olderVersions(Condition condition, int limit) {
        return dsl.select(JOB_VERSION.asterisk(), JOB.CREATE_INDEX, JOB.STOPPED)
                .from(JOB_VERSION)
                .join(JOB)
                .on(JOB.ID.eq(JOB_VERSION.JOB_ID))
                .where(condition)
                .orderBy(JOB_VERSION.VERSION.desc())
                .limit(limit)
                .fetch(StoreReader::toJobVersion);
    }

    private List<Deployment> deployments(Condition condition) {
        return dsl.select(DEPLOYMENT.MESSAGE)
                .from(DEPLOYMENT)
                .where(condition)
                .orderBy(DEPLOYMENT.MODIFY_INDEX)
                .fetch(row -> Messages.parse(Deployment.parser(), row.value1()));
    }

    private List<Evaluation> evaluations(Condition condition) {
        return dsl.select(EVALUATION.MESSAGE)
                .from(EVALUATION)
                .where(condition)
                .orderBy(EVALUATION.MODIFY_INDEX)
                .fetch(StoreReader::toEvaluation);
    }

    private List<Node> nodes(Condition condition, int limit) {
        return dsl.select(NODE.MESSAGE)
                .from(NODE)
                .where(condition)
                .orderBy(NODE.NAME, NODE.ID)
                .limit(limit)
                .fetch(row -> Messages.parse(Node.parser(), row.value1()));
    }

    private List<Allocation> allocations(AllocationKeys keys, Condition condition, long before, int limit) {
        List<Allocation> found = new ArrayList<>();
        List<Long> page = keys.page(before, KEYS_PER_PAGE);
        while (found.size() < limit && !page.isEmpty()) {
            found.addAll(newestFirst(allocations.fetch(page, condition)));
            page = keys.page(page.get(page.size() - 1), KEYS_PER_PAGE);
        }
        return found.stream().limit(limit).toList();
    }

    /** Those in whose place nothing has come yet. */
    private Stream<Allocation> failedOfNewestVersion(Collection<String> jobIds) {
        Condition failed = ALLOCATION
                .CLIENT_STATUS
                .eq((short) ClientStatus.CLIENT_STATUS_FAILED_VALUE)
                .and(ALLOCATION.JOB_VERSION.eq(select(JOB.VERSION).from(JOB).where(JOB.ID.eq(ALLOCATION.JOB_ID))));
        return allocations.fetch(index.allOfJobs(jobIds), failed).stream()
                .filter(allocation -> allocation.getNextAllocationId().isEmpty());
    }

    private static List<Allocation> newestFirst(List<Allocation> allocations) {
        return allocations.stream()
                .sorted(Comparator.comparing(Allocation::getId).reversed())
                .toList();
    }

    /** Looked for by its id, which begins with its parent's: there is no other index. */
    static Condition isChildOf(Field<String> parentId, dev.gantry.store.schema.tables.Job job) {
        return job.ID
                .gt(parentId.concat(CHILD_ID_BEGIN))
                .and(job.ID.lt(parentId.concat(CHILD_ID_END)))
                .and(job.PARENT_ID.eq(parentId));
    }

    private static Allocation toAllocation(Record1<byte[]> message) {
        return Messages.parse(Allocation.parser(), message.value1());
    }

    private static Evaluation toEvaluation(Record1<byte[]> message) {
        return Messages.parse(Evaluation.parser(), message.value1());
    }

    private static JobRecord toJob(dev.gantry.store.schema.tables.records.JobRecord row) {
        return JobRecord.newBuilder()
                .setJob(Messages.parse(Job.parser(), row.getSpec()))
                .setVersion(row.getVersion())
                .setStopped(row.getStopped())
                .setCreateIndex(row.getCreateIndex())
                .setModifyIndex(row.getModifyIndex())
                .setSubmitTime(Timestamps.fromMillis(row.getSubmitTime()))
                .setStable(row.getStable())
                .build();
    }

    private static JobRecord toJobVersion(Record row) {
        return JobRecord.newBuilder()
                .setJob(Messages.parse(Job.parser(), row.get(JOB_VERSION.SPEC)))
                .setVersion(row.get(JOB_VERSION.VERSION))
                .setStopped(row.get(JOB.STOPPED))
                .setCreateIndex(row.get(JOB.CREATE_INDEX))
                .setModifyIndex(row.get(JOB_VERSION.MODIFY_INDEX))
                .setSubmitTime(Timestamps.fromMillis(row.get(JOB_VERSION.SUBMIT_TIME)))
                .setStable(row.get(JOB_VERSION.STABLE))
                .build();
    }
}
