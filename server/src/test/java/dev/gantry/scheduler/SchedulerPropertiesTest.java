package dev.gantry.scheduler;

import static dev.gantry.scheduler.Fixtures.constraint;
import static dev.gantry.scheduler.Fixtures.group;
import static dev.gantry.scheduler.Fixtures.job;
import static dev.gantry.scheduler.Fixtures.node;
import static dev.gantry.scheduler.Fixtures.plan;
import static dev.gantry.scheduler.Fixtures.port;
import static dev.gantry.scheduler.Fixtures.task;
import static dev.gantry.scheduler.Fixtures.version;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.model.AllocationStatuses;
import dev.gantry.scheduler.plan.GroupOutcome;
import dev.gantry.scheduler.plan.Placement;
import dev.gantry.scheduler.plan.Plan;
import dev.gantry.scheduler.state.ClusterState;
import dev.gantry.v1.AllocatedPort;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobVersion;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeResources;
import dev.gantry.v1.NodeStatus;
import dev.gantry.v1.Port;
import dev.gantry.v1.Resources;
import dev.gantry.v1.TaskGroup;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

/** Applies random events to a cluster, and checks each plan against a simple count. */
class SchedulerPropertiesTest {

    /** Something that happens to the cluster. */
    sealed interface Step {}

    /** A version of one of two jobs is submitted. */
    record Submit(int job, List<Shape> groups, String distinct) implements Step {}

    /** One of the jobs is stopped. */
    record StopJob(int job) implements Step {}

    /** An allocation ends. */
    record End(int which, ClientStatus status) implements Step {}

    /** A person stops an allocation. */
    record StopAllocation(int which) implements Step {}

    /** A node goes down, or comes back. */
    record Toggle(int which) implements Step {}

    /** A group. */
    record Shape(int count, int cpu, int port, boolean onSsd) {}

    @Property(tries = 1000)
    void no_sequence_of_events_leads_to_a_plan_that_breaks_a_rule_or_leaves_out_what_fits(
            @ForAll("steps") @Size(min = 1, max = 20) List<Step> steps) {
        live(steps);
    }

    @Example
    void a_reservation_moves_to_where_it_leaves_more_resources_to_others() {
        List<Step> steps = List.of(
                new Toggle(0),
                new Submit(0, List.of(new Shape(3, 100, -1, false)), ""),
                new Submit(0, List.of(new Shape(1, 700, -1, true)), ""),
                new Submit(0, List.of(new Shape(1, 100, -1, true), new Shape(2, 300, -1, false)), ""),
                new Submit(0, List.of(new Shape(1, 700, -1, false), new Shape(4, 100, -1, true)), ""));

        live(steps);
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Shape> shapes = Combinators.combine(
                        Arbitraries.integers().between(0, 4),
                        Arbitraries.of(100, 300, 700),
                        Arbitraries.of(-1, 0, 8080, 20001),
                        Arbitraries.of(true, false, false))
                .as(Shape::new);
        Arbitrary<Step> submits = Combinators.combine(
                        Arbitraries.integers().between(0, 1),
                        shapes.list().ofMinSize(1).ofMaxSize(2),
                        Arbitraries.of("", "", "distinct_hosts", "distinct_property"))
                .as(Submit::new);
        Arbitrary<Step> ends = Combinators.combine(
                        Arbitraries.integers().between(0, 20),
                        Arbitraries.of(
                                ClientStatus.CLIENT_STATUS_COMPLETE,
                                ClientStatus.CLIENT_STATUS_FAILED,
                                ClientStatus.CLIENT_STATUS_LOST))
                .as(End::new);
        return Arbitraries.oneOf(
                        submits,
                        ends,
                        ends,
                        Arbitraries.integers().between(0, 1).map(StopJob::new),
                        Arbitraries.integers().between(0, 20).map(StopAllocation::new),
                        Arbitraries.integers().between(0, 3).map(Toggle::new))
                .list();
    }

    private static void live(List<Step> steps) {
        World world = new World();
        for (Step step : steps) {
            world.take(step);
            world.evaluateAll();
        }
    }

    /** Counts resources independently of the cluster state. */
    private static final class World {

        private final ClusterState cluster = new ClusterState();
        private final List<Node> nodes = new ArrayList<>();
        private final Map<String, List<JobVersion>> versions = new TreeMap<>();
        private final Map<String, Boolean> stopped = new HashMap<>();
        private final Map<String, Allocation> allocations = new TreeMap<>();
        private int placed;

        World() {
            for (int i = 0; i < 4; i++) {
                nodes.add(node("n" + i)
                        .putMeta("rack", "r" + i / 2)
                        .putMeta("disk", i % 2 == 0 ? "ssd" : "hdd")
                        .setResources(NodeResources.newBuilder()
                                .setCpu(1000)
                                .setMemoryMib(1000)
                                .setIp("10.0.0." + i)
                                .setMinDynamicPort(20000)
                                .setMaxDynamicPort(20002))
                        .build());
            }
            nodes.forEach(cluster::putNode);
        }

