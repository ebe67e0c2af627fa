package dev.gantry.app;

import dev.gantry.client.LocalCredentials;
import dev.gantry.client.TlsOptions;
import dev.gantry.driver.TaskDriver;
import dev.gantry.model.JoinToken;
import dev.gantry.node.DataQuestions;
import dev.gantry.node.DirectoryCleaner;
import dev.gantry.node.DiskLoop;
import dev.gantry.node.DiskMeter;
import dev.gantry.node.FingerprintLoop;
import dev.gantry.node.GarbageLoop;
import dev.gantry.node.NodeAgent;
import dev.gantry.node.NodeAllocations;
import dev.gantry.node.NodeDescription;
import dev.gantry.node.NodeTimings;
import dev.gantry.node.Sweeper;
import dev.gantry.node.TemplateWatches;
import dev.gantry.node.VariableQuestions;
import dev.gantry.node.allocation.AllocationDirectories;
import dev.gantry.node.allocation.RunnerContext;
import dev.gantry.node.artifact.Artifacts;
import dev.gantry.node.certificate.CertificateRenewal;
import dev.gantry.node.certificate.NodeTransport;
import dev.gantry.node.check.CheckProbes;
import dev.gantry.node.fingerprint.Fingerprinter;
import dev.gantry.node.fingerprint.NodeFingerprint;
import dev.gantry.node.log.LogReader;
import dev.gantry.node.session.ServerSession;
import dev.gantry.node.session.SessionCredentials;
import dev.gantry.node.session.SessionTransport;
import dev.gantry.node.session.UpdateQueue;
import dev.gantry.node.state.AllocationStore;
import dev.gantry.node.state.ClusterMembership;
import dev.gantry.node.state.DataDirectory;
import dev.gantry.node.state.NodeIdentity;
import dev.gantry.node.state.StateWriter;
import dev.gantry.restriction.Restrictions;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeResources;
import dev.gantry.v1.NodeRestrictions;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running node: the one place where its parts are put together. */
final class GantryNode implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(GantryNode.class);

    private static final Duration LETTING_GO = Duration.ofSeconds(5);
    private static final Duration KILLING = Duration.ofSeconds(15);
    private static final Duration TELLING = Duration.ofSeconds(2);
    private static final Duration GARBAGE_INTERVAL = Duration.ofMinutes(1);
    private static final Duration LONGEST_MEASUREMENT = Duration.ofMinutes(2);
    private static final String PROGRAMS = "/usr/bin:/bin";

    private final DataDirectory directory;
    private final NodeThreads threads;
    private final NodeAgent agent;
    private final FingerprintLoop fingerprints;
    private final GarbageLoop garbage;
    private final Optional<CertificateRenewal> renewal;
    private final String id;
    private final AtomicBoolean closed = new AtomicBoolean();

    private GantryNode(
            DataDirectory directory,
            NodeThreads threads,
            NodeAgent agent,
            FingerprintLoop fingerprints,
            GarbageLoop garbage,
            Optional<CertificateRenewal> renewal,
            String id) {
        this.directory = directory;
        this.threads = threads;
        this.agent = agent;
        this.fingerprints = fingerprints;
        this.garbage = garbage;
        this.renewal = renewal;
        this.id = id;
    }

    /**
     * The parts of a node that tests replace.
     *
     * @param drivers makes the node's drivers, given the directory of its allocations
     * @param version this program's version
     * @param timings the intervals of the node's regular work
     * @param clock the wall clock
     * @param random spreads the work of many nodes over time
     * @param stateThread makes the thread that writes the node's state
     * @param joinTokens returns a token that lets the node join, given the server's {@code HOST:PORT}
     */
    record Parts(
            Function<Path, List<TaskDriver>> drivers,
            String version,
            NodeTimings timings,
            InstantSource clock,
            RandomGenerator random,
            ThreadFactory stateThread,
            Function<String, Optional<JoinToken>> joinTokens) {

        /** Returns the parts of a real node. */
        static Parts ofThisMachine(NodeConfig config) {
            return new Parts(
                    allocations -> NodeDrivers.create(config, allocations, SystemSources.clock()),
                    ProgramVersion.get(),
                    NodeTimings.STANDARD,
                    SystemSources.clock(),
                    SystemSources.random(),
                    task -> new Thread(task, "node-state"),
                    JoinTokens.ofThisMachine(config.joinTokenFile()));
        }
    }

    /**
     * Recovers the tasks of an earlier process and begins to connect to the server. The node starts even if there is no
     * server.
     *
     * @throws dev.gantry.node.state.NodeStateException if the data directory can't be used, or another node uses it
     * @throws dev.gantry.tls.TlsException if a file of TLS can't be used
     */
    static GantryNode start(NodeConfig config, Parts parts) {
        DataDirectory directory = DataDirectory.open(config.dataDir());
        NodeThreads threads = NodeThreads.start(parts.stateThread());
        try {
            return start(config, parts, directory, threads);
        } catch (RuntimeException e) {
            threads.close();
            directory.close();
            throw e;
        }
    }

    /** The node's id. */
    String id() {
        return id;
    }

    /**
     * Stops the node and leaves its tasks running: a node that starts with the same data directory recovers them.
     * Closing it again does nothing.
     */
    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        fingerprints.close();
        garbage.close();
        renewal.ifPresent(CertificateRenewal::close);
        try {
            agent.leave(LETTING_GO);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        threads.close();
        directory.close();
        LOG.info("Gantry node has stopped");
    }

    /**
     * Stops all tasks, reports that to the server if it is connected, and stops the node. Does nothing if the node is
     * closed.
     */
    void closeStoppingTasks() {
        if (closed.get()) {
            return;
        }
        NodeAgent.Stopping stopping = agent.stopTasks();
        Duration killing = stopping.killTimeout()
                .completeOnTimeout(Duration.ZERO, TELLING.toMillis(), TimeUnit.MILLISECONDS)
                .join()
                .plus(KILLING);
        if (!await(stopping.allEnded(), killing)) {
            LOG.warn("Some tasks have not ended within {} s; they are left running", killing.toSeconds());
        } else if (!await(stopping.allReported(), TELLING)) {
            LOG.warn("The server could not be told that all tasks have ended; the next start tells it");
        }
        close();
    }

    private static GantryNode start(NodeConfig config, Parts parts, DataDirectory directory, NodeThreads threads) {
        NodeIdentity identity = NodeIdentity.loadOrCreate(directory.identity(), new SecureRandom());
        List<TaskDriver> drivers = parts.drivers().apply(directory.allocations());
        Artifacts artifacts = new Artifacts(
                config.artifacts(),
                Restrictions.of(config.restrictions()),
                directory.downloads(),
                System.getenv().getOrDefault("PATH", PROGRAMS),
                parts.clock());
        Fingerprinter fingerprinter =
                Fingerprinter.create(directory.root(), ports(config), parts.version(), artifacts.attributes(), drivers);
        CompletableFuture<NodeFingerprint> drivenLook =
                CompletableFuture.supplyAsync(fingerprinter::fingerprint, threads.fingerprints());
        // A driver that hangs must not delay the node's session, or all of the node's allocations would be lost.
        NodeFingerprint known = drivenLook
                .copy()
                .completeOnTimeout(null, parts.timings().firstFingerprint().toMillis(), TimeUnit.MILLISECONDS)
                .thenApply(found -> found == null ? fingerprinter.fingerprintWithoutDrivers() : found)
                .join();
        NodeDescription self = new NodeDescription(node(config, identity), known);
        SessionTransport transport = transport(config, parts, directory, threads, identity);
        NodeAgent agent = wire(config, parts, drivers, artifacts, directory, threads, identity, self, transport);
        join(agent.start());
        var unused = drivenLook.thenAccept(agent::fingerprinted);
        FingerprintLoop fingerprints = new FingerprintLoop(
                fingerprinter,
                agent::fingerprinted,
                threads.fingerprints(),
                parts.timings().fingerprint());
        GarbageLoop garbage = new GarbageLoop(drivers, artifacts, threads.garbage(), GARBAGE_INTERVAL);
        Optional<CertificateRenewal> renewal = transport instanceof NodeTransport issued
                ? Optional.of(new CertificateRenewal(
                        issued,
                        config.servers(),
                        threads.garbage(),
                        parts.timings().certificate()))
                : Optional.empty();
        return new GantryNode(directory, threads, agent, fingerprints, garbage, renewal, identity.id());
    }

    private static SessionTransport transport(
            NodeConfig config, Parts parts, DataDirectory directory, NodeThreads threads, NodeIdentity identity) {
        SessionCredentials shown = new SessionCredentials(identity.id(), identity.secret(), parts.joinTokens());
        Optional<TlsOptions> ofUser = config.tls().filter(tls -> tls.identity().isPresent());
        if (ofUser.isPresent()) {
            return new GivenTransport(ofUser.get(), shown);
        }
        NodeTransport.Given given = config.tls()
                .map(tls -> tls.authority()
                        .<NodeTransport.Given>map(NodeTransport.Given.OfFile::new)
                        .orElseGet(NodeTransport.Given.OfJava::new))
                .orElseGet(NodeTransport.Given.Nothing::new);
        LocalCredentials local = LocalCredentials.ofThisUser(Map.of());
        return new NodeTransport(
                config.name(),
                shown,
                given,
                directory.certificate(),
                new SecureRandom(),
                server -> local.strangerAt(server, config.serverUsers()),
                threads.state(),
                parts.clock());
    }

    private static NodeAgent wire(
            NodeConfig config,
            Parts parts,
            List<TaskDriver> drivers,
            Artifacts artifacts,
            DataDirectory directory,
            NodeThreads threads,
            NodeIdentity identity,
            NodeDescription self,
            SessionTransport transport) {
        NodeTimings timings = parts.timings();
        MonotonicClock steady = new MonotonicClock(parts.clock());
        AllocationDirectories directories = new AllocationDirectories(directory.allocations());
        VariableQuestions variables = new VariableQuestions();
        DataQuestions data = new DataQuestions();
        TemplateWatches templates = new TemplateWatches();
        RunnerContext context = new RunnerContext(
                threads.owner(),
                threads.owner()::schedule,
                self::node,
                drivers.stream().collect(Collectors.toMap(TaskDriver::name, Function.identity())),
                directories,
                timings.killTimeout(),
                timings.diskGrace(),
                threads.checkScheduler(),
                new CheckProbes(),
                variables,
                (question, answer) -> threads.owner().execute(() -> data.ask(question, answer)),
                timings.dataRetry(),
                artifacts,
                templates,
                parts.clock(),
                steady,
                parts.random());
        UpdateQueue updates = new UpdateQueue();
        AllocationStore store = new AllocationStore(directory.state());
        ClusterMembership cluster = ClusterMembership.load(directory.cluster());
        StateWriter writer = new StateWriter(store, cluster, threads.state());
        DirectoryCleaner cleaner = new DirectoryCleaner(directories, threads.cleaner(), timings.removalRetry());
        NodeAllocations allocations = new NodeAllocations(
                context,
                store,
                writer,
                updates,
                cleaner,
                new Sweeper(drivers, directories, cleaner, threads.sweeper(), timings.removalRetry()));
        new DiskLoop(
                        threads.owner(),
                        allocations,
                        new DiskMeter(LONGEST_MEASUREMENT),
                        threads.disks(),
                        timings.disk(),
                        System::nanoTime)
                .start();
        return new NodeAgent(
                threads.owner(),
                self,
                identity.secret(),
                allocations,
                updates,
                new LogReader(threads.logs(), steady, timings.logs()),
                threads.signals(),
                threads.files(),
                variables,
                data,
                templates,
                cluster,
                writer,
                owner -> new ServerSession(
                        config.servers(), transport, owner, threads.owner(), timings.session(), parts.random()));
    }

    private static Node node(NodeConfig config, NodeIdentity identity) {
        Node.Builder node = Node.newBuilder()
                .setId(identity.id())
                .setName(config.name())
                .setDatacenter(config.datacenter())
                .setNodeClass(config.nodeClass())
                .putAllMeta(config.meta());
        if (!config.restrictions().equals(NodeRestrictions.getDefaultInstance())) {
            node.setRestrictions(config.restrictions());
        }
        return node.build();
    }

    private static NodeResources ports(NodeConfig config) {
        return NodeResources.newBuilder()
                .setIp(config.ip())
                .setMinDynamicPort(config.minDynamicPort())
                .setMaxDynamicPort(config.maxDynamicPort())
                .build();
    }

    private static void join(CompletableFuture<Void> work) {
        try {
            work.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : e;
        }
    }

    private static boolean await(CompletableFuture<Void> end, Duration atMost) {
        try {
            end.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("The future can't fail", e);
        }
    }
}
