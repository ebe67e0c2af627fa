package dev.gantry.app;

import dev.gantry.access.PolicyGrants;
import dev.gantry.api.GrpcServer;
import dev.gantry.api.JobValidator;
import dev.gantry.api.Snapshots;
import dev.gantry.audit.AuditLog;
import dev.gantry.cluster.Clocks;
import dev.gantry.cluster.Identifiers;
import dev.gantry.cluster.access.AccessControl;
import dev.gantry.cluster.access.AccessRegistry;
import dev.gantry.cluster.access.Bootstrap;
import dev.gantry.cluster.access.TokenFiles;
import dev.gantry.cluster.deployment.DeploymentWatcher;
import dev.gantry.cluster.evaluation.Evaluations;
import dev.gantry.cluster.gc.GarbageCollector;
import dev.gantry.cluster.gc.GarbageRequests;
import dev.gantry.cluster.job.Cron;
import dev.gantry.cluster.job.Dispatcher;
import dev.gantry.cluster.job.JobRegistry;
import dev.gantry.cluster.job.JobVersionCache;
import dev.gantry.cluster.job.PeriodicLauncher;
import dev.gantry.cluster.node.KnownServers;
import dev.gantry.cluster.node.NodeAdmission;
import dev.gantry.cluster.node.NodeDrainer;
import dev.gantry.cluster.node.NodeLiveness;
import dev.gantry.cluster.node.NodeRegistry;
import dev.gantry.cluster.node.NodeSessions;
import dev.gantry.cluster.node.Pulse;
import dev.gantry.cluster.scheduling.DryRuns;
import dev.gantry.cluster.scheduling.EvaluationLoop;
import dev.gantry.cluster.scheduling.WhatIfs;
import dev.gantry.cluster.service.ServiceCatalog;
import dev.gantry.cluster.variable.KeyRotation;
import dev.gantry.cluster.variable.Keyring;
import dev.gantry.cluster.variable.Variables;
import dev.gantry.cluster.watch.WatchHub;
import dev.gantry.driver.DriverMachineUses;
import dev.gantry.driver.TaskConfigCheck;
import dev.gantry.driver.rkt.RktConfigCheck;
import dev.gantry.scheduler.Scheduler;
import dev.gantry.store.Member;
import dev.gantry.store.Store;
import dev.gantry.store.StoreHealth;
import dev.gantry.tls.AuthorityPin;
import dev.gantry.tls.ServerTls;
import dev.gantry.v1.Identity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running server: the one place where its parts are put together. */
final class GantryServer implements RunningServer {

    private static final Logger LOG = LoggerFactory.getLogger(GantryServer.class);

    /** The interval of the checks of silent nodes, deadlines and schedules. Each of them may be late by as much. */
    private static final Duration TICK = Duration.ofSeconds(1);

    /** How soon a certificate is used after its file has changed. */
    private static final Duration RENEWAL = Duration.ofSeconds(5);

    /** How often the server looks whether its own certificate is to be renewed. */
    private static final Duration OWN_RENEWAL = Duration.ofHours(1);

    /** How soon variables are encrypted again after a rotation of their keys. */
    private static final Duration KEY_ROTATION = Duration.ofSeconds(5);

    /**
     * The part of the nodes' time to live after which this server gives up its nodes, if another server may lead: that one gives
     * them a whole time to live to come.
     */
    private static final int DOUBT_SHARE = 4;

    /** How soon nodes that connect are told of a new server. */
    private static final Duration SERVERS = Duration.ofSeconds(5);

    private final Store store;
    private final ServerThreads threads;
    private final GrpcServer grpc;
    private final TokenFiles tokens;
    private final Optional<AuditLog> audit;
    private final Keyring keyring;
    private final InetSocketAddress address;
    private final AtomicBoolean closed = new AtomicBoolean();

    private GantryServer(
            Store store,
            ServerThreads threads,
            GrpcServer grpc,
            TokenFiles tokens,
            Optional<AuditLog> audit,
            Keyring keyring,
            InetSocketAddress address) {
        this.store = store;
        this.threads = threads;
        this.grpc = grpc;
        this.tokens = tokens;
        this.audit = audit;
        this.keyring = keyring;
        this.address = address;
    }

