package dev.gantry.store;

import static dev.gantry.store.schema.Tables.ALLOCATION;
import static dev.gantry.store.schema.Tables.EVALUATION;
import static dev.gantry.store.schema.Tables.JOB;
import static java.util.stream.Collectors.toSet;
import static org.jooq.impl.DSL.exists;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.val;

import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;

/** Queries about live jobs. */
public final class JobActivity {

    /**
     * The separator {@code /} between a parent's id and the rest of a child's, and the next character: bounds of a
     * range scan.
     */
    private static final String CHILD_ID_BEGIN = "/";

    private static final String CHILD_ID_END = "0";

    private final DSLContext dsl;
    private final AllocationIndex index;
    private final AllocationRows allocations;

    JobActivity(DSLContext dsl, AllocationIndex index) {
        this.dsl = dsl;
        this.index = index;
        this.allocations = new AllocationRows(dsl);
    }

    /**
     * Tells whether a job has a live child: one with a live allocation, an open evaluation, or a failed allocation to
     * reschedule.
     *
     * @param parentId the periodic or parameterized job
     * @return true if it has one
     */
    public boolean hasLiveChild(String parentId) {
        Condition isChild = isChildOf(val(parentId), JOB);
        boolean waits = dsl.fetchExists(select(JOB.ID)
                .from(JOB)
                .where(isChild)
                .and(exists(select(EVALUATION.ROW_KEY)
                        .from(EVALUATION)
                        .where(EVALUATION.JOB_ID.eq(JOB.ID))
                        .and(EvaluationReader.isOpen()))));
        List<String> children =
                waits ? List.of() : dsl.select(JOB.ID).from(JOB).where(isChild).fetch(JOB.ID);
        return waits
                || allocations.exist(index.liveOfJobs(children), AllocationRows.IS_LIVE)
                || !toPlaceAnew(children).isEmpty();
    }

    /**
     * Returns true if an allocation of a job's newest version has failed permanently: it was not replaced and will not
     * be rescheduled.
     *
     * @param jobId the job
     * @return true if one has; false if the job is not stored
     */
    public boolean hasFailed(String jobId) {
        return failedOfNewestVersion(List.of(jobId)).anyMatch(failed -> !failed.hasNextRescheduleTime());
    }

    /**
     * Returns the jobs with an evaluation that is pending, blocked, or failed with a follow-up.
     *
     * @param jobIds the jobs to look at
     * @return those of them that have one
     */
    public Set<String> inEvaluation(Collection<String> jobIds) {
        return dsl.selectDistinct(EVALUATION.JOB_ID)
                .from(EVALUATION)
                .where(EVALUATION.JOB_ID.in(jobIds))
                .and(EvaluationReader.isOpen())
                .fetchSet(EVALUATION.JOB_ID);
    }

    /**
     * Returns the jobs with a failed allocation of their newest version that will be rescheduled.
     *
     * @param jobIds the jobs to look at
     * @return those of them that have one
     */
    public Set<String> toPlaceAnew(Collection<String> jobIds) {
        return failedOfNewestVersion(jobIds)
                .filter(Allocation::hasNextRescheduleTime)
                .map(Allocation::getJobId)
                .collect(toSet());
    }

    /**
     * Counts the live allocations of jobs.
     *
     * @param jobIds the jobs
     * @return the counts; jobs without live allocations are left out
     */
    public Map<String, Integer> countLive(Collection<String> jobIds) {
        return allocations.countByJob(index.liveOfJobs(jobIds), AllocationRows.IS_LIVE);
    }

    /**
     * Returns children of a job.
     *
     * @param parentId the periodic or parameterized job
     * @param limit the most children to return
     * @return their ids, in their order
     */
    public List<String> children(String parentId, int limit) {
        return dsl.select(JOB.ID)
                .from(JOB)
                .where(isChildOf(val(parentId), JOB))
                .orderBy(JOB.ID)
                .limit(limit)
                .fetch(JOB.ID);
    }

    /**
     * Returns the condition for children of a job. Uses the order of ids, which begin with the id of the parent, since
     * the table has no index of parents.
     */
    static Condition isChildOf(Field<String> parentId, dev.gantry.store.schema.tables.Job job) {
        return job.ID
                .gt(parentId.concat(CHILD_ID_BEGIN))
                .and(job.ID.lt(parentId.concat(CHILD_ID_END)))
                .and(job.PARENT_ID.eq(parentId));
    }

    /** Returns the failed allocations of the newest versions of jobs that were not replaced. */
    private Stream<Allocation> failedOfNewestVersion(Collection<String> jobIds) {
        Condition failed = ALLOCATION
                .CLIENT_STATUS
                .eq((short) ClientStatus.CLIENT_STATUS_FAILED_VALUE)
                .and(ALLOCATION.JOB_VERSION.eq(select(JOB.VERSION).from(JOB).where(JOB.ID.eq(ALLOCATION.JOB_ID))));
        return allocations.fetch(index.allOfJobs(jobIds), failed).stream()
                .filter(allocation -> allocation.getNextAllocationId().isEmpty());
    }
}
