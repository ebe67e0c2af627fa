package dev.gantry.check;

import dev.gantry.check.FaultKind.Track;
import dev.gantry.check.history.History;
import dev.gantry.check.history.Operation.Submit;
import dev.gantry.client.GantryClient;
import dev.gantry.client.RetryPolicy;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Phaser;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * One run of a plan on a cluster: servers, nodes, clients and watches, with a network of its own for each client, node and server.
 *
 * <p>Owned by the thread that runs it, which starts all others and waits for them.
 */
final class CheckRun implements AutoCloseable {

    private static final Duration WATCH_PATIENCE = Duration.ofMinutes(5);
    private static final Duration OPERATOR_PATIENCE = Duration.ofSeconds(1);

    private final Plan plan;
    private final List<Site> sites;
    private final Optional<DatabaseRestart> restart;
    private final Recorder recorder;
    private final ScheduledExecutorService nodeThread = Executors.newSingleThreadScheduledExecutor();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Link> links = new ArrayList<>();
    private final List<SimulatedNode> nodes = new ArrayList<>();
    private final List<ManagedChannel> channels = new ArrayList<>();

    /** At zero once no step and no fault begins any more. */
    private final CountDownLatch stepsOver = new CountDownLatch(1);

    /** At zero once no call is repeated any more. */
    private final CountDownLatch callsOver = new CountDownLatch(1);

    /**
     * Makes a run that has not begun.
     *
     * @param plan what it does
     * @param sites the servers, which do not run yet; at least one
     * @param restart restarts their database; empty: the plan has no such fault
     * @param recorder records all events
     */
    CheckRun(Plan plan, List<Site> sites, Optional<DatabaseRestart> restart, Recorder recorder) {
        this.plan = plan;
        this.sites = List.copyOf(sites);
        this.restart = restart;
        this.recorder = recorder;
    }

    /**
     * Starts the cluster, runs the plan, waits until the cluster has come to rest, and returns what was recorded.
     *
     * @param nodeCount the number of nodes
     * @param patience how long the last calls may take after the last fault, and the cluster then until it has come to rest
     * @throws IOException if the cluster can't be started
     * @throws IllegalArgumentException if the cluster has jobs already
     * @throws ExecutionException if the check itself has failed
     * @throws InterruptedException if this thread was interrupted
     */
    History run(int nodeCount, Duration patience) throws IOException, ExecutionException, InterruptedException {
        for (Site site : sites) {
            site.start();
        }
        try (GantryClient watcher = client(String.join(",", link().addresses()));
                GantryClient reader = client(addresses());
                GantryClient operator = GantryClient.builder()
                        .address(addresses())
                        .environment(Map.of())
                        .deadline(OPERATOR_PATIENCE)
                        .retry(RetryPolicy.DEFAULT.withMaxAttempts(2))
                        .build();
                Watches watches = new Watches(watcher, recorder)) {
            if (reader.jobs().list().findAny().isPresent()) {
                throw new IllegalArgumentException("--db: the database has jobs; name one that has none");
            }
            connectNodes(nodeCount);
            List<Client> clients = new ArrayList<>();
            for (int i = 0; i < plan.clients(); i++) {
                clients.add(newClient(i, nodeCount, watches));
            }
            for (String parent : Workload.PARENTS) {
                clients.get(0).call(new Submit(parent, "parent", 1, Submit.ANY), false, false);
            }
            int rounds = drive(clients, watches, operator, patience);
            new Settling(reader, recorder, watches, patience).run(jobs(rounds));
        }
        return recorder.history();
    }

    /** Returns the addresses of the servers, with commas between. */
    private String addresses() {
        return sites.stream().map(Site::address).collect(Collectors.joining(","));
    }

    private static GantryClient client(String addresses) {
        return GantryClient.builder()
                .address(addresses)
                .environment(Map.of())
                .watchPatience(WATCH_PATIENCE)
                .build();
    }

    private void connectNodes(int count) throws IOException {
        SplittableRandom random = new SplittableRandom(plan.seed());
        List<String> servers = sites.stream().map(Site::address).toList();
        for (int i = 0; i < count; i++) {
            List<String> ways = link().addresses();
            nodes.add(new SimulatedNode(
                    UUID.randomUUID().toString(),
                    nodeName(i),
                    servers.get(i % servers.size()),
                    server -> ways.get(servers.indexOf(server)),
                    nodeThread,
                    random.split(),
                    recorder));
        }
        nodes.forEach(node -> nodeThread.execute(node::connect));
    }

