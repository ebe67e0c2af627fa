package dev.gantry.cluster;

import dev.gantry.scheduler.state.ClusterState;
import dev.gantry.v1.JobRecord;
import java.util.Optional;

/**
 * The cluster as the plan of one job has to know it, at one moment. Nothing changes it.
 *
 * @param cluster what there is to place on
 * @param stored the job as it is stored; empty if it is not
 */
record JobSnapshot(ClusterState cluster, Optional<JobRecord> stored) {}
