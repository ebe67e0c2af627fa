package dev.gantry.cluster.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.gantry.cluster.ClusterFixture;
import dev.gantry.cluster.node.NodeRegistry;
import dev.gantry.files.FileTrees;
import dev.gantry.model.AllocationStatuses;
import dev.gantry.model.JobDefaults;
import dev.gantry.restriction.MachineUses;
import dev.gantry.scheduler.Scheduler;
import dev.gantry.scheduler.state.SchedulerOptions;
import dev.gantry.store.WriteTransaction;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.Constraint;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.Drain;
import dev.gantry.v1.DriverHealth;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.EvaluationStatus;
import dev.gantry.v1.EvaluationTrigger;
import dev.gantry.v1.Job;
import dev.gantry.v1.MigrateStrategy;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeResources;
import dev.gantry.v1.NodeSelector;
import dev.gantry.v1.NodeStatus;
import dev.gantry.v1.Resources;
import dev.gantry.v1.SchedulingEligibility;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskGroup;
import dev.gantry.v1.WhatIfAllocation;
import dev.gantry.v1.WhatIfChange;
import dev.gantry.v1.WhatIfCount;
import dev.gantry.v1.WhatIfDrain;
import dev.gantry.v1.WhatIfGroup;
import dev.gantry.v1.WhatIfNewNodes;
import dev.gantry.v1.WhatIfPriority;
import dev.gantry.v1.WhatIfRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

/**
 * Asks what a small cluster would do, does it, and compares. Store and evaluation loop are real. The test is the nodes:
 * they report only when the server has nothing to do, so that the order of the events is not a matter of chance.
 */
class WhatIfAgreementTest {

    private static final String DISTINCT = "distinct_hosts";

    /** A job with one group; its priority tells it from the others. */
    record Shape(int count, int cpu, boolean distinct) {}

    /** A question. */
    sealed interface Question {}

    /** Nodes are drained, lost and added at once. */
    record Nodes(List<Boolean> drained, boolean lost, int added) implements Question {}

    /** A group gets another count. */
    record Count(int job, int count) implements Question {}

    /** A job gets another priority. */
    record Priority(int job, int priority) implements Question {}

    /** A job is stopped. */
    record Stop(int job) implements Question {}

    @Property(tries = 25)
    void what_is_told_is_what_happens(
            @ForAll("shapes") @Size(min = 1, max = 3) List<Shape> shapes, @ForAll("questions") Question question)
            throws Exception {
        Path dir = Files.createTempDirectory("gantry-what-if-");
        try (World world = new World(dir)) {
            for (int i = 0; i < shapes.size(); i++) {
                world.submit(i, shapes.get(i));
            }
            world.compare(question);
        } finally {
            FileTrees.delete(dir);
        }
    }

