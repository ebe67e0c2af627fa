package dev.gantry.check;

import dev.gantry.check.FaultKind.Track;
import dev.gantry.check.Link.Direction;
import dev.gantry.check.Plan.Fault;
import dev.gantry.check.history.Event;
import dev.gantry.client.GantryClient;
import dev.gantry.client.GantryException;
import dev.gantry.v1.ServerInfo;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Injects the faults of a plan, those of each track one after the other, and undoes each. Starts servers again that have
 * ended. The plan says whether a fault hits the leader; which server leads then is asked of the servers.
 */
final class Nemesis {

    private static final Logger LOG = LoggerFactory.getLogger(Nemesis.class);

    private static final long LONGEST_DELAY_MILLIS = 300;
    private static final long MOST_BYTES = 4000;
    private static final long IDLE_MILLIS = 500;

    /** The answer of PostgreSQL to a commit. */
    private static final byte[] COMMITTED = "COMMIT\0".getBytes(StandardCharsets.US_ASCII);

    private final List<Site> sites;
    private final List<Link> links;
    private final List<SimulatedNode> nodes;
    private final ScheduledExecutorService nodeThread;
    private final GantryClient operator;
    private final Optional<DatabaseRestart> restart;
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
     * @param sites the servers
     * @param links the networks of the clients and the nodes
     * @param nodes the nodes
     * @param nodeThread the owner thread of the nodes
     * @param operator asks which server leads, and whether another one could
     * @param restart restarts the database; empty: the plan has no such fault
     * @param recorder records the faults
     * @param ending tells when to end
     */
    Nemesis(
            List<Site> sites,
            List<Link> links,
            List<SimulatedNode> nodes,
            ScheduledExecutorService nodeThread,
            GantryClient operator,
            Optional<DatabaseRestart> restart,
            Recorder recorder,
            Ending ending) {
        this.sites = List.copyOf(sites);
        this.links = List.copyOf(links);
        this.nodes = List.copyOf(nodes);
        this.nodeThread = nodeThread;
        this.operator = operator;
        this.restart = restart;
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
        for (Site site : sites) {
            if (!site.server().isAlive()) {
                recorder.record(new Event.ServerFailed(recorder.now(), nameOf(site) + " has ended by itself"));
                start(site);
            }
        }
    }

    private void start(Site site) throws InterruptedException {
        try {
            site.start();
        } catch (IOException e) {
            recorder.record(new Event.ServerFailed(
                    recorder.now(), "%s does not start: %s".formatted(nameOf(site), e.getMessage())));
        }
    }

    private String nameOf(Site site) {
        return "server %d".formatted(sites.indexOf(site));
    }

    /** Injects a fault and undoes it. Returns what it has hit. */
    private String inject(Fault fault) throws IOException, InterruptedException {
        return switch (fault.kind().track()) {
            case SERVERS -> injectIntoServers(fault);
            case NETWORK -> injectIntoNetwork(fault);
        };
    }

    private String injectIntoServers(Fault fault) throws IOException, InterruptedException {
        Optional<Site> leader = leader();
        Site site = choose(fault, leader);
        String name = nameOf(site) + (leader.filter(site::equals).isPresent() ? ", which led" : "");
        switch (fault.kind()) {
            case KILL -> {
                site.server().kill();
                hold(fault);
                start(site);
            }
            case PAUSE -> {
                site.server().pause();
                hold(fault);
                site.server().resume();
            }
            case SERVER_CUT, SERVER_ONE_WAY -> disturb(List.of(site.front()), fault);
            case DB_ONE_WAY, MID_COMMIT -> disturb(site.database().stream().toList(), fault);
            case DB_CUT -> {
                boolean isAll = fault.target() % 3 == 0;
                disturb(
                        (isAll ? sites : List.of(site))
                                .stream().flatMap(of -> of.database().stream()).toList(),
                        fault);
                return isAll ? "all servers" : name;
            }
            case TRANSFER -> {
                return transfer();
            }
            case DB_RESTART -> {
                restart.orElseThrow().run();
                return "database";
            }
            case DELAY, CUT, ONE_WAY, MID_ANSWER, NODE_DEATH -> throw new IllegalArgumentException(fault.toString());
        }
        return name;
    }

    private Site choose(Fault fault, Optional<Site> leader) {
        List<Site> candidates = sites.stream()
                .filter(site -> leader.filter(site::equals).isPresent() == fault.hitsLeader())
                .toList();
        List<Site> chosen = candidates.isEmpty() ? sites : candidates;
        return chosen.get(fault.target() / 2 % chosen.size());
    }

    private Optional<Site> leader() {
        try {
            return operator.servers().stream()
                    .filter(ServerInfo::getLeader)
                    .flatMap(
                            info -> sites.stream().filter(site -> site.address().equals(info.getAddress())))
                    .findFirst();
        } catch (GantryException e) {
            LOG.debug("No server says which one leads", e);
            return Optional.empty();
        }
    }

    private String transfer() {
        try {
            return "former leader " + operator.transferLeadership();
        } catch (GantryException e) {
            LOG.debug("The leader has not handed over", e);
            return "nobody: " + e.getMessage();
        }
    }

    private String injectIntoNetwork(Fault fault) throws InterruptedException {
        if (fault.kind() == FaultKind.NODE_DEATH) {
            SimulatedNode node = nodes.get(fault.target() % nodes.size());
            nodeThread.execute(node::die);
            hold(fault);
            nodeThread.execute(node::revive);
            return node.name();
        }
        int target = fault.target() % links.size();
        disturb(List.of(links.get(target)), fault);
        return "link %d".formatted(target);
    }

    private void disturb(List<Link> disturbed, Fault fault) throws InterruptedException {
        for (Link link : disturbed) {
            disturb(link, fault);
        }
        hold(fault);
        disturbed.forEach(Link::heal);
    }

    private static void disturb(Link link, Fault fault) {
        switch (fault.kind()) {
            case DELAY -> link.delay(1 + fault.target() % LONGEST_DELAY_MILLIS);
            case CUT, SERVER_CUT, DB_CUT -> link.cut();
            // Not the lowest bit: that one chooses the server.
            case ONE_WAY, SERVER_ONE_WAY, DB_ONE_WAY ->
                link.hold((fault.target() / 4) % 2 == 0 ? Direction.TO_SERVER : Direction.FROM_SERVER);
            case MID_ANSWER -> link.cutAfter(fault.target() % MOST_BYTES);
            case MID_COMMIT -> link.cutAt(COMMITTED);
            case KILL, PAUSE, TRANSFER, DB_RESTART, NODE_DEATH -> throw new IllegalArgumentException(fault.toString());
        }
    }

    private void hold(Fault fault) throws InterruptedException {
        var unused = ending.await(fault.millis(), TimeUnit.MILLISECONDS);
    }
}
