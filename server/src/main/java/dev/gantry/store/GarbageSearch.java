package dev.gantry.store;

import static dev.gantry.store.schema.Tables.ALLOCATION;
import static dev.gantry.store.schema.Tables.DEPLOYMENT;
import static dev.gantry.store.schema.Tables.EVALUATION;
import static dev.gantry.store.schema.Tables.JOB;
import static dev.gantry.store.schema.Tables.JOB_VERSION;
import static dev.gantry.store.schema.Tables.NODE;
import static org.jooq.impl.DSL.exists;
import static org.jooq.impl.DSL.notExists;
import static org.jooq.impl.DSL.row;
import static org.jooq.impl.DSL.rowNumber;
import static org.jooq.impl.DSL.select;

import dev.gantry.v1.Allocation;
import dev.gantry.v1.DeploymentStatus;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.EvaluationStatus;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobType;
import dev.gantry.v1.NodeStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jooq.Condition;
import org.jooq.DSLContext;

/**
 * Finds terminal objects that are not needed any more; {@link Deletion} deletes them. Searches run outside of the
 * writer's thread, since they scan all terminal objects. Neither class touches objects that the scheduler still needs.
 *
 * <p>A search looks at a limited number of rows and continues where the last search ended, so that many rows that must
 * stay do not hide the rows after them. Owned by one thread.
 */
public final class GarbageSearch {

    /**
     * The result of a search.
     *
     * @param ids ids of objects to delete
     * @param isLast true if the search has reached the end, so that the next one begins at the start
     */
    public record Found(List<String> ids, boolean isLast) {}

    private static final short PENDING = (short) EvaluationStatus.EVALUATION_STATUS_PENDING_VALUE;
    private static final short BLOCKED = (short) EvaluationStatus.EVALUATION_STATUS_BLOCKED_VALUE;
    private static final short RUNNING = (short) DeploymentStatus.DEPLOYMENT_STATUS_RUNNING_VALUE;

    private record Place(long createIndex, long rowKey) {

        static final Place BEGIN = new Place(-1, Long.MIN_VALUE);
    }

    private final DSLContext dsl;
    private final StoreReader reader;
    private final AllocationIndex index;
    private final AllocationRows allocations;
    private Place lastAllocation = Place.BEGIN;
    private String lastJob = "";
    private String lastJobWithVersions = "";

    GarbageSearch(DSLContext dsl, StoreReader reader, AllocationIndex index) {
        this.dsl = dsl;
        this.reader = reader;
        this.index = index;
        this.allocations = new AllocationRows(dsl);
    }

    /**
     * Finds terminal evaluations, except each job's newest.
     *
     * @param upTo only evaluations that have not changed after this cluster index
     * @param limit the most ids to return
     * @return the ids
     */
    public Found evaluations(long upTo, int limit) {
        var newer = EVALUATION.as("newer");
        List<String> ids = dsl.select(EVALUATION.MESSAGE)
                .from(EVALUATION)
                .where(EVALUATION.STATUS.notIn(PENDING, BLOCKED))
                .and(EVALUATION.MODIFY_INDEX.le(upTo))
                .and(exists(select(newer.ROW_KEY)
                        .from(newer)
                        .where(newer.JOB_ID.eq(EVALUATION.JOB_ID))
                        .and(newer.CREATE_INDEX.gt(EVALUATION.CREATE_INDEX))))
                .limit(limit)
                .fetch(row -> Messages.parse(Evaluation.parser(), row.value1()).getId());
        return new Found(ids, ids.size() < limit);
    }

    /**
     * Finds ended deployments, except each job's newest.
     *
     * @param upTo only deployments that have not changed after this cluster index
     * @param limit the most ids to return
     * @return the ids
     */
    public Found deployments(long upTo, int limit) {
        var newer = DEPLOYMENT.as("newer");
        List<String> ids = dsl.select(DEPLOYMENT.ID)
                .from(DEPLOYMENT)
                .where(DEPLOYMENT.STATUS.ne(RUNNING))
                .and(DEPLOYMENT.MODIFY_INDEX.le(upTo))
                .and(exists(select(newer.ID)
                        .from(newer)
                        .where(newer.JOB_ID.eq(DEPLOYMENT.JOB_ID))
                        .and(newer.CREATE_INDEX.gt(DEPLOYMENT.CREATE_INDEX))))
                .limit(limit)
                .fetch(DEPLOYMENT.ID);
        return new Found(ids, ids.size() < limit);
    }

