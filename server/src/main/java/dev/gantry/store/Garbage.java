package dev.gantry.store;

import static dev.gantry.store.schema.Tables.ALLOCATED_PORT;
import static dev.gantry.store.schema.Tables.ALLOCATION;
import static dev.gantry.store.schema.Tables.DEPLOYMENT;
import static dev.gantry.store.schema.Tables.EVALUATION;
import static dev.gantry.store.schema.Tables.JOB;
import static dev.gantry.store.schema.Tables.JOB_VERSION;
import static dev.gantry.store.schema.Tables.PERIODIC_LAUNCH;
import static dev.gantry.store.schema.Tables.SUBMISSION;
import static org.jooq.impl.DSL.exists;
import static org.jooq.impl.DSL.notExists;
import static org.jooq.impl.DSL.select;

import dev.gantry.v1.Allocation;
import dev.gantry.v1.DeploymentStatus;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.EvaluationStatus;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobType;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;

/**
 * What has ended and nobody needs any more. Each method forgets a limited number of rows, so that a write that forgets
 * does not hold up others; none of them touches what the scheduler still decides by.
 */
public final class Garbage {

    private static final short PENDING = (short) EvaluationStatus.EVALUATION_STATUS_PENDING_VALUE;
    private static final short BLOCKED = (short) EvaluationStatus.EVALUATION_STATUS_BLOCKED_VALUE;
    private static final short RUNNING = (short) DeploymentStatus.DEPLOYMENT_STATUS_RUNNING_VALUE;

    private final DSLContext dsl;
    private final Consumer<String> removedJob;
    private final Consumer<Forgotten> removedAllocation;

    Garbage(DSLContext dsl, Consumer<String> removedJob, Consumer<Forgotten> removedAllocation) {
        this.dsl = dsl;
        this.removedJob = removedJob;
        this.removedAllocation = removedAllocation;
    }

    /** An allocation that is gone, and where it was. */
    record Forgotten(String nodeId, String id) {}

    /**
     * Forgets what submissions were answered.
     *
     * @param before those before this time
     * @return how many were forgotten
     */
    public int submissions(Instant before) {
        return dsl.deleteFrom(SUBMISSION)
                .where(SUBMISSION.SUBMIT_TIME.lt(before.toEpochMilli()))
                .execute();
    }

    /**
     * Forgets evaluations that have ended, but for each job's newest.
     *
     * @param upTo those that last changed at this cluster index or before
     * @param limit at most this many
     * @return how many were forgotten
     */
    public int evaluations(long upTo, int limit) {
        var newer = EVALUATION.as("newer");
        List<String> ids = dsl.select(EVALUATION.ID)
                .from(EVALUATION)
                .where(EVALUATION.STATUS.notIn(PENDING, BLOCKED))
                .and(EVALUATION.MODIFY_INDEX.le(upTo))
                .and(exists(select(newer.ID)
                        .from(newer)
                        .where(newer.JOB_ID.eq(EVALUATION.JOB_ID))
                        .and(newer.CREATE_INDEX.gt(EVALUATION.CREATE_INDEX))))
                .limit(limit)
                .fetch(EVALUATION.ID);
        return dsl.deleteFrom(EVALUATION).where(EVALUATION.ID.in(ids)).execute();
    }

    /**
     * Forgets deployments that have ended, but for each job's newest.
     *
     * @param upTo those that last changed at this cluster index or before
     * @param limit at most this many
     * @return how many were forgotten
     */
    public int deployments(long upTo, int limit) {
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
        return dsl.deleteFrom(DEPLOYMENT).where(DEPLOYMENT.ID.in(ids)).execute();
    }

    /**
     * Forgets allocations that have ended and in whose place another one has come, or none shall come: those that the
     * scheduler passes over.
     *
     * @param upTo those that last changed at this cluster index or before
     * @param keep so many of each job that have ended stay, the newest
     * @param limit looks at so many at most
     * @return how many were forgotten
     */
    public int allocations(long upTo, int keep, int limit) {
        var newer = ALLOCATION.as("newer");
        Condition hasEnded = ALLOCATION.CLIENT_STATUS.in(StoreReader.TERMINAL);
        List<Allocation> superseded = dsl
                .select(ALLOCATION.MESSAGE, JOB.VERSION)
                .from(ALLOCATION)
                .join(JOB)
                .on(JOB.ID.eq(ALLOCATION.JOB_ID))
                .where(hasEnded)
                .and(ALLOCATION.MODIFY_INDEX.le(upTo))
                .and(DSL.field(select(DSL.count())
                                .from(newer)
                                .where(newer.JOB_ID.eq(ALLOCATION.JOB_ID))
                                .and(newer.CLIENT_STATUS.in(StoreReader.TERMINAL))
                                .and(newer.CREATE_INDEX.gt(ALLOCATION.CREATE_INDEX)))
                        .ge(keep))
                .orderBy(ALLOCATION.CREATE_INDEX)
                .limit(limit)
                .stream()
                .filter(row -> isSuperseded(Messages.parse(Allocation.parser(), row.value1()), row.value2()))
                .map(row -> Messages.parse(Allocation.parser(), row.value1()))
                .toList();
        superseded.forEach(gone -> removedAllocation.accept(new Forgotten(gone.getNodeId(), gone.getId())));
        return dsl.deleteFrom(ALLOCATION)
                .where(ALLOCATION.ID.in(
                        superseded.stream().map(Allocation::getId).toList()))
                .execute();
    }