    private static String nodeName(int number) {
        return "node-" + number;
    }

    /** Opens the network of a participant, with a way to each server. */
    private Link link() throws IOException {
        Link link = Link.open(sites.stream()
                .<Supplier<InetSocketAddress>>map(site -> site.front()::end)
                .toList());
        links.add(link);
        return link;
    }

    private Client newClient(int number, int nodeCount, Watches watches) throws IOException {
        List<ManagedChannel> own = new ArrayList<>();
        for (String address : link().addresses()) {
            own.add(NettyChannelBuilder.forTarget(address).usePlaintext().build());
        }
        channels.addAll(own);
        List<String> drained = IntStream.range(0, nodeCount)
                .filter(node -> node % plan.clients() == number)
                .mapToObj(CheckRun::nodeName)
                .toList();
        return new Client(
                number,
                plan,
                own,
                drained,
                recorder,
                millis -> !callsOver.await(millis, TimeUnit.MILLISECONDS),
                watches::begin);
    }

    /** Runs clients and faults until the time is over or all steps are taken. Returns the number of rounds. */
    private int drive(List<Client> clients, Watches watches, GantryClient operator, Duration patience)
            throws ExecutionException, InterruptedException {
        Phaser rounds = new Phaser(clients.size()) {
            @Override
            protected boolean onAdvance(int phase, int parties) {
                watches.endBefore(phase + 1);
                return parties == 0;
            }
        };
        Nemesis nemesis = new Nemesis(sites, links, nodes, nodeThread, operator, restart, recorder, stepsOver::await);
        List<Future<Integer>> running = new ArrayList<>();
        clients.forEach(client -> running.add(threads.submit(() -> steps(client, rounds))));
        List<Future<Void>> faults = new ArrayList<>();
        for (Track track : Track.values()) {
            faults.add(threads.submit(() -> {
                nemesis.run(plan, track);
                return null;
            }));
        }
        awaitAll(running, plan.millis());
        stepsOver.countDown();
        for (Future<Void> each : faults) {
            each.get();
        }
        links.forEach(Link::heal);
        sites.forEach(Site::heal);
        nemesis.restartEnded();
        awaitAll(running, patience.toMillis());
        callsOver.countDown();
        int most = 0;
        for (Future<Integer> client : running) {
            most = Math.max(most, client.get());
        }
        return most;
    }

    /** Waits until all have ended, at most for some time. */
    private void awaitAll(List<Future<Integer>> running, long millis) throws InterruptedException {
        long deadline = recorder.now() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (recorder.now() < deadline && !running.stream().allMatch(Future::isDone)) {
            if (stepsOver.getCount() == 0) {
                var unused = callsOver.await(10, TimeUnit.MILLISECONDS);
            } else {
                var unused = stepsOver.await(10, TimeUnit.MILLISECONDS);
            }
        }
    }

    /** Takes the steps of a client. Returns how many rounds it has begun. */
    private int steps(Client client, Phaser rounds) throws InterruptedException {
        int round = 0;
        try {
            for (int step = 0; step < plan.steps() && stepsOver.getCount() > 0; step++) {
                if (step > 0 && step % Plan.ROUND == 0) {
                    client.endRound(round);
                    rounds.awaitAdvanceInterruptibly(rounds.arrive());
                    round++;
                }
                client.step(round);
            }
            client.finish();
            return round + 1;
        } finally {
            rounds.arriveAndDeregister();
        }
    }

    private static List<String> jobs(int rounds) {
        return IntStream.range(0, rounds * Plan.JOBS)
                .mapToObj(i -> Workload.job(i / Plan.JOBS, i % Plan.JOBS))
                .toList();
    }

    /** Ends all parts, the servers too. */
    @Override
    public void close() {
        stepsOver.countDown();
        callsOver.countDown();
        threads.shutdownNow();
        nodes.forEach(node -> nodeThread.execute(node::close));
        nodeThread.shutdown();
        channels.forEach(ManagedChannel::shutdownNow);
        links.forEach(Link::close);
        sites.forEach(Site::close);
    }
}