        void take(Step step) {
            if (step instanceof Submit submit) {
                submit(submit);
            } else if (step instanceof StopJob stop) {
                stopped.put("job" + stop.job(), true);
            } else if (step instanceof End end) {
                pick(end.which()).ifPresent(one -> put(Fixtures.end(one, end.status())));
            } else if (step instanceof StopAllocation stop) {
                pick(stop.which()).ifPresent(one -> put(desire(one, DesiredStatus.DESIRED_STATUS_STOP)));
            } else if (step instanceof Toggle toggle) {
                toggle(toggle.which());
            }
        }

        void evaluateAll() {
            versions.values().forEach(ofJob -> evaluate(ofJob.get(ofJob.size() - 1)));
        }

        private void submit(Submit submit) {
            String id = "job" + submit.job();
            TaskGroup.Builder[] groups = IntStream.range(0, submit.groups().size())
                    .mapToObj(i -> taskGroup("g" + i, submit.groups().get(i)))
                    .toArray(TaskGroup.Builder[]::new);
            Job.Builder job = job(groups).setId(id);
            if (!submit.distinct().isEmpty()) {
                job.addConstraints(constraint("${meta.rack}", submit.distinct(), ""));
            }
            List<JobVersion> ofJob = versions.computeIfAbsent(id, unseen -> new ArrayList<>());
            if (submit.distinct().equals("distinct_hosts")) {
                job.getConstraintsBuilder(0).setAttribute("");
            }
            ofJob.add(version(ofJob.size(), job));
            stopped.put(id, false);
        }

        private static TaskGroup.Builder taskGroup(String name, Shape shape) {
            Port[] ports = shape.port() < 0 ? new Port[0] : new Port[] {port("http", shape.port())};
            TaskGroup.Builder group = group(name, shape.count(), task(shape.cpu(), 100, ports));
            if (shape.onSsd()) {
                group.addConstraints(constraint("${meta.disk}", "=", "ssd"));
            }
            return group;
        }

        private void evaluate(JobVersion job) {
            boolean isStopped = stopped.get(job.getJob().getId());
            Plan plan = plan(cluster, job, isStopped);
            plan.stops()
                    .forEach(
                            stop -> assertThat(allocations.get(stop.allocation().getId()))
                                    .as("what is stopped was wanted")
                                    .matches(AllocationStatuses::isWanted));
            apply(job, plan);
            assertThatNodesHoldWhatIsOnThem();
            assertThatPortsAreGivenOnce();
            if (isStopped) {
                assertThat(wanted(job)).isEmpty();
            } else {
                assertThatPlacesAreFilledOnce(job);
                assertThatWhatIsLeftOutFitsNowhere(job, plan);
            }
            assertThatNothingIsLeftToDo(job, isStopped);
        }

        private void apply(JobVersion job, Plan plan) {
            plan.stops()
                    .forEach(stop ->
                            put(desire(allocations.get(stop.allocation().getId()), DesiredStatus.DESIRED_STATUS_STOP)));
            cluster.putJob(job);
            for (Placement placement : plan.placements()) {
                String id = "%05d".formatted(placed++);
                placement
                        .previous()
                        .ifPresent(one -> put(allocations.get(one.getId()).toBuilder()
                                .setNextAllocationId(id)
                                .build()));
                put(Allocation.newBuilder()
                        .setId(id)
                        .setCreateIndex(placed)
                        .addAllRescheduleTimes(placement.history().times())
                        .setRescheduleStep(placement.history().step())
                        .setSticky(placement.sticky())
                        .setJobId(job.getJob().getId())
                        .setJobVersion(job.getVersion())
                        .setTaskGroup(placement.taskGroup())
                        .setIndex(placement.index())
                        .setNodeId(placement.node().getId())
                        .setDesiredStatus(DesiredStatus.DESIRED_STATUS_RUN)
                        .setClientStatus(ClientStatus.CLIENT_STATUS_RUNNING)
                        .addAllPorts(placement.ports())
                        .build());
            }
        }

        private void assertThatNodesHoldWhatIsOnThem() {
            for (Node node : nodes) {
                assertThat(on(node).mapToInt(one -> resources(one).getCpu()).sum())
                        .as("cpu taken of %s", node.getName())
                        .isLessThanOrEqualTo(1000);
                assertThat(on(node).mapToInt(one -> resources(one).getMemoryMib())
                                .sum())
                        .isLessThanOrEqualTo(1000);
            }
        }

        private void assertThatPortsAreGivenOnce() {
            for (Node node : nodes) {
                assertThat(on(node).flatMap(one -> one.getPortsList().stream()).map(AllocatedPort::getPort))
                        .as("ports of %s", node.getName())
                        .doesNotHaveDuplicates();
            }
        }

