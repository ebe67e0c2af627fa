package dev.gantry.scheduler;

import dev.gantry.v1.JobVersion;
import dev.gantry.v1.NodeVerdict;
import dev.gantry.v1.TaskGroup;
import java.util.List;

/** Decides what runs where. Keeps no state between calls; what it decides depends on its arguments alone. */
@SuppressWarnings("DoNotCallSuggester")
public final class Scheduler {

    /** Makes a scheduler. */
    public Scheduler() {}

    /**
     * Says what has to happen so that the cluster runs what a job wants. Changes nothing.
     *
     * @param cluster the cluster as it is
     * @param job the newest version of the job, its defaults filled in
     * @param stopped whether the job shall be stopped
     * @return the plan; an empty one once all is as it should be
     */
    public Plan plan(ClusterState cluster, JobVersion job, boolean stopped) {
        throw new UnsupportedOperationException();
    }

    /**
     * Says for each node whether it could run one more allocation of a group, as the cluster is before the plan.
     *
     * @param cluster the cluster as it is
     * @param job a version of a job, its defaults filled in
     * @param group one of its groups
     * @param plan a plan for that version, to count what it places on each node
     * @param limit how many nodes to speak of, 0 or more
     * @return the verdicts, in the order of the nodes' names
     */
    public List<NodeVerdict> explain(ClusterState cluster, JobVersion job, TaskGroup group, Plan plan, int limit) {
        throw new UnsupportedOperationException();
    }
}
