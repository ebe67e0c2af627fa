package dev.gantry.app;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.Durations;
import dev.gantry.v1.AllocatedPort;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DesiredState;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobType;
import dev.gantry.v1.JobVersion;
import dev.gantry.v1.Resources;
import dev.gantry.v1.RestartPolicy;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskGroup;

/** Makes assignments of jobs that run shell scripts. */
final class ScriptJobs {

    static final RestartPolicy NO_RESTARTS =
            RestartPolicy.newBuilder().setAttempts(0).build();

    private ScriptJobs() {}

    /** Some restarts, soon after the end. */
    static RestartPolicy restarts(int attempts) {
        return RestartPolicy.newBuilder()
                .setAttempts(attempts)
                .setDelay(Durations.fromMillis(10))
                .build();
    }

    /** No allocations. */
    static DesiredState nothing() {
        return DesiredState.getDefaultInstance();
    }

    /** Assigns one allocation that runs a script as task {@code main}. */
    static DesiredState run(String allocationId, String script) {
        return run(allocationId, task("main", script));
    }

    /** Assigns one allocation with some tasks. Each allocation has a job of its own. */
    static DesiredState run(String allocationId, Task... tasks) {
        return run(allocationId, JobType.JOB_TYPE_BATCH, NO_RESTARTS, tasks);
    }

    /** Assigns one allocation with some tasks, of a job of the given type. */
    static DesiredState run(String allocationId, JobType type, RestartPolicy restart, Task... tasks) {
        TaskGroup.Builder group = TaskGroup.newBuilder().setName("group").setRestart(restart);
        for (Task task : tasks) {
            group.addTasks(task);
        }
        Job job = Job.newBuilder()
                .setId("job-" + allocationId)
                .setName("job-" + allocationId)
                .setType(type)
                .addTaskGroups(group)
                .build();
        Allocation allocation = Allocation.newBuilder()
                .setId(allocationId)
                .setName(job.getId() + ".group[0]")
                .setJobId(job.getId())
                .setJobVersion(1)
                .setTaskGroup("group")
                .setDesiredStatus(DesiredStatus.DESIRED_STATUS_RUN)
                .setClientStatus(ClientStatus.CLIENT_STATUS_PENDING)
                .addPorts(AllocatedPort.newBuilder()
                        .setLabel("http")
                        .setTask(tasks[0].getName())
                        .setIp("127.0.0.1")
                        .setPort(23456))
                .build();
        return DesiredState.newBuilder()
                .addAllocations(allocation)
                .addJobs(JobVersion.newBuilder().setJob(job).setVersion(1))
                .build();
    }

    /** Changes the only allocation. */
    static DesiredState with(DesiredState state, DesiredStatus desired, ClientStatus client) {
        DesiredState.Builder changed = state.toBuilder();
        changed.getAllocationsBuilder(0).setDesiredStatus(desired).setClientStatus(client);
        return changed.build();
    }

    /** Sets the desired status of the only allocation to stop. */
    static DesiredState stop(DesiredState state) {
        return with(state, DesiredStatus.DESIRED_STATUS_STOP, ClientStatus.CLIENT_STATUS_PENDING);
    }

    /** All of both. */
    static DesiredState both(DesiredState one, DesiredState other) {
        return one.toBuilder().mergeFrom(other).build();
    }

    static Task task(String name, String script) {
        return Task.newBuilder()
                .setName(name)
                .setDriver("process")
                .setConfig(Struct.newBuilder()
                        .putFields(
                                "script",
                                Value.newBuilder().setStringValue(script).build()))
                .setResources(Resources.newBuilder().setCpu(100).setMemoryMib(64))
                .build();
    }
}
