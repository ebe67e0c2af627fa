package dev.gantry.store;

import static dev.gantry.store.schema.Tables.DEPLOYMENT;
import static dev.gantry.store.schema.Tables.EVALUATION;
import static dev.gantry.store.schema.Tables.JOB;
import static dev.gantry.store.schema.Tables.JOB_VERSION;
import static dev.gantry.store.schema.Tables.NODE;
import static dev.gantry.store.schema.Tables.PERIODIC_LAUNCH;
import static dev.gantry.store.schema.Tables.SUBMISSION;

import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.jooq.DSLContext;

/**
 * Forgets what a {@link GarbageSearch} has found. What may have come back to life since then, it looks at once more. A
 * write that forgets holds others up: it should not be given too much at once.
 */
public final class Garbage {

    private final DSLContext dsl;
    private final GarbageSearch search;
    private final AllocationIndex index;
    private final AllocationRows allocations;
    private final Consumer<String> removedJob;
    private final Consumer<String> removedNode;
    private final Consumer<Forgotten> removedAllocation;

    Garbage(
            DSLContext dsl,
            StoreReader reader,
            AllocationIndex index,
            Consumer<String> removedJob,
            Consumer<String> removedNode,
            Consumer<Forgotten> removedAllocation) {
        this.dsl = dsl;
        this.search = new GarbageSearch(dsl, reader, index);
        this.index = index;
        this.allocations = new AllocationRows(dsl);
        this.removedJob = removedJob;
        this.removedNode = removedNode;
        this.removedAllocation = removedAllocation;
    }

    /** An allocation that is gone, where it was and whose. */
    record Forgotten(String nodeId, String jobId, long rowKey) {}

    /**
     * Forgets what submissions were answered. They are stored in the order in which they came: the first one that is to be
     * kept ends the search.
     *
     * @param before those before this time
     * @return how many were forgotten
     */
    public int submissions(Instant before) {
        long kept = dsl.select(SUBMISSION.WRITE_INDEX)
                .from(SUBMISSION)
                .where(SUBMISSION.SUBMIT_TIME.ge(before.toEpochMilli()))
                .orderBy(SUBMISSION.WRITE_INDEX)
                .limit(1)
                .fetchOptional(SUBMISSION.WRITE_INDEX)
                .orElse(Long.MAX_VALUE);
        return dsl.deleteFrom(SUBMISSION).where(SUBMISSION.WRITE_INDEX.lt(kept)).execute();
    }

    /**
     * Forgets evaluations. Their end is final.
     *
     * @param ids those that have ended and are not the newest of their jobs
     * @return how many were forgotten
     */
    public int evaluations(List<String> ids) {
        return dsl.deleteFrom(EVALUATION)
                .where(EVALUATION.ROW_KEY.in(keys(ids)))
                .execute();
    }

    /**
     * Forgets deployments. Their end is final.
     *
     * @param ids those that have ended and are not the newest of their jobs
     * @return how many were forgotten
     */
    public int deployments(List<String> ids) {
        return dsl.deleteFrom(DEPLOYMENT).where(DEPLOYMENT.ID.in(ids)).execute();
    }

    /**
     * Forgets allocations. Their end is final.
     *
     * @param ids those that have ended and that the scheduler passes over
     * @return how many were forgotten
     */
    public int allocations(List<String> ids) {
        return allocations.delete(keys(ids), removedAllocation);
    }

    /**
     * Forgets versions of jobs that nothing runs, but for the newest ones and the newest one that has proved good.
     *
     * @param jobIds the jobs
     * @param keep so many of each job stay, the newest, 1 or more
     * @return how many were forgotten
     */
    public int jobVersions(List<String> jobIds, int keep) {
        int forgotten = 0;
        for (String jobId : jobIds) {
            forgotten += dsl.deleteFrom(JOB_VERSION)
                    .where(JOB_VERSION.JOB_ID.eq(jobId))
                    .and(JOB_VERSION.VERSION.in(search.oldVersionsOf(jobId, keep)))
                    .execute();
        }
        return forgotten;
    }

    /**
     * Forgets jobs with all that belongs to them, those of them that are dead still.
     *
     * @param ids the jobs
     * @param upTo those of which nothing has changed after this cluster index
     * @return how many were forgotten
     */
    public int jobs(List<String> ids, long upTo) {
        List<String> dead = search.deadOf(ids, upTo);
        if (!dead.isEmpty()) {
            remove(dead);
        }
        return dead.size();
    }

    /**
     * Forgets nodes, those of them that are down still.
     *
     * @param ids the nodes
     * @param upTo those that have not changed after this cluster index
     * @return how many were forgotten
     */
    public int nodes(List<String> ids, long upTo) {
        List<String> down = search.downOf(ids, upTo);
        dsl.deleteFrom(NODE).where(NODE.ID.in(down)).execute();
        down.forEach(removedNode);
        return down.size();
    }

    private void remove(List<String> jobIds) {
        allocations.delete(index.allOfJobs(jobIds), removedAllocation);
        dsl.deleteFrom(EVALUATION).where(EVALUATION.JOB_ID.in(jobIds)).execute();
        dsl.deleteFrom(DEPLOYMENT).where(DEPLOYMENT.JOB_ID.in(jobIds)).execute();
        dsl.deleteFrom(PERIODIC_LAUNCH).where(PERIODIC_LAUNCH.JOB_ID.in(jobIds)).execute();
        dsl.deleteFrom(JOB_VERSION).where(JOB_VERSION.JOB_ID.in(jobIds)).execute();
        dsl.deleteFrom(JOB).where(JOB.ID.in(jobIds)).execute();
        jobIds.forEach(removedJob);
    }

    private static List<Long> keys(List<String> ids) {
        return ids.stream().map(RowKey::of).toList();
    }
}
