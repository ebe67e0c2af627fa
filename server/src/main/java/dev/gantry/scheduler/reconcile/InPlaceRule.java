package dev.gantry.scheduler.reconcile;

import dev.gantry.model.LogLimits;
import dev.gantry.scheduler.constraint.Constraints;
import dev.gantry.scheduler.state.ClusterState;
import dev.gantry.scheduler.state.Demand;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.Constraint;
import dev.gantry.v1.Job;
import dev.gantry.v1.Port;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskGroup;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Decides whether an allocation of an older version can be updated in place: nothing that its tasks run with has
 * changed, and its node meets the requirements of the new version. Settings that only the node reads (services, checks,
 * how to stop a task, when to restart it) may change, and so may the order of tasks and ports. A change of meta
 * replaces the allocation, since tasks see meta in their environment (Nomad's tasksUpdated).
 */
final class InPlaceRule {

    private final ClusterState cluster;
    private final Demand demand;
    private final Map<Long, Boolean> alike = new HashMap<>();

    /**
     * Prepares the test.
     *
     * @param cluster the cluster
     * @param demand the group of the newest version
     */
    InPlaceRule(ClusterState cluster, Demand demand) {
        this.cluster = cluster;
        this.demand = demand;
    }

    /** Returns true if an allocation of an older version can be updated in place. */
    boolean allows(Allocation outdated) {
        return alike.computeIfAbsent(outdated.getJobVersion(), version -> isAlike(outdated))
                && !demand.classes()
                        .judge(cluster.usageOf(outdated.getNodeId()))
                        .isRefused();
    }

    private boolean isAlike(Allocation outdated) {
        String jobId = outdated.getJobId();
        Optional<TaskGroup> older = cluster.groupAt(jobId, outdated.getJobVersion(), outdated.getTaskGroup());
        return cluster.jobAt(jobId, outdated.getJobVersion())
                .filter(job -> job.getType() == demand.job().getType())
                .filter(job -> distinct(job, older).equals(distinct(demand.job(), Optional.of(demand.group()))))
                .filter(job -> older.filter(group -> essence(job, group).equals(essence(demand.job(), demand.group())))
                        .isPresent())
                .isPresent();
    }

    /**
     * Returns the distinct constraints. If they change, allocations are replaced and not updated: a single allocation
     * does not tell whether all of them together meet the new constraints.
     */
    private static List<Constraint> distinct(Job job, Optional<TaskGroup> taskGroup) {
        List<Constraint> distinct = new ArrayList<>(Constraints.distinct(job));
        taskGroup.ifPresent(group -> distinct.addAll(Constraints.distinct(group)));
        return distinct;
    }

    /** Returns the parts of a group that its tasks run with. */
    private static TaskGroup essence(Job job, TaskGroup group) {
        return group.toBuilder()
                .clearCount()
                .clearMeta()
                .clearConstraints()
                .clearAffinities()
                .clearSpreads()
                .clearUpdate()
                .clearMigrate()
                .clearRestart()
                .clearReschedule()
                .clearTasks()
                .addAllTasks(group.getTasksList().stream()
                        .sorted(Comparator.comparing(Task::getName))
                        .map(task -> essence(job, group, task))
                        .toList())
                .build();
    }

    private static Task essence(Job job, TaskGroup group, Task task) {
        Task.Builder essence = task.toBuilder()
                .clearConstraints()
                .clearAffinities()
                .clearServices()
                .clearKillSignal()
                .clearKillTimeout()
                .clearLeader()
                .clearShutdownDelay()
                .clearRestart()
                .clearMeta()
                .putAllMeta(job.getMetaMap())
                .putAllMeta(group.getMetaMap())
                .putAllMeta(task.getMetaMap());
        essence.getResourcesBuilder()
                .clearPorts()
                .addAllPorts(task.getResources().getPortsList().stream()
                        .sorted(Comparator.comparing(Port::getLabel))
                        .toList());
        // Older stored jobs have no log limits; fill in the defaults before comparing.
        essence.setLogs(LogLimits.of(task.getLogs()).toConfig());
        return essence.build();
    }
}