        private void assertThatPlacesAreFilledOnce(JobVersion job) {
            assertThat(wanted(job).map(one -> one.getTaskGroup() + one.getIndex()))
                    .doesNotHaveDuplicates();
            Map<String, Integer> counts =
                    job.getJob().getTaskGroupsList().stream().collect(toMap(TaskGroup::getName, TaskGroup::getCount));
            assertThat(wanted(job)).allMatch(one -> one.getIndex() < counts.getOrDefault(one.getTaskGroup(), 0));
        }

        private void assertThatWhatIsLeftOutFitsNowhere(JobVersion job, Plan plan) {
            for (GroupOutcome outcome : plan.groups()) {
                if (outcome.failure().isPresent()) {
                    TaskGroup group = job.getJob().getTaskGroupsList().stream()
                            .filter(one -> one.getName().equals(outcome.taskGroup()))
                            .findFirst()
                            .orElseThrow();
                    boolean outdatedStay = wanted(job).anyMatch(one -> one.getJobVersion() < job.getVersion());
                    // Not checked: an outdated allocation may stay and take resources, or be stopped.
                    assertThat(nodes)
                            .as("nodes that fit %s", group)
                            .noneMatch(node -> !outdatedStay && fits(job, group, node));
                }
            }
        }

        private boolean fits(JobVersion job, TaskGroup group, Node node) {
            Resources asked = group.getTasks(0).getResources();
            boolean ssd = group.getConstraintsCount() == 0
                    || node.getMetaOrThrow("disk").equals("ssd");
            return node.getStatus() == NodeStatus.NODE_STATUS_READY
                    && ssd
                    && on(node).mapToInt(one -> resources(one).getCpu()).sum() + asked.getCpu() <= 1000
                    && on(node).mapToInt(one -> resources(one).getMemoryMib()).sum() + 100 <= 1000
                    && asked.getPortsList().stream().allMatch(port -> isFree(port.getStaticPort(), node))
                    && isFarEnough(job, node);
        }

        private boolean isFree(int port, Node node) {
            List<Integer> taken = on(node).flatMap(one -> one.getPortsList().stream())
                    .map(AllocatedPort::getPort)
                    .toList();
            return port == 0
                    ? IntStream.rangeClosed(20000, 20002).anyMatch(dynamic -> !taken.contains(dynamic))
                    : !taken.contains(port);
        }

        private boolean isFarEnough(JobVersion job, Node node) {
            if (job.getJob().getConstraintsCount() == 0) {
                return true;
            }
            boolean hosts = job.getJob().getConstraints(0).getOperator().equals("distinct_hosts");
            return wanted(job)
                    .map(one -> known(one.getNodeId()))
                    .noneMatch(other -> hosts
                            ? other.getId().equals(node.getId())
                            : other.getMetaOrThrow("rack").equals(node.getMetaOrThrow("rack")));
        }

        private void assertThatNothingIsLeftToDo(JobVersion job, boolean isStopped) {
            Plan again = plan(cluster, job, isStopped);

            assertThat(again.placements()).isEmpty();
            assertThat(again.stops()).isEmpty();
        }

        private void toggle(int which) {
            Node node = nodes.get(which);
            boolean up = node.getStatus() == NodeStatus.NODE_STATUS_READY;
            nodes.set(
                    which,
                    node.toBuilder()
                            .setStatus(up ? NodeStatus.NODE_STATUS_DOWN : NodeStatus.NODE_STATUS_READY)
                            .build());
            cluster.putNode(nodes.get(which));
        }

        private Optional<Allocation> pick(int which) {
            List<Allocation> live = allocations.values().stream()
                    .filter(one -> !AllocationStatuses.isTerminal(one))
                    .toList();
            return live.isEmpty() ? Optional.empty() : Optional.of(live.get(which % live.size()));
        }

        private void put(Allocation allocation) {
            allocations.put(allocation.getId(), allocation);
            cluster.putAllocation(allocation);
        }

        private Stream<Allocation> on(Node node) {
            return allocations.values().stream()
                    .filter(one -> !AllocationStatuses.isTerminal(one)
                            && one.getNodeId().equals(node.getId()));
        }

        private Stream<Allocation> wanted(JobVersion job) {
            return allocations.values().stream()
                    .filter(one -> AllocationStatuses.isWanted(one)
                            && one.getJobId().equals(job.getJob().getId()));
        }

        private Node known(String id) {
            return nodes.stream()
                    .filter(node -> node.getId().equals(id))
                    .findFirst()
                    .orElseThrow();
        }

        private Resources resources(Allocation allocation) {
            return versions
                    .get(allocation.getJobId())
                    .get((int) allocation.getJobVersion())
                    .getJob()
                    .getTaskGroupsList()
                    .stream()
                    .filter(group -> group.getName().equals(allocation.getTaskGroup()))
                    .findFirst()
                    .orElseThrow()
                    .getTasks(0)
                    .getResources();
        }

        private static Allocation desire(Allocation allocation, DesiredStatus status) {
            return allocation.toBuilder().setDesiredStatus(status).build();
        }
    }
}
