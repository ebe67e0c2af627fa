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

/** Questions about what of jobs has not ended. */
public final class JobActivity {

    /** What is between a child's id and its parent's, and what follows it among characters. */
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
                        .and(EvaluationReader.isOpen()))));
        List<String> children =
                waits ? List.of() : dsl.select(JOB.ID).from(JOB).where(isChild).fetch(JOB.ID);
        return waits
                || allocations.exist(index.liveOfJobs(children), AllocationRows.IS_LIVE)
                || !toPlaceAnew(children).isEmpty();
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
     * Which jobs have an evaluation that is not at its end, or that has failed and will be followed up.
     *
     * @param jobIds the jobs to ask for
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
     * Which jobs have an allocation of their newest version that has failed and will be placed anew later.
     *
     * @param jobIds the jobs to ask for
     * @return those of them that have one
     */
    public Set<String> toPlaceAnew(Collection<String> jobIds) {
        return failedOfNewestVersion(jobIds)
                .filter(Allocation::hasRescheduleAt)
                .map(Allocation::getJobId)
                .collect(toSet());
    }

    /**
     * How many allocations of each job have not ended.
     *
     * @param jobIds the jobs
     * @return the counts; a job without such allocations is left out
     */
    public Map<String, Integer> countLive(Collection<String> jobIds) {
        return allocations.countByJob(index.liveOfJobs(jobIds), AllocationRows.IS_LIVE);
    }

    /** Looked for by its id, which begins with its parent's: there is no other index. */
    static Condition isChildOf(Field<String> parentId, dev.gantry.store.schema.tables.Job job) {
        return job.ID
                .gt(parentId.concat(CHILD_ID_BEGIN))
                .and(job.ID.lt(parentId.concat(CHILD_ID_END)))
                .and(job.PARENT_ID.eq(parentId));
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
}
