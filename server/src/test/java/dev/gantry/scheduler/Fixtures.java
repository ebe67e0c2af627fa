package dev.gantry.scheduler;

import dev.gantry.model.JobDefaults;
import dev.gantry.restriction.MachineUses;
import dev.gantry.scheduler.plan.Placement;
import dev.gantry.scheduler.plan.Plan;
import dev.gantry.scheduler.state.ClusterState;
import dev.gantry.scheduler.state.SchedulerOptions;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.Constraint;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.DriverHealth;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobVersion;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeResources;
import dev.gantry.v1.NodeStatus;
import dev.gantry.v1.Port;
import dev.gantry.v1.Resources;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskGroup;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Makes nodes, jobs and allocations for tests of the scheduler. */
public final class Fixtures {

    /** The time of plans. */
    public static final Instant NOW = Instant.parse("2020-02-02T20:20:20Z");

    private Fixtures() {}

    /** Plans a job {@link #NOW}, without preemption. */
    public static Plan plan(ClusterState cluster, JobVersion job, boolean stopped) {
        return new Scheduler(MachineUses.NONE).plan(cluster, job, stopped, NOW, SchedulerOptions.DEFAULT);
    }

    /** Returns an empty plan. */
    public static Plan nothingNew() {
        return new Plan(List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), Optional.empty());
    }

    public static Node.Builder node(String name) {
        return Node.newBuilder()
                .setId("id-" + name)
                .setName(name)
                .setDatacenter("dc1")
                .setStatus(NodeStatus.NODE_STATUS_READY)
                .putDrivers("rkt", DriverHealth.newBuilder().setHealthy(true).build())
                .putAttributes("driver.rkt.version", "1.30.0")
                .setResources(NodeResources.newBuilder()
                        .setCpu(4000)
                        .setMemoryMib(8192)
                        .setIp("10.0.0.1")
                        .setMinDynamicPort(20000)
                        .setMaxDynamicPort(32000));
    }

    public static ClusterState cluster(Node.Builder... nodes) {
        ClusterState cluster = new ClusterState();
        Stream.of(nodes).map(Node.Builder::build).forEach(cluster::putNode);
        return cluster;
    }

    public static Task.Builder task(int cpu, int memoryMib, Port... ports) {
        return Task.newBuilder()
                .setName("main")
                .setDriver("rkt")
                .setResources(Resources.newBuilder()
                        .setCpu(cpu)
                        .setMemoryMib(memoryMib)
                        .addAllPorts(List.of(ports)));
    }

    public static TaskGroup.Builder group(String name, int count, Task.Builder task) {
        return TaskGroup.newBuilder().setName(name).setCount(count).addTasks(task);
    }

    public static Job.Builder job(TaskGroup.Builder... groups) {
        Job.Builder job = Job.newBuilder().setId("web");
        Stream.of(groups).forEach(job::addTaskGroups);
        return job;
    }

    public static JobVersion version(long version, Job.Builder job) {
        return JobVersion.newBuilder()
                .setJob(JobDefaults.apply(job.build()))
                .setVersion(version)
                .build();
    }

    public static Port port(String label, int number) {
        return Port.newBuilder().setLabel(label).setStaticPort(number).build();
    }

    public static Constraint constraint(String attribute, String operator, String value) {
        return Constraint.newBuilder()
                .setAttribute(attribute)
                .setOperator(operator)
                .setValue(value)
                .build();
    }

    /** Applies a plan to the cluster and returns the placed allocations. Stopped allocations still run. */
    public static List<Allocation> apply(ClusterState cluster, JobVersion job, Plan plan) {
        plan.stops()
                .forEach(stop -> cluster.putAllocation(stop.allocation().toBuilder()
                        .setDesiredStatus(DesiredStatus.DESIRED_STATUS_STOP)
                        .build()));
        plan.deployments().forEach(cluster::putDeployment);
        cluster.putJob(job);
        List<Allocation> placed = plan.placements().stream()
                .map(placement -> allocation(job, placement))
                .toList();
        placed.forEach(cluster::putAllocation);
        return placed;
    }

    /** Returns a running allocation of the job's first group. */
    public static Allocation allocationOn(String nodeId, JobVersion job, int index) {
        return Allocation.newBuilder()
                .setId("a" + index)
                .setJobId(job.getJob().getId())
                .setJobVersion(job.getVersion())
                .setTaskGroup(job.getJob().getTaskGroups(0).getName())
                .setIndex(index)
                .setNodeId(nodeId)
                .setDesiredStatus(DesiredStatus.DESIRED_STATUS_RUN)
                .setClientStatus(ClientStatus.CLIENT_STATUS_RUNNING)
                .build();
    }

    public static Allocation end(Allocation allocation, ClientStatus status) {
        return allocation.toBuilder().setClientStatus(status).build();
    }

    private static Allocation allocation(JobVersion job, Placement placement) {
        return Allocation.newBuilder()
                .setId("%s.%s[%d]@%d"
                        .formatted(job.getJob().getId(), placement.taskGroup(), placement.index(), job.getVersion()))
                .setJobId(job.getJob().getId())
                .setJobVersion(job.getVersion())
                .setTaskGroup(placement.taskGroup())
                .setIndex(placement.index())
                .setNodeId(placement.node().getId())
                .setDesiredStatus(DesiredStatus.DESIRED_STATUS_RUN)
                .setClientStatus(ClientStatus.CLIENT_STATUS_PENDING)
                .addAllPorts(placement.ports())
                .build();
    }
}
