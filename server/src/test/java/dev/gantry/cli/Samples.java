package dev.gantry.cli;

import com.google.protobuf.Timestamp;
import dev.gantry.v1.AllocatedPort;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.DriverHealth;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.EvaluationStatus;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.JobStatus;
import dev.gantry.v1.JobType;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeResources;
import dev.gantry.v1.NodeStatus;
import dev.gantry.v1.PlacementFailure;
import dev.gantry.v1.SubmitJobResponse;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskEvent;
import dev.gantry.v1.TaskGroup;
import dev.gantry.v1.TaskPhase;
import dev.gantry.v1.TaskState;
import java.time.Duration;
import java.time.Instant;

/** Sample messages for tests. */
final class Samples {

    static final String ALLOCATION_ID = "5e0b39f0-1111-2222-3333-444455556666";
    static final String EVALUATION_ID = "52dee78a-1111-2222-3333-444455556666";
    static final String NODE_ID = "3e84d3d2-1111-2222-3333-444455556666";

    /** The response to a submission that was written at index 10. */
    static final SubmitJobResponse SUBMITTED = SubmitJobResponse.newBuilder()
            .setEvaluationId(EVALUATION_ID)
            .setVersion(3)
            .setModifyIndex(10)
            .build();

    private Samples() {}

    static Job job(JobType type, int count) {
        return Job.newBuilder()
                .setId("web")
                .setName("The web")
                .setType(type)
                .setPriority(50)
                .addDatacenters("dc1")
                .addTaskGroups(TaskGroup.newBuilder()
                        .setName("front")
                        .setCount(count)
                        .addTasks(Task.newBuilder().setName("nginx").setDriver("rkt")))
                .build();
    }

    static JobRecord record(Job job) {
        return JobRecord.newBuilder()
                .setJob(job)
                .setVersion(3)
                .setStatus(JobStatus.JOB_STATUS_RUNNING)
                .setModifyIndex(10)
                .setSubmitTime(ago(Duration.ofMinutes(10)))
                .build();
    }

    static Evaluation evaluation(EvaluationStatus status, long index) {
        return Evaluation.newBuilder()
                .setId(EVALUATION_ID)
                .setJobId("web")
                .setJobVersion(3)
                .setStatus(status)
                .setCreateIndex(10)
                .setModifyIndex(index)
                .build();
    }

    static Evaluation blocked(long index) {
        return evaluation(EvaluationStatus.EVALUATION_STATUS_BLOCKED, index).toBuilder()
                .addFailures(PlacementFailure.newBuilder()
                        .setTaskGroup("front")
                        .setUnplaced(1)
                        .setSummary("Constraint \"${driver.rkt.version} > 1.2\" filtered 1 of 1 node"))
                .build();
    }

    static Evaluation failed(long index) {
        return evaluation(EvaluationStatus.EVALUATION_STATUS_FAILED, index).toBuilder()
                .setStatusDescription("After 3 attempts: its plan could not be stored (port 8080 is taken)")
                .setFollowUpTime(ago(Duration.ofMinutes(-5)))
                .build();
    }

    /** The allocation of the submission, placed at index 11. */
    static Allocation allocation(ClientStatus status) {
        return Allocation.newBuilder()
                .setId(ALLOCATION_ID)
                .setName("web.front[0]")
                .setJobId("web")
                .setJobVersion(3)
                .setTaskGroup("front")
                .setNodeId(NODE_ID)
                .setNodeName("n1")
                .setDesiredStatus(DesiredStatus.DESIRED_STATUS_RUN)
                .setClientStatus(status)
                .addPorts(AllocatedPort.newBuilder()
                        .setLabel("http")
                        .setTask("nginx")
                        .setIp("127.0.0.1")
                        .setPort(21034))
                .setEvaluationId(EVALUATION_ID)
                .setCreateIndex(11)
                .setModifyIndex(12)
                .setCreateTime(ago(Duration.ofSeconds(312)))
                .setModifyTime(ago(Duration.ofSeconds(12)))
                .build();
    }

    /** An allocation of the version before, placed at index 5. */
    static Allocation older(String id, DesiredStatus desired, ClientStatus status) {
        return allocation(status).toBuilder()
                .setId(id)
                .setJobVersion(2)
                .setDesiredStatus(desired)
                .setCreateIndex(5)
                .build();
    }

    static TaskState failedTask() {
        return TaskState.newBuilder()
                .setTask("nginx")
                .setPhase(TaskPhase.TASK_PHASE_DEAD)
                .setFailed(true)
                .setStartTime(ago(Duration.ofSeconds(60)))
                .setEndTime(ago(Duration.ofSeconds(50)))
                .setExitCode(3)
                .setPodId("1523962e-2505-4364-9c88-35acfa703c8a")
                .addEvents(TaskEvent.newBuilder()
                        .setTime(ago(Duration.ofSeconds(60)))
                        .setType("Started")
                        .setMessage("Task started"))
                .addEvents(TaskEvent.newBuilder()
                        .setTime(ago(Duration.ofSeconds(50)))
                        .setType("Terminated")
                        .setMessage("Exit code 3"))
                .build();
    }

    static Node node(String name) {
        return Node.newBuilder()
                .setId(NODE_ID)
                .setName(name)
                .setDatacenter("dc1")
                .putMeta("rack", "r1")
                .putAttributes("kernel.name", "linux")
                .putAttributes("driver.rkt.version", "1.30.0")
                .putDrivers(
                        "rkt",
                        DriverHealth.newBuilder()
                                .setHealthy(true)
                                .setDescription("rkt 1.30.0")
                                .build())
                .putDrivers(
                        "docker",
                        DriverHealth.newBuilder().setDescription("not there").build())
                .setResources(NodeResources.newBuilder()
                        .setCpu(4000)
                        .setMemoryMib(8000)
                        .setDiskMib(100)
                        .setIp("127.0.0.1")
                        .setMinDynamicPort(20000)
                        .setMaxDynamicPort(32000))
                .setStatus(NodeStatus.NODE_STATUS_READY)
                .setStatusTime(ago(Duration.ofHours(1)))
                .build();
    }

    static Timestamp ago(Duration duration) {
        Instant moment = CliRun.NOW.minus(duration);
        return Timestamp.newBuilder().setSeconds(moment.getEpochSecond()).build();
    }
}