    /**
     * Finds terminal allocations that the scheduler does not need: they were replaced or need no replacement.
     *
     * @param upTo only allocations that have not changed after this cluster index
     * @param keep how many terminal allocations of each job stay, the newest
     * @param limit the most rows to look at
     * @return the ids
     */
    public Found allocations(long upTo, int keep, int limit) {
        // Number the rows once: counting the newer ones for each row takes the square of their number.
        var ended = select(
                        ALLOCATION.ROW_KEY,
                        ALLOCATION.JOB_ID,
                        ALLOCATION.CREATE_INDEX,
                        ALLOCATION.MODIFY_INDEX,
                        rowNumber()
                                .over()
                                .partitionBy(ALLOCATION.JOB_ID)
                                .orderBy(ALLOCATION.CREATE_INDEX.desc(), ALLOCATION.ROW_KEY.desc())
                                .as("place"))
                .from(ALLOCATION)
                .where(ALLOCATION.CLIENT_STATUS.in(AllocationRows.TERMINAL))
                .asTable("ended");
        var createIndex = ended.field(ALLOCATION.CREATE_INDEX);
        var rowKey = ended.field(ALLOCATION.ROW_KEY);
        List<Place> places = dsl.select(createIndex, rowKey)
                .from(ended)
                .where(ended.field("place", Integer.class).gt(keep))
                .and(ended.field(ALLOCATION.MODIFY_INDEX).le(upTo))
                .and(row(createIndex, rowKey).gt(lastAllocation.createIndex(), lastAllocation.rowKey()))
                .orderBy(createIndex, rowKey)
                .limit(limit)
                .fetch(found -> new Place(found.value1(), found.value2()));
        boolean isLast = places.size() < limit;
        lastAllocation = isLast ? Place.BEGIN : places.get(limit - 1);
        return new Found(superseded(places.stream().map(Place::rowKey).toList()), isLast);
    }

    /**
     * Finds jobs with versions to delete.
     *
     * @param keep how many versions of each job stay, the newest, 1 or more
     * @param limit the most rows to look at
     * @return the ids of the jobs
     */
    public Found jobsWithOldVersions(int keep, int limit) {
        List<String> ids = dsl.selectDistinct(JOB_VERSION.JOB_ID)
                .from(JOB_VERSION)
                .join(JOB)
                .on(JOB.ID.eq(JOB_VERSION.JOB_ID))
                .where(isOldVersion(keep))
                .and(JOB_VERSION.JOB_ID.gt(lastJobWithVersions))
                .orderBy(JOB_VERSION.JOB_ID)
                .limit(limit)
                .fetch(JOB_VERSION.JOB_ID);
        boolean isLast = ids.size() < limit;
        lastJobWithVersions = isLast ? "" : ids.get(limit - 1);
        return new Found(
                ids.stream().filter(id -> !oldVersionsOf(id, keep).isEmpty()).toList(), isLast);
    }

    /**
     * Finds dead jobs: stopped ones, and batch jobs whose allocations are all terminal and not to be rescheduled. A
     * periodic or parameterized job is dead once it is stopped and has no children.
     *
     * @param upTo only jobs of which nothing has changed after this cluster index
     * @param limit the most rows to look at
     * @return the ids
     */
    public Found jobs(long upTo, int limit) {
        var rows = dsl.select(JOB.ID, JOB.STOPPED, JOB.SPEC)
                .from(JOB)
                .where(hasEnded(upTo))
                .and(JOB.ID.gt(lastJob))
                .orderBy(JOB.ID)
                .limit(limit)
                .fetch();
        boolean isLast = rows.size() < limit;
        lastJob = isLast ? "" : rows.get(limit - 1).value1();
        List<String> ids = rows.stream()
                .filter(row -> row.value2() || isBatch(Messages.parse(Job.parser(), row.value3())))
                .filter(row -> allocationsHaveEnded(row.value1(), row.value2(), upTo))
                .map(row -> row.value1())
                .toList();
        return new Found(withoutThoseToPlaceAnew(ids), isLast);
    }

    /**
     * Finds nodes that are down and have no live allocation.
     *
     * @param upTo only nodes that have not changed after this cluster index
     * @param limit the most rows to look at
     * @return the ids
     */
    public Found nodes(long upTo, int limit) {
        List<String> ids = dsl.select(NODE.ID)
                .from(NODE)
                .where(isDown(upTo))
                .orderBy(NODE.ID)
                .limit(limit)
                .fetch(NODE.ID);
        return new Found(withoutLive(ids), ids.size() < limit);
    }

    /** Returns those of some nodes that are still down. */
    List<String> downOf(List<String> ids, long upTo) {
        return withoutLive(dsl.select(NODE.ID)
                .from(NODE)
                .where(isDown(upTo))
                .and(NODE.ID.in(ids))
                .fetch(NODE.ID));
    }

    private static Condition isDown(long upTo) {
        return NODE.STATUS.eq((short) NodeStatus.NODE_STATUS_DOWN_VALUE).and(NODE.MODIFY_INDEX.le(upTo));
    }

