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
 * Says whether an allocation of an older version can get the new one while its tasks go on running: nothing that they are
 * run with has changed, and their node may run the new version too. What the node alone goes by (services, checks, how to
 * stop a task, when to start it again) is no reason, nor is another order of tasks or ports; meta is one, since tasks see it
 * in their environment (Nomad's tasksUpdated).
 */
final class InPlaceRule {

    private final ClusterState cluster;
    private final Demand demand;
    private final Map<Long, Boolean> alike = new HashMap<>();

    InPlaceRule(ClusterState cluster, Demand demand) {
        this.cluster = cluster;
        this.demand = demand;
    }

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

    /** What keeps its allocations apart: whether that holds for all of them is not to be told from one. */
    private static List<Constraint> distinct(Job job, Optional<TaskGroup> taskGroup) {
        List<Constraint> distinct = new ArrayList<>(Constraints.distinct(job));
        taskGroup.ifPresent(group -> distinct.addAll(Constraints.distinct(group)));
        return distinct;
    }

    /** What its tasks are run with. */
    private static TaskGroup essence(Job job, TaskGroup group) {
        return group.toBuilder()
                .clearCount()
                .clearMeta()
                .clearConstraints()
                .clearAffinities()
                .clearSpreads()
                .clearUpdate()
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
                .clearMeta()
                .putAllMeta(job.getMetaMap())
                .putAllMeta(group.getMetaMap())
                .putAllMeta(task.getMetaMap());
        essence.getResourcesBuilder()
                .clearPorts()
                .addAllPorts(task.getResources().getPortsList().stream()
                        .sorted(Comparator.comparing(Port::getLabel))
                        .toList());
        // Jobs that were stored before tasks had this have the defaults.
        essence.setLogs(LogLimits.of(task.getLogs()).toConfig());
        return essence.build();
    }
}
