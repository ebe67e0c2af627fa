package dev.gantry.check;

import dev.gantry.check.FaultKind.Track;
import dev.gantry.check.Link.Direction;
import dev.gantry.check.Plan.Fault;
import dev.gantry.check.history.Event;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * Injects the faults of a plan, those of each track one after the other, and undoes each. Starts servers again that have
 * ended.
 */
final class Nemesis {

    private static final long LONGEST_DELAY_MILLIS = 300;
    private static final long MOST_BYTES = 4000;
    private static final long IDLE_MILLIS = 500;

    private final List<CheckedServer> servers;
    private final List<Link> links;
    private final List<SimulatedNode> nodes;
    private final ScheduledExecutorService nodeThread;
    private final Optional<Link> database;
    private final Recorder recorder;
    private final Ending ending;

    /** Tells whether the run goes on. */
    interface Ending {

        /**
         * Waits for the end of the run.
         *
         * @return true if it has ended; false after the time
         */
        boolean await(long time, TimeUnit unit) throws InterruptedException;
    }

    /**
     * Makes a nemesis.
     *
     * @param servers the servers
     * @param links the networks of the clients and the nodes
     * @param nodes the nodes
     * @param nodeThread the owner thread of the nodes
     * @param database the network of the database; empty if there is none
     * @param recorder records the faults
     * @param ending tells when to end
     */
    Nemesis(
            List<CheckedServer> servers,
            List<Link> links,
            List<SimulatedNode> nodes,
            ScheduledExecutorService nodeThread,
            Optional<Link> database,
            Recorder recorder,
            Ending ending) {
        this.servers = List.copyOf(servers);
        this.links = List.copyOf(links);
        this.nodes = List.copyOf(nodes);
        this.nodeThread = nodeThread;
        this.database = database;
        this.recorder = recorder;
        this.ending = ending;
    }

    /** Injects the faults of a track, one after the other, until the run ends. The last fault is undone in any case. */
    void run(Plan plan, Track track) throws InterruptedException, IOException {
        RandomGenerator random = plan.ofTrack(track);
        Optional<Fault> next = plan.fault(track, random);
        while (!ending.await(next.map(Fault::pauseMillis).orElse(IDLE_MILLIS), TimeUnit.MILLISECONDS)) {
            if (track == Track.SERVERS) {
                restartEnded();
            }
            if (next.isPresent()) {
                long from = recorder.now();
                String target = inject(next.get());
                recorder.record(new Event.Injected(
                        from, recorder.now(), next.get().kind().word(), target));
                next = plan.fault(track, random);
            }
        }
    }

    /** Starts the servers that have ended by themselves, as a supervisor does. */
    void restartEnded() throws InterruptedException {
        for (CheckedServer server : servers) {
            if (!server.isAlive()) {
                if (database.isEmpty()) {
                    recorder.record(new Event.ServerFailed(recorder.now(), "A server has ended by itself"));
                }
                start(server);
            }
        }
    }

    private void start(CheckedServer server) throws InterruptedException {
        try {
            server.start();
        } catch (IOException e) {
            recorder.record(new Event.ServerFailed(recorder.now(), "A server does not start: " + e.getMessage()));
        }
    }

    private String inject(Fault fault) throws IOException, InterruptedException {
        int any = fault.target();
        switch (fault.kind()) {
            case KILL -> {
                CheckedServer server = servers.get(any % servers.size());
                server.kill();
                hold(fault);
                start(server);
                return "server %d".formatted(any % servers.size());
            }
            case PAUSE -> {
                CheckedServer server = servers.get(any % servers.size());
                server.pause();
                hold(fault);
                server.resume();
                return "server %d".formatted(any % servers.size());
            }
            case DB_CUT -> {
                Link link = database.orElseThrow();
                link.cut();
                hold(fault);
                link.heal();
                return "database";
            }
            case NODE_DEATH -> {
                SimulatedNode node = nodes.get(any % nodes.size());
                nodeThread.execute(node::die);
                hold(fault);
                nodeThread.execute(node::revive);
                return node.name();
            }
            case DELAY, CUT, ONE_WAY, MID_ANSWER -> {
                int target = any % links.size();
                Link link = links.get(target);
                disturb(link, fault);
                hold(fault);
                link.heal();
                return "link %d".formatted(target);
            }
        }
        throw new IllegalStateException("No such fault");
    }

    private static void disturb(Link link, Fault fault) {
        switch (fault.kind()) {
            case DELAY -> link.delay(1 + fault.target() % LONGEST_DELAY_MILLIS);
            case CUT -> link.cut();
            case ONE_WAY -> link.hold(fault.target() % 2 == 0 ? Direction.TO_SERVER : Direction.FROM_SERVER);
            case MID_ANSWER -> link.cutAfter(fault.target() % MOST_BYTES);
            case KILL, PAUSE, DB_CUT, NODE_DEATH -> throw new IllegalArgumentException(fault.toString());
        }
    }

    private void hold(Fault fault) throws InterruptedException {
        var unused = ending.await(fault.millis(), TimeUnit.MILLISECONDS);
    }
}
