package dev.gantry.scheduler;

import dev.gantry.model.JobDefaults;
import dev.gantry.scheduler.state.ClusterState;
import dev.gantry.v1.AllocatedPort;
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
import java.util.List;
import java.util.UUID;

/** Nodes of twenty classes, and what runs on them. */
public final class BenchmarkCluster {

    /** How many nodes there are. */
    public static final int NODES = 5000;

    /** How many allocations run on each. */
    public static final int ALLOCATIONS_PER_NODE = 100;

    private static final int COUNT = 1000;
    private static final int FIRST_PORT = 20_000;

    private BenchmarkCluster() {}

    /** One half full: each node has a hundred allocations, each of which holds a port. */
    public static ClusterState halfFull() {
        ClusterState cluster = new ClusterState();
        for (int i = 0; i < NODES; i++) {
            cluster.putNode(node(i));
        }
        for (int job = 0; job < NODES * ALLOCATIONS_PER_NODE / COUNT; job++) {
            run(cluster, job);
        }
        return cluster;
    }

    /** A node: every attribute that a real one has, of which hostname and id are its own. */
    public static Node node(int number) {
        return Node.newBuilder()
                .setId(UUID.nameUUIDFromBytes(new byte[] {(byte) number, (byte) (number >> 8)})
                        .toString())
                .setName("node-%04d".formatted(number))
                .setDatacenter("dc" + (1 + number % 2))
                .setNodeClass("hollow")
                .setStatus(NodeStatus.NODE_STATUS_READY)
                .putDrivers("rkt", DriverHealth.newBuilder().setHealthy(true).build())
                .putAttributes("driver.rkt", "1")
                .putAttributes("driver.rkt.version", "1.%d.0".formatted(26 + number % 5))
                .putAttributes("driver.rkt.appc.version", "0.8.11")
                .putAttributes("driver.rkt.volumes.enabled", "1")
                .putAttributes("kernel.name", "linux")
                .putAttributes("kernel.version", number % 4 < 2 ? "4.19.0-27-amd64" : "4.9.0-19-amd64")
                .putAttributes("cpu.arch", "amd64")
                .putAttributes("cpu.numcores", "32")
                .putAttributes("os.name", "debian")
                .putAttributes("os.version", "12")
                .putAttributes("unique.hostname", "node-%04d".formatted(number))
                .putMeta("rack", "r" + number % 50)
                .putMeta("zones", "blue, green, red")
                .setResources(NodeResources.newBuilder()
                        .setCpu(64_000)
                        .setMemoryMib(131_072)
                        .setIp("10.0.%d.%d".formatted(number >> 8, number & 0xff))
                        .setMinDynamicPort(20_000)
                        .setMaxDynamicPort(32_000))
                .build();
    }

    /** A job of one group with two constraints, as the replay of the million-container challenge has it. */
    public static Job.Builder job(String id, int count, Port... ports) {
        return Job.newBuilder()
                .setId(id)
                .addDatacenters("dc1")
                .addDatacenters("dc2")
                .addConstraints(constraint("${driver.rkt.version}", "version", ">= 1.2, < 2"))
                .addConstraints(constraint("${attr.kernel.version}", "regexp", "^4\\."))
                .addTaskGroups(TaskGroup.newBuilder()
                        .setName("task")
                        .setCount(count)
                        .addTasks(Task.newBuilder()
                                .setName("main")
                                .setDriver("rkt")
                                .setResources(Resources.newBuilder()
                                        .setCpu(300)
                                        .setMemoryMib(600)
                                        .addAllPorts(List.of(ports)))));
    }

    /** A job's first version, as a submission stores it. */
    public static JobVersion version(Job.Builder job) {
        return JobVersion.newBuilder().setJob(JobDefaults.apply(job.build())).build();
    }

    private static Constraint constraint(String attribute, String operator, String value) {
        return Constraint.newBuilder()
                .setAttribute(attribute)
                .setOperator(operator)
                .setValue(value)
                .build();
    }

    private static void run(ClusterState cluster, int number) {
        JobVersion job = version(
                job("held-" + number, COUNT, Port.newBuilder().setLabel("http").build()));
        cluster.putJob(job);
        for (int index = 0; index < COUNT; index++) {
            int place = number * COUNT + index;
            cluster.putAllocation(allocation(
                    job.getJob().getId(),
                    index,
                    cluster.nodes().get(place % NODES).node(),
                    place / NODES));
        }
    }

    private static Allocation allocation(String jobId, int index, Node node, int onNode) {
        return Allocation.newBuilder()
                .setId(new UUID(jobId.hashCode(), index).toString())
                .setJobId(jobId)
                .setTaskGroup("task")
                .setIndex(index)
                .setNodeId(node.getId())
                .setNodeName(node.getName())
                .setDesiredStatus(DesiredStatus.DESIRED_STATUS_RUN)
                .setClientStatus(ClientStatus.CLIENT_STATUS_RUNNING)
                .addPorts(AllocatedPort.newBuilder()
                        .setTask("main")
                        .setLabel("http")
                        .setIp(node.getResources().getIp())
                        .setPort(FIRST_PORT + onNode * 97))
                .build();
    }
}