    /**
     * Forgets versions of jobs that nothing runs, but for the newest ones and the newest one that has proved good.
     *
     * @param keep so many of each job stay, the newest, 1 or more
     * @param limit at most this many
     * @return how many were forgotten
     */
    public int jobVersions(int keep, int limit) {
        var newer = JOB_VERSION.as("newer");
        var rows = dsl.select(JOB_VERSION.JOB_ID, JOB_VERSION.VERSION)
                .from(JOB_VERSION)
                .join(JOB)
                .on(JOB.ID.eq(JOB_VERSION.JOB_ID))
                .where(JOB_VERSION.VERSION.le(JOB.VERSION.minus(keep)))
                .and(notExists(select(ALLOCATION.ID)
                        .from(ALLOCATION)
                        .where(ALLOCATION.JOB_ID.eq(JOB_VERSION.JOB_ID))
                        .and(ALLOCATION.JOB_VERSION.eq(JOB_VERSION.VERSION))))
                .and(JOB_VERSION
                        .STABLE
                        .isFalse()
                        .or(exists(select(newer.VERSION)
                                .from(newer)
                                .where(newer.JOB_ID.eq(JOB_VERSION.JOB_ID))
                                .and(newer.VERSION.gt(JOB_VERSION.VERSION))
                                .and(newer.STABLE))))
                .limit(limit)
                .fetch();
        rows.forEach(row -> dsl.deleteFrom(JOB_VERSION)
                .where(JOB_VERSION.JOB_ID.eq(row.value1()))
                .and(JOB_VERSION.VERSION.eq(row.value2()))
                .execute());
        return rows.size();
    }

    /**
     * Forgets jobs that are dead, with all that belongs to them: jobs that were stopped, and batch jobs of which all has
     * ended. Parents of children are not dead until they are stopped and have no children left.
     *
     * @param upTo those of which nothing has changed after this cluster index
     * @param limit at most this many
     * @return how many were forgotten
     */
    public int jobs(long upTo, int limit) {
        var child = JOB.as("child");
        List<String> ids = dsl
                .select(JOB.ID, JOB.STOPPED, JOB.SPEC)
                .from(JOB)
                .where(JOB.MODIFY_INDEX.le(upTo))
                .and(notExists(select(ALLOCATION.ID)
                        .from(ALLOCATION)
                        .where(ALLOCATION.JOB_ID.eq(JOB.ID))
                        .and(ALLOCATION
                                .CLIENT_STATUS
                                .notIn(StoreReader.TERMINAL)
                                .or(ALLOCATION.MODIFY_INDEX.gt(upTo)))))
                .and(notExists(select(EVALUATION.ID)
                        .from(EVALUATION)
                        .where(EVALUATION.JOB_ID.eq(JOB.ID))
                        .and(EVALUATION.STATUS.in(PENDING, BLOCKED).or(EVALUATION.MODIFY_INDEX.gt(upTo)))))
                .and(notExists(select(child.ID).from(child).where(child.PARENT_ID.eq(JOB.ID))))
                .and(JOB.STOPPED
                        .isTrue()
                        .or(exists(select(ALLOCATION.ID).from(ALLOCATION).where(ALLOCATION.JOB_ID.eq(JOB.ID)))))
                .limit(limit)
                .stream()
                .filter(row -> row.value2() || isBatch(Messages.parse(Job.parser(), row.value3())))
                .map(row -> row.value1())
                .toList();
        ids.forEach(this::remove);
        return ids.size();
    }

    private void remove(String jobId) {
        dsl.deleteFrom(ALLOCATED_PORT)
                .where(ALLOCATED_PORT.ALLOCATION_ID.in(
                        select(ALLOCATION.ID).from(ALLOCATION).where(ALLOCATION.JOB_ID.eq(jobId))))
                .execute();
        dsl.select(ALLOCATION.NODE_ID, ALLOCATION.ID)
                .from(ALLOCATION)
                .where(ALLOCATION.JOB_ID.eq(jobId))
                .forEach(row -> removedAllocation.accept(new Forgotten(row.value1(), row.value2())));
        dsl.deleteFrom(ALLOCATION).where(ALLOCATION.JOB_ID.eq(jobId)).execute();
        dsl.deleteFrom(EVALUATION).where(EVALUATION.JOB_ID.eq(jobId)).execute();
        dsl.deleteFrom(DEPLOYMENT).where(DEPLOYMENT.JOB_ID.eq(jobId)).execute();
        dsl.deleteFrom(PERIODIC_LAUNCH).where(PERIODIC_LAUNCH.JOB_ID.eq(jobId)).execute();
        dsl.deleteFrom(JOB_VERSION).where(JOB_VERSION.JOB_ID.eq(jobId)).execute();
        dsl.deleteFrom(JOB).where(JOB.ID.eq(jobId)).execute();
        removedJob.accept(jobId);
    }

    private static boolean isBatch(Job job) {
        return job.getType() == JobType.JOB_TYPE_BATCH && !job.hasPeriodic() && !job.hasParameterized();
    }

    private static boolean isSuperseded(Allocation allocation, long newestVersion) {
        return allocation.getDesiredStatus() == DesiredStatus.DESIRED_STATUS_STOP
                || !allocation.getNextAllocationId().isEmpty()
                || allocation.getJobVersion() < newestVersion;
    }
}