    /**
     * Opens the store, resumes the pending work in it, and serves.
     *
     * @param config the configuration
     * @param clocks the clocks
     * @param random makes identifiers; used by several threads at a time
     * @param secrets makes secrets; used by several threads at a time
     * @param end ends the process, called when its memory can't be trusted any more
     * @throws IOException if the address can't be bound
     */
    static GantryServer start(
            ServerConfig config, Clocks clocks, RandomGenerator random, RandomGenerator secrets, Runnable end)
            throws IOException {
        // Before the store is opened, which may take long: a file of TLS that can't be used is reported at once.
        Optional<ServerSecurity> given =
                config.tls().flatMap(ServerTls::ownNames).isEmpty()
                        ? Optional.of(ServerSecurity.open(config.tls(), clocks.wall()))
                        : Optional.empty();
        Member self = config.member(config.listen());
        Store store = Store.open(config.store(self));
        ServerSecurity security;
        try {
            // The store keeps other processes away from the data directory.
            security = given.orElseGet(() -> ServerSecurity.open(config.tls(), clocks.wall()));
        } catch (RuntimeException e) {
            store.close();
            throw e;
        }
        return serve(config, security, store, self, Optional.empty(), clocks, random, secrets, end);
    }

    /**
     * Resumes the pending work in a store, and serves.
     *
     * @param config the configuration
     * @param security what the server shows of itself
     * @param store the store, which the server closes, also if it can't start
     * @param self what others are told of this server
     * @param handOver lets another server lead, which takes effect later; empty: no other server can
     * @param clocks the clocks
     * @param random makes identifiers; used by several threads at a time
     * @param secrets makes secrets; used by several threads at a time
     * @param end ends the process, called when its memory can't be trusted any more
     * @throws IOException if the address can't be bound
     */
    static GantryServer serve(
            ServerConfig config,
            ServerSecurity security,
            Store store,
            Member self,
            Optional<Runnable> handOver,
            Clocks clocks,
            RandomGenerator random,
            RandomGenerator secrets,
            Runnable end)
            throws IOException {
        store.health().listen(state -> {
            if (state instanceof StoreHealth.Broken broken && isEnd(broken.recovery(), handOver.isPresent())) {
                end.run();
            }
        });
        ServerThreads threads = ServerThreads.start();
        Optional<AuditLog> audit = Optional.empty();
        Optional<Keyring> keyring = Optional.empty();
        try {
            audit = config.audit().map(options -> AuditLog.open(options, clocks.wall()));
            threads.repeatCollection(OWN_RENEWAL, security::renew);
            threads.repeatCollection(RENEWAL, security::reload);
            TokenFiles tokens = new TokenFiles(
                    config.storeDir(),
                    config.tls().map(ServerTls::authority),
                    security.own().map(made -> AuthorityPin.of(made.authority()).sha256()));
            Keyring opened = Keyring.open(
                    config.keyring(), store.reader().variables().countByKey().keySet());
            keyring = Optional.of(opened);
            GrpcServer grpc = wire(
                    config,
                    security,
                    store,
                    new GrpcServer.Servers(self, store.members(), store.passOnSecret(), store::isLeader, handOver),
                    threads,
                    clocks,
                    random,
                    secrets,
                    tokens,
                    audit,
                    opened);
            InetSocketAddress address = new InetSocketAddress(config.listen().getAddress(), grpc.port());
            leaveCredentials(config, tokens, address);
            tellRisks(config);
            grpc.open();
            LOG.info("Gantry server {} is ready at {}", ProgramVersion.get(), HostPort.format(address));
            return new GantryServer(store, threads, grpc, tokens, audit, opened, address);
        } catch (IOException | RuntimeException e) {
            threads.close();
            audit.ifPresent(AuditLog::close);
            keyring.ifPresent(Keyring::close);
            store.close();
            throw e;
        }
    }

