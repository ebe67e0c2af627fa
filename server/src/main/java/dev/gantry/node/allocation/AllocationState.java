package dev.gantry.node.allocation;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import dev.gantry.model.ProtoTimes;
import dev.gantry.model.TaskGroups;
import dev.gantry.node.state.StoredAllocation;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.AllocationUpdate;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.JobVersion;
import dev.gantry.v1.TaskGroup;
import dev.gantry.v1.TaskState;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The state of an allocation: its desired status and job version, which the server decides, and its client status,
 * health, task states and check states, which the node decides. Owned by the owner thread.
 */
final class AllocationState {

    private JobVersion job;
    private TaskGroup group;
    private Allocation allocation;

    private AllocationState(StoredAllocation stored, TaskGroup group) {
        this.job = stored.job();
        this.group = group;
        this.allocation = stored.allocation();
    }

    /** Takes over the state of a new or restored allocation; empty if its job has no such group. */
    static Optional<AllocationState> of(StoredAllocation stored) {
        return TaskGroups.find(stored.job().getJob(), stored.allocation().getTaskGroup())
                .map(group -> new AllocationState(stored, group));
    }

    Allocation allocation() {
        return allocation;
    }

    JobVersion job() {
        return job;
    }

    TaskGroup group() {
        return group;
    }

    boolean isStopping() {
        return allocation.getDesiredStatus() == DesiredStatus.DESIRED_STATUS_STOP;
    }

    /** Returns the update that reports this state to the server. */
    AllocationUpdate update() {
        AllocationUpdate.Builder update = AllocationUpdate.newBuilder()
                .setAllocationId(allocation.getId())
                .setClientStatus(allocation.getClientStatus())
                .setDescription(allocation.getDescription())
                .addAllTaskStates(allocation.getTaskStatesList())
                .addAllChecks(allocation.getChecksList());
        if (allocation.hasHealthy()) {
            update.setHealthy(allocation.getHealthy());
        }
        return update.build();
    }

    /**
     * Returns the allocation's group in another version of its job; empty if that version has no group of this name.
     */
    Optional<TaskGroup> groupIn(JobVersion other) {
        return TaskGroups.find(other.getJob(), allocation.getTaskGroup());
    }

    /** Replaces the job version, and the group by the newer version's. */
    void setJob(JobVersion newer, TaskGroup newerGroup) {
        job = newer;
        group = newerGroup;
    }

    /** Takes over the server's assignment; returns true if the state has changed. */
    boolean merge(Allocation assigned) {
        Allocation merged = merged(assigned);
        boolean hasChanged = !merged.equals(allocation);
        allocation = merged;
        return hasChanged;
    }

    /**
     * Returns the server's allocation with the node's own fields. Keeps the stored indexes and times, which change with
     * each update and need not be stored each time.
     */
    private Allocation merged(Allocation assigned) {
        Allocation.Builder merged = assigned.toBuilder()
                .setJobVersion(job.getVersion())
                .setClientStatus(allocation.getClientStatus())
                .setDescription(allocation.getDescription())
                .clearTaskStates()
                .addAllTaskStates(allocation.getTaskStatesList())
                .clearChecks()
                .addAllChecks(allocation.getChecksList())
                .clearHealthy()
                .clearHealthyTime()
                .setModifyIndex(allocation.getModifyIndex())
                .clearModifyTime();
        if (isStopping()) {
            merged.setDesiredStatus(DesiredStatus.DESIRED_STATUS_STOP);
        }
        if (allocation.hasHealthy()) {
            merged.setHealthy(allocation.getHealthy());
        }
        if (allocation.hasHealthyTime()) {
            merged.setHealthyTime(allocation.getHealthyTime());
        }
        if (allocation.hasModifyTime()) {
            merged.setModifyTime(allocation.getModifyTime());
        }
        return merged.build();
    }

    void setStopping() {
        allocation = allocation.toBuilder()
                .setDesiredStatus(DesiredStatus.DESIRED_STATUS_STOP)
                .build();
    }

    void setHealthy(boolean isHealthy, Instant time) {
        allocation = allocation.toBuilder()
                .setHealthy(isHealthy)
                .setHealthyTime(ProtoTimes.toTimestampMillis(time))
                .build();
    }

    void clearHealthy() {
        allocation = allocation.toBuilder().clearHealthy().clearHealthyTime().build();
    }

    /** Takes over the states of the tasks and their checks, and derives the client status and the description. */
    void summarize(Collection<TaskRunner> tasks) {
        List<TaskState> states = tasks.stream().map(TaskRunner::state).toList();
        ClientStatus status = ClientStatuses.of(tasks.stream()
                .map(task -> new ClientStatuses.Member(task.role(), task.state()))
                .toList());
        allocation = allocation.toBuilder()
                .setClientStatus(status)
                .setDescription(describe(status, states))
                .clearTaskStates()
                .addAllTaskStates(states)
                .clearChecks()
                .addAllChecks(
                        tasks.stream().flatMap(task -> task.checks().stream()).toList())
                .build();
    }

    private static String describe(ClientStatus status, List<TaskState> states) {
        Optional<TaskState> failed =
                states.stream().filter(TaskState::getFailed).findFirst();
        if (failed.isPresent()) {
            return "Task \"%s\" failed: %s".formatted(failed.get().getTask(), TaskHistory.lastEnd(failed.get()));
        }
        return switch (status) {
            case CLIENT_STATUS_COMPLETE -> "All tasks have ended";
            case CLIENT_STATUS_RUNNING -> "All tasks have started";
            default -> "Tasks are being started";
        };
    }

    /** Returns the time of the newest event of the tasks, or of the allocation's creation if there is none. */
    Timestamp lastEventTime() {
        return allocation.getTaskStatesList().stream()
                .flatMap(task -> task.getEventsList().stream())
                .map(event -> event.getTime())
                .max(Timestamps.comparator())
                .orElse(allocation.getCreateTime());
    }
}
