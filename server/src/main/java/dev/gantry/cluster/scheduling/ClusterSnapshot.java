package dev.gantry.cluster.scheduling;

import dev.gantry.scheduler.state.ClusterState;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.JobRecord;
import java.util.List;
import java.util.function.Supplier;

/**
 * An immutable view of the cluster for plans of any of its jobs.
 *
 * @param index the cluster index of the newest change in it
 * @param cluster makes the state to plan on; called once
 * @param jobs all stored jobs
 * @param evaluations the pending and blocked evaluations, at most one for each job
 */
record ClusterSnapshot(
        long index, Supplier<ClusterState> cluster, List<JobRecord> jobs, List<Evaluation> evaluations) {}