    @Provide
    Arbitrary<List<Shape>> shapes() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 5),
                        Arbitraries.of(200, 300, 700),
                        Arbitraries.of(true, false, false))
                .as(Shape::new)
                .list();
    }

    @Provide
    Arbitrary<Question> questions() {
        Arbitrary<Question> nodes = Combinators.combine(
                        Arbitraries.of(true, false).list().ofSize(3),
                        Arbitraries.of(true, false, false),
                        Arbitraries.integers().between(0, 3))
                .as(Nodes::new);
        Arbitrary<Question> counts = Combinators.combine(
                        Arbitraries.integers().between(0, 2),
                        Arbitraries.integers().between(0, 8))
                .as(Count::new);
        Arbitrary<Question> priorities = Arbitraries.integers().between(0, 2).map(job -> new Priority(job, 90));
        return Arbitraries.oneOf(
                nodes,
                nodes,
                counts,
                priorities,
                Arbitraries.integers().between(0, 2).map(Stop::new));
    }

    private static final class World implements AutoCloseable {

        private static final Scheduler SCHEDULER = new Scheduler(MachineUses.NONE);
        private static final List<String> NAMES = List.of("a", "b", "c");

        private final ScheduledExecutorService scheduling =
                new ScheduledThreadPoolExecutor(1, new ThreadPoolExecutor.DiscardPolicy());
        private final ScheduledExecutorService asking =
                new ScheduledThreadPoolExecutor(1, new ThreadPoolExecutor.DiscardPolicy());
        private final ClusterFixture cluster;
        private final WhatIfs whatIfs;
        private final List<Job> jobs = new ArrayList<>();

        World(Path dir) {
            cluster = new ClusterFixture(dir);
            NAMES.forEach(name -> cluster.nodes()
                    .register(node("id-" + name, name), "secret", "", new NodeRegistry.Proof(true, false))
                    .join());
            EvaluationLoop loop = cluster.startLoop(SCHEDULER, scheduling);
            whatIfs = new WhatIfs(
                    cluster.store().reader(),
                    loop,
                    SCHEDULER,
                    SchedulerOptions.DEFAULT,
                    cluster.clock(),
                    System::nanoTime,
                    asking);
        }

        void submit(int index, Shape shape) throws Exception {
            TaskGroup.Builder group = TaskGroup.newBuilder()
                    .setName("web")
                    .setCount(shape.count())
                    .setMigrate(MigrateStrategy.newBuilder().setMaxParallel(100))
                    .addTasks(Task.newBuilder()
                            .setName("main")
                            .setDriver("rkt")
                            .setResources(
                                    Resources.newBuilder().setCpu(shape.cpu()).setMemoryMib(10)));
            if (shape.distinct()) {
                group.addConstraints(Constraint.newBuilder().setOperator(DISTINCT));
            }
            Job job = JobDefaults.apply(Job.newBuilder()
                    .setId("job" + index)
                    .setPriority(30 + 10 * index)
                    .addTaskGroups(group)
                    .build());
            jobs.add(job);
            cluster.submit(job);
            live();
        }

        void compare(Question question) throws Exception {
            Map<String, String> before = places();
            long index = cluster.store().reader().lastIndex();
            WhatIfs.Answer answer = whatIfs.ask(
                            WhatIfRequest.newBuilder()
                                    .addAllChanges(changes(question))
                                    .build(),
                            () -> false)
                    .get(30, TimeUnit.SECONDS);
            assertThat(cluster.store().reader().lastIndex()).isEqualTo(index);
            assertThat(places()).isEqualTo(before);

            carryOut(question);

            assertThat(told(before, answer)).as("places").isEqualTo(places());
            assertThat(waiting(answer)).as("waiting").isEqualTo(blocked());
            assertThat(answer.effects().settled()).isTrue();
        }

        private List<WhatIfChange> changes(Question question) {
            List<WhatIfChange> changes = new ArrayList<>();
            if (question instanceof Nodes nodes) {
                for (int i = 0; i < NAMES.size(); i++) {
                    NodeSelector.Builder selector = NodeSelector.newBuilder().setNode(NAMES.get(i));
                    if (nodes.drained().get(i)) {
                        changes.add(WhatIfChange.newBuilder()
                                .setDrain(WhatIfDrain.newBuilder().setNodes(selector))
                                .build());
                    } else if (i == 2 && nodes.lost()) {
                        changes.add(WhatIfChange.newBuilder().setLose(selector).build());
                    }
                }
                if (nodes.added() > 0) {
                    // Before the drains, so that they are like an eligible node.
                    changes.add(
                            0,
                            WhatIfChange.newBuilder()
                                    .setAddNodes(WhatIfNewNodes.newBuilder()
                                            .setCount(nodes.added())
                                            .setLike("a"))
                                    .build());
                }
            } else if (question instanceof Count count) {
                changes.add(WhatIfChange.newBuilder()
                        .setSetCount(WhatIfCount.newBuilder()
                                .setJobId(job(count.job()).getId())
                                .setTaskGroup("web")
                                .setCount(count.count()))
                        .build());
            } else if (question instanceof Priority priority) {
                changes.add(WhatIfChange.newBuilder()
                        .setSetPriority(WhatIfPriority.newBuilder()
                                .setJobId(job(priority.job()).getId())
                                .setPriority(priority.priority()))
                        .build());
            } else if (question instanceof Stop stop) {
                changes.add(WhatIfChange.newBuilder()
                        .setStopJobId(job(stop.job()).getId())
                        .build());
            }
            return changes;
        }

        private void carryOut(Question question) throws Exception {
            if (question instanceof Nodes nodes) {
                change(nodes);
            } else if (question instanceof Count count) {
                Job.Builder job = job(count.job()).toBuilder();
                job.getTaskGroupsBuilder(0).setCount(count.count());
                cluster.submit(job.build());
            } else if (question instanceof Priority priority) {
                cluster.submit(job(priority.job()).toBuilder()
                        .setPriority(priority.priority())
                        .build());
            } else if (question instanceof Stop stop) {
                cluster.jobs().stop(job(stop.job()).getId(), Optional.empty()).join();
            }
            live();
            if (question instanceof Nodes) {
                passDeadlines();
                live();
            }
        }

        private void change(Nodes change) {
            cluster.store()
                    .write(tx -> {
                        for (int i = 0; i < NAMES.size(); i++) {
                            Node node = tx.node("id-" + NAMES.get(i)).orElseThrow();
                            if (change.drained().get(i)) {
                                tx.updateNode(node.toBuilder()
                                        .setDrain(Drain.getDefaultInstance())
                                        .setEligibility(SchedulingEligibility.SCHEDULING_ELIGIBILITY_INELIGIBLE)
                                        .build());
                            } else if (i == 2 && change.lost()) {
                                tx.updateNode(node.toBuilder()
                                        .setStatus(NodeStatus.NODE_STATUS_DOWN)
                                        .build());
                                live(tx.reader().allocations().liveOnNode(node.getId()))
                                        .forEach(one -> tx.updateClient(one.toBuilder()
                                                .setClientStatus(ClientStatus.CLIENT_STATUS_LOST)
                                                .build()));
                            }
                        }
                        for (int i = 1; i <= change.added(); i++) {
                            tx.insertNode(
                                    node("what-if-node-" + i, "what-if-" + i).toBuilder()
                                            .setStatus(NodeStatus.NODE_STATUS_READY)
                                            .build(),
                                    ByteString.copyFrom(new byte[32]));
                        }
                        evaluateAll(tx);
                        return null;
                    })
                    .join();
        }

        private void evaluateAll(WriteTransaction tx) {
            cluster.evaluations()
                    .queueAll(
                            tx,
                            jobs.stream().map(Job::getId),
                            EvaluationTrigger.EVALUATION_TRIGGER_NODE_DRAIN,
                            cluster.clock().instant());
        }

        private void passDeadlines() {
            cluster.store()
                    .write(tx -> {
                        for (String name : NAMES) {
                            Node node = tx.node("id-" + name).orElseThrow();
                            if (node.hasDrain()) {
                                tx.updateNode(node.toBuilder()
                                        .setDrain(Drain.newBuilder().setOverdue(true))
                                        .build());
                            }
                        }
                        evaluateAll(tx);
                        return null;
                    })
                    .join();
        }

        /** Lets the nodes start and stop what they are to, until nothing is left to do. */
        private void live() throws Exception {
            do {
                awaitIdle();
            } while (report());
        }

        private boolean report() {
            return cluster.store()
                    .write(tx -> {
                        List<Allocation> due = live(tx.reader().allocations().toSchedule()).stream()
                                .filter(one -> !AllocationStatuses.isWanted(one)
                                        || one.getClientStatus() == ClientStatus.CLIENT_STATUS_PENDING)
                                .toList();
                        due.forEach(one -> tx.updateClient(
                                AllocationStatuses.isWanted(one)
                                        ? one.toBuilder()
                                                .setClientStatus(ClientStatus.CLIENT_STATUS_RUNNING)
                                                .setHealthy(true)
                                                .build()
                                        : one.toBuilder()
                                                .setClientStatus(ClientStatus.CLIENT_STATUS_COMPLETE)
                                                .build()));
                        if (!due.isEmpty()) {
                            // As the drainer does when allocations change.
                            List<String> draining = new ArrayList<>();
                            for (String name : NAMES) {
                                if (tx.node("id-" + name).orElseThrow().hasDrain()) {
                                    tx.reader()
                                            .allocations()
                                            .liveOnNode("id-" + name)
                                            .forEach(one -> draining.add(one.getJobId()));
                                }
                            }
                            cluster.evaluations()
                                    .queueAll(
                                            tx,
                                            draining.stream(),
                                            EvaluationTrigger.EVALUATION_TRIGGER_NODE_DRAIN,
                                            cluster.clock().instant());
                        }
                        return !due.isEmpty();
                    })
                    .join();
        }

        /** Waits until each write has reached the loop, and the loop has written all that follows from it. */
        private void awaitIdle() throws Exception {
            long index;
            do {
                index = cluster.store().reader().lastIndex();
                for (int i = 0; i < 3; i++) {
                    scheduling.submit(() -> {}).get(30, TimeUnit.SECONDS);
                    cluster.store().write(tx -> null).get(30, TimeUnit.SECONDS);
                }
            } while (cluster.store().reader().lastIndex() != index || !pending().isEmpty());
        }

        private List<Evaluation> pending() {
            return cluster.store().reader().evaluations().in(EvaluationStatus.EVALUATION_STATUS_PENDING);
        }

        private Job job(int index) {
            return jobs.get(index % jobs.size());
        }

        private static List<Allocation> live(List<Allocation> allocations) {
            return allocations.stream()
                    .filter(one -> !AllocationStatuses.isTerminal(one))
                    .toList();
        }

        private Map<String, String> places() {
            Map<String, String> places = new TreeMap<>();
            cluster.store().reader().allocations().toSchedule().stream()
                    .filter(AllocationStatuses::isWanted)
                    .filter(one -> one.getDesiredStatus() == DesiredStatus.DESIRED_STATUS_RUN)
                    .sorted(Comparator.comparing(Allocation::getId))
                    .forEach(one -> places.put(place(one.getJobId(), one.getIndex()), one.getNodeName()));
            return places;
        }

        private static String place(String jobId, int index) {
            return jobId + "[" + index + "]";
        }

        private static Map<String, String> told(Map<String, String> before, WhatIfs.Answer answer) {
            Map<String, String> told = new TreeMap<>(before);
            for (WhatIfAllocation one : answer.effects().allocations()) {
                String place = place(one.getJobId(), one.getIndex());
                assertThat(told.getOrDefault(place, "")).isEqualTo(one.getFromNode());
                if (one.getToNode().isEmpty()) {
                    told.remove(place);
                } else {
                    told.put(place, one.getToNode());
                }
            }
            return told;
        }

        private static Map<String, Integer> waiting(WhatIfs.Answer answer) {
            Map<String, Integer> waiting = new TreeMap<>();
            answer.effects().groups().stream()
                    .filter(WhatIfGroup::hasFailure)
                    .forEach(group -> waiting.put(group.getJobId(), group.getWaiting()));
            return waiting;
        }

        private Map<String, Integer> blocked() {
            Map<String, Integer> blocked = new TreeMap<>();
            cluster.store()
                    .reader()
                    .evaluations()
                    .in(EvaluationStatus.EVALUATION_STATUS_BLOCKED)
                    .forEach(one ->
                            blocked.put(one.getJobId(), one.getFailures(0).getUnplaced()));
            return blocked;
        }

        private static Node node(String id, String name) {
            return Node.newBuilder()
                    .setId(id)
                    .setName(name)
                    .setDatacenter("dc1")
                    .putDrivers(
                            "rkt", DriverHealth.newBuilder().setHealthy(true).build())
                    .setResources(NodeResources.newBuilder().setCpu(1000).setMemoryMib(1000))
                    .build();
        }

        @Override
        public void close() {
            asking.shutdown();
            scheduling.shutdown();
            try {
                assertThat(asking.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
                assertThat(scheduling.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("Interrupted while the threads end", e);
            }
            cluster.close();
        }
    }
}
