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
 * Deletes what a {@link GarbageSearch} has found. Checks again whatever may have become needed since the search. Other
 * writes wait for a deletion, so callers divide the ids into batches.
 */
public final class Deletion {

    private final DSLContext dsl;
    private final GarbageSearch search;
    private final AllocationIndex index;
    private final AllocationRows allocations;
    private final Consumer<String> removedJob;
    private final Consumer<String> removedNode;
    private final Consumer<Deleted> removedAllocation;

    Deletion(
            DSLContext dsl,
            StoreReader reader,
            AllocationIndex index,
            Consumer<String> removedJob,
            Consumer<String> removedNode,
            Consumer<Deleted> removedAllocation) {
        this.dsl = dsl;
        this.search = new GarbageSearch(dsl, reader, index);
        this.index = index;
        this.allocations = new AllocationRows(dsl);
        this.removedJob = removedJob;
        this.removedNode = removedNode;
        this.removedAllocation = removedAllocation;
    }

    /**
     * A deleted allocation.
     *
     * @param nodeId its node
     * @param jobId its job
     * @param rowKey its key
     */
    record Deleted(String nodeId, String jobId, long rowKey) {}

    /**
     * Deletes the answers to requests before a time. They are stored in the order of their arrival, so the search ends
     * at the first one to keep.
     *
     * @param before answers before this time are deleted
     * @return how many were deleted
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
     * Deletes evaluations. Needs no second check, since a terminal status is final.
     *
     * @param ids terminal evaluations that are not the newest of their jobs
     * @return how many were deleted
     */
    public int evaluations(List<String> ids) {
        return dsl.deleteFrom(EVALUATION)
                .where(EVALUATION.ROW_KEY.in(keys(ids)))
                .execute();
    }

    /**
     * Deletes deployments. Needs no second check, since the end of a deployment is final.
     *
     * @param ids ended deployments that are not the newest of their jobs
     * @return how many were deleted
     */
    public int deployments(List<String> ids) {
        return dsl.deleteFrom(DEPLOYMENT).where(DEPLOYMENT.ID.in(ids)).execute();
    }

    /**
     * Deletes allocations. Needs no second check, since a terminal status is final.
     *
     * @param ids terminal allocations that the scheduler does not need
     * @return how many were deleted
     */
    public int allocations(List<String> ids) {
        return allocations.delete(keys(ids), removedAllocation);
    }

    /**
     * Deletes versions of jobs that no allocation runs, except the newest ones and the newest stable one.
     *
     * @param jobIds the jobs
     * @param keep how many versions of each job stay, the newest, 1 or more
     * @return how many were deleted
     */
    public int jobVersions(List<String> jobIds, int keep) {
        int deleted = 0;
        for (String jobId : jobIds) {
            deleted += dsl.deleteFrom(JOB_VERSION)
                    .where(JOB_VERSION.JOB_ID.eq(jobId))
                    .and(JOB_VERSION.VERSION.in(search.oldVersionsOf(jobId, keep)))
                    .execute();
        }
        return deleted;
    }

    /**
     * Deletes jobs that are still dead, with all their objects.
     *
     * @param ids the jobs
     * @param upTo only jobs of which nothing has changed after this cluster index
     * @return how many were deleted
     */
    public int jobs(List<String> ids, long upTo) {
        List<String> dead = search.deadOf(ids, upTo);
        if (!dead.isEmpty()) {
            remove(dead);
        }
        return dead.size();
    }

    /**
     * Deletes nodes that are still down.
     *
     * @param ids the nodes
     * @param upTo only nodes that have not changed after this cluster index
     * @return how many were deleted
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