    /** A server without others can't follow the one that has taken over its database. */
    private static boolean isEnd(StoreHealth.Recovery recovery, boolean isShared) {
        return recovery == StoreHealth.Recovery.RESTART || (recovery == StoreHealth.Recovery.OTHER_LEADER && !isShared);
    }

    /** Returns the id of the key that encrypts variables; empty if no key can be used. */
    OptionalLong variableKey() {
        List<Long> ids = keyring.ids();
        return ids.isEmpty() ? OptionalLong.empty() : OptionalLong.of(keyring.primaryId());
    }

    @Override
    public InetSocketAddress address() {
        return address;
    }

    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        tokens.removeCopies();
        grpc.close();
        threads.close();
        audit.ifPresent(AuditLog::close);
        keyring.close();
        store.close();
        LOG.info("Gantry server has stopped");
    }

    /**
     * Leaves the tokens where this user's commands on this machine find them, if they can reach the server. By those that
     * a killed server has left at the same port, commands would call a server without tokens in the wrong way.
     */
    private static void leaveCredentials(ServerConfig config, TokenFiles tokens, InetSocketAddress address) {
        InetAddress host = address.getAddress();
        if (!host.isLoopbackAddress() && !host.isAnyLocalAddress()) {
            return;
        }
        Optional<Path> directory = config.localCredentials().map(all -> all.apply(address.getPort()));
        if (config.isInsecure()) {
            directory.ifPresent(TokenFiles::removeOthers);
        } else {
            directory.ifPresent(tokens::copyTo);
        }
    }

    private static void tellRisks(ServerConfig config) {
        if (config.isInsecure()) {
            LOG.warn("The server asks for no tokens (--insecure): each user of this machine may do everything");
        }
    }

    private static GrpcServer wire(
            ServerConfig config,
            ServerSecurity security,
            Store store,
            GrpcServer.Servers servers,
            ServerThreads threads,
            Clocks clocks,
            RandomGenerator random,
            RandomGenerator secrets,
            TokenFiles tokens,
            Optional<AuditLog> audit,
            Keyring keyring)
            throws IOException {
        InstantSource clock = clocks.wall();
        Identifiers identifiers = Identifiers.after(random, store.reader().greatestIds());
        Evaluations evaluations = new Evaluations(identifiers);
        JobRegistry jobs = new JobRegistry(store, evaluations, clock);
        NodeRegistry nodes = new NodeRegistry(store, evaluations, clock);
        Pulse pulse = new Pulse(new MonotonicClock(clock), () -> store.health().isServing());
        NodeLiveness liveness = new NodeLiveness(config.nodeTimeToLive(), nodes, random, pulse);
        List<TaskConfigCheck> drivers = List.of(new RktConfigCheck());
        Scheduler scheduler = new Scheduler(new DriverMachineUses(drivers));
        EvaluationLoop loop = new EvaluationLoop(
                store, identifiers, evaluations, scheduler, config.scheduling(), clocks, threads.scheduling());
        DryRuns dryRuns = new DryRuns(
                store.reader(), loop, scheduler, config.scheduling(), clock, System::nanoTime, threads.dryRuns());
        WhatIfs whatIfs = new WhatIfs(
                store.reader(), loop, scheduler, config.scheduling(), clock, System::nanoTime, threads.whatIfs());
        NodeDrainer drainer = new NodeDrainer(store, evaluations, clocks, threads.ticks());
        PeriodicLauncher periodic = new PeriodicLauncher(store, evaluations, clock);
        Dispatcher dispatcher = new Dispatcher(store, evaluations, identifiers, clock);
        DeploymentWatcher deployments = new DeploymentWatcher(store, evaluations, clocks);
        WatchHub watches = new WatchHub();
        JobVersionCache versions = new JobVersionCache(store.reader());
        AccessControl access = new AccessControl(store.reader().access(), PolicyGrants::of, clock);
        store.listen(access::publish);
        AccessRegistry accessRegistry = new AccessRegistry(store, clock, secrets);
        Bootstrap bootstrap = new Bootstrap(config.storeDir(), tokens, accessRegistry, secrets);
        if (!config.isInsecure()) {
            bootstrap.begin(store.reader().access());
        }
        NodeAdmission admission = new NodeAdmission(store.reader().nodes(), access, config.isInsecure());
        Variables variables = new Variables(store, keyring, clock);
        ServiceCatalog services = new ServiceCatalog(store.reader(), versions, watches, threads.streams());
        KnownServers known = new KnownServers(store.members());
        NodeSessions sessions = new NodeSessions(
                store.reader(),
                nodes,
                admission,
                liveness,
                versions,
                variables::find,
                name -> services.healthy(name, List.of(), jobId -> true),
                watches,
                () -> identity(store),
                known::list,
                threads.streams(),
                clock);

        if (servers.handOver().isPresent()) {
            var unused = known.refresh();
            // In a thread that may wait for the database.
            threads.repeatCollection(SERVERS, () -> {
                if (known.refresh()) {
                    sessions.tellServers();
                }
            });
        }
        store.listen(versions::publish);
        // The scheduler plans while the disk is busy with what it plans for. Its plans are writes themselves.
        store.listenToCommits(loop::publish);
        store.listen(deployments::publish);
        store.listen(drainer::publish);
        store.listen(periodic::publish);
        store.listen(watches::publish);
        store.listen(sessions::publish);
        store.listen(services::publish);
        services.load();

        // A node that was connected when the last server stopped gets a whole time to live to reconnect.
        store.reader().nodes().present().forEach(liveness::heard);
        deployments.load(store.reader());
        drainer.load(store.reader());
        periodic.load(store.reader());
        loop.start();
        threads.repeat(TICK, pulse::beat);
        threads.repeat(TICK, liveness::check);
        // After a pause of the server, nodes first report what happened meanwhile: deployments may have progressed,
        // nodes may have been drained.
        threads.repeat(TICK, () -> whenSettled(pulse, deployments::check));
        threads.repeat(TICK, () -> whenSettled(pulse, drainer::check));
        threads.repeat(TICK, services::check);
        threads.repeat(TICK, periodic::check);
        GarbageCollector collector = new GarbageCollector(store, config.garbage(), clocks);
        threads.repeatCollection(config.garbageInterval(), collector::collect);
        threads.repeatCollection(KEY_ROTATION, new KeyRotation(store, keyring)::run);

        Snapshots snapshots =
                new Snapshots(store::snapshot, threads.streams(), clock, clocks.steady(), ProgramVersion.get());
        threads.repeat(TICK, snapshots::check);

        GrpcServer grpc = GrpcServer.start(
                config.listen(),
                security.ofServer(),
                new GrpcServer.Parts(
                        new JobValidator(drivers, Cron::fault),
                        scheduler,
                        jobs,
                        dryRuns,
                        whatIfs,
                        deployments,
                        periodic,
                        dispatcher,
                        nodes,
                        store.reader(),
                        store.health(),
                        watches,
                        sessions,
                        admission,
                        security.own(),
                        services,
                        variables,
                        new GrpcServer.Access(access, accessRegistry, bootstrap, config.isInsecure()),
                        audit,
                        new GarbageRequests(collector, threads.garbage()),
                        snapshots,
                        servers,
                        config.limits(),
                        clock,
                        store.clusterId(),
                        ProgramVersion.get()),
                threads.calls(),
                threads.streams());
        threads.repeat(TICK, grpc::endCallsOfEndedTokens);
        Duration doubt = config.nodeTimeToLive().dividedBy(DOUBT_SHARE);
        threads.repeat(TICK, () -> grpc.endStreamsInDoubt(doubt));
        return grpc;
    }

    private static Identity identity(Store store) {
        return Identity.newBuilder()
                .setClusterId(store.clusterId())
                .setIndex(store.durableIndex())
                .build();
    }

    private static void whenSettled(Pulse pulse, Runnable check) {
        if (pulse.isSettled()) {
            check.run();
        }
    }
}
