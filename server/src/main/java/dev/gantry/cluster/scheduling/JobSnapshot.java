package dev.gantry.cluster.scheduling;

import dev.gantry.scheduler.state.ClusterState;
import dev.gantry.v1.JobRecord;
import java.util.Optional;

/**
 * An immutable view of the cluster for the plan of one job.
 *
 * @param cluster the state to plan on
 * @param stored the stored job; empty if it is not stored
 */
record JobSnapshot(ClusterState cluster, Optional<JobRecord> stored) {}