    private List<String> withoutLive(List<String> nodeIds) {
        return nodeIds.stream()
                .filter(id -> !allocations.exist(index.ofNode(id).live(), AllocationRows.IS_LIVE))
                .toList();
    }

    /** Returns those of some jobs that are still dead. */
    List<String> deadOf(List<String> ids, long upTo) {
        List<String> ended =
                dsl.select(JOB.ID, JOB.STOPPED).from(JOB).where(hasEnded(upTo)).and(JOB.ID.in(ids)).stream()
                        .filter(row -> allocationsHaveEnded(row.value1(), row.value2(), upTo))
                        .map(row -> row.value1())
                        .toList();
        return withoutThoseToPlaceAnew(ended);
    }

    /** Returns the versions of a job to delete: old ones that no allocation runs. */
    Set<Long> oldVersionsOf(String jobId, int keep) {
        Set<Long> old = dsl.select(JOB_VERSION.VERSION)
                .from(JOB_VERSION)
                .join(JOB)
                .on(JOB.ID.eq(JOB_VERSION.JOB_ID))
                .where(JOB_VERSION.JOB_ID.eq(jobId))
                .and(isOldVersion(keep))
                .fetchSet(JOB_VERSION.VERSION);
        old.removeAll(allocations.jobVersions(index.ofJob(jobId).all()));
        return old;
    }

    private static Condition isOldVersion(int keep) {
        var newer = JOB_VERSION.as("newer");
        return JOB_VERSION
                .VERSION
                .le(JOB.VERSION.minus(keep))
                .and(JOB_VERSION
                        .STABLE
                        .isFalse()
                        .or(JOB.STABLE)
                        .or(exists(select(newer.VERSION)
                                .from(newer)
                                .where(newer.JOB_ID.eq(JOB_VERSION.JOB_ID))
                                .and(newer.VERSION.gt(JOB_VERSION.VERSION))
                                .and(newer.STABLE))));
    }

    private static Condition hasEnded(long upTo) {
        var child = JOB.as("child");
        return JOB.MODIFY_INDEX
                .le(upTo)
                .and(notExists(select(EVALUATION.ROW_KEY)
                        .from(EVALUATION)
                        .where(EVALUATION.JOB_ID.eq(JOB.ID))
                        .and(EvaluationReader.isOpen().or(EVALUATION.MODIFY_INDEX.gt(upTo)))))
                .and(notExists(select(child.ID).from(child).where(JobActivity.isChildOf(JOB.ID, child))));
    }

    /**
     * Returns true if all allocations are terminal. A job that never had an allocation has not ended unless it was
     * stopped.
     */
    private boolean allocationsHaveEnded(String jobId, boolean isStopped, long upTo) {
        List<Long> keys = index.ofJob(jobId).all();
        return (isStopped || !keys.isEmpty())
                && !allocations.exist(keys, AllocationRows.IS_LIVE.or(ALLOCATION.MODIFY_INDEX.gt(upTo)));
    }

    /** Removes jobs that wait for a reschedule; they are not dead unless they were stopped. */
    private List<String> withoutThoseToPlaceAnew(List<String> jobIds) {
        if (jobIds.isEmpty()) {
            return jobIds;
        }
        Set<String> waiting = reader.activity().toPlaceAnew(jobIds);
        if (waiting.isEmpty()) {
            return jobIds;
        }
        waiting.removeAll(dsl.select(JOB.ID)
                .from(JOB)
                .where(JOB.ID.in(waiting))
                .and(JOB.STOPPED)
                .fetch(JOB.ID));
        return jobIds.stream().filter(id -> !waiting.contains(id)).toList();
    }

    private static boolean isBatch(Job job) {
        return job.getType() == JobType.JOB_TYPE_BATCH && !job.hasPeriodic() && !job.hasParameterized();
    }

    /** Returns the ids of those allocations that need no replacement any more. */
    private List<String> superseded(List<Long> keys) {
        List<String> superseded = new ArrayList<>();
        AllocationRows.parts(keys)
                .forEach(part -> dsl.select(ALLOCATION.MESSAGE, JOB.VERSION)
                        .from(ALLOCATION)
                        .join(JOB)
                        .on(JOB.ID.eq(ALLOCATION.JOB_ID))
                        .where(ALLOCATION.ROW_KEY.in(part))
                        .forEach(row -> {
                            Allocation allocation = Messages.parse(Allocation.parser(), row.value1());
                            if (isSuperseded(allocation, row.value2())) {
                                superseded.add(allocation.getId());
                            }
                        }));
        return superseded;
    }

    private static boolean isSuperseded(Allocation allocation, long newestVersion) {
        return allocation.getDesiredStatus() == DesiredStatus.DESIRED_STATUS_STOP
                || !allocation.getNextAllocationId().isEmpty()
                || allocation.getJobVersion() < newestVersion;
    }
}
