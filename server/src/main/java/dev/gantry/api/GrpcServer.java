package dev.gantry.api;

import dev.gantry.api.access.AuthenticationInterceptor;
import dev.gantry.api.access.CallRules;
import dev.gantry.api.access.NodeHeaders;
import dev.gantry.audit.AuditLog;
import dev.gantry.cluster.SerialTask;
import dev.gantry.cluster.access.AccessControl;
import dev.gantry.cluster.access.AccessRegistry;
import dev.gantry.cluster.access.Bootstrap;
import dev.gantry.cluster.deployment.DeploymentWatcher;
import dev.gantry.cluster.gc.GarbageRequests;
import dev.gantry.cluster.job.Dispatcher;
import dev.gantry.cluster.job.JobRegistry;
import dev.gantry.cluster.job.PeriodicLauncher;
import dev.gantry.cluster.node.NodeAdmission;
import dev.gantry.cluster.node.NodeRegistry;
import dev.gantry.cluster.node.NodeSessions;
import dev.gantry.cluster.scheduling.DryRuns;
import dev.gantry.cluster.scheduling.WhatIfs;
import dev.gantry.cluster.service.ServiceCatalog;
import dev.gantry.cluster.variable.Variables;
import dev.gantry.cluster.watch.WatchHub;
import dev.gantry.scheduler.Scheduler;
import dev.gantry.store.Member;
import dev.gantry.store.Members;
import dev.gantry.store.StoreHealth;
import dev.gantry.store.StoreReader;
import dev.gantry.tls.AuthorityPin;
import dev.gantry.tls.OwnCertificates;
import dev.gantry.v1.AclServiceGrpc;
import dev.gantry.v1.NodeCertificateServiceGrpc;
import dev.gantry.v1.NodeSessionServiceGrpc;
import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCall.Listener;
import io.grpc.ServerCallHandler;
import io.grpc.ServerCredentials;
import io.grpc.ServerInterceptor;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Stream;

/** The server's gRPC endpoint: all services, health and reflection. */
public final class GrpcServer implements AutoCloseable {

    private static final int CALLS = 16_384;

    /** Large answers under way take at most one part in this many of the heap. */
    private static final int ANSWERS_SHARE = 8;

    private static final Duration ANSWERS_PATIENCE = Duration.ofSeconds(10);

    /**
     * Requests of clients take at most one part in this many of the heap, and messages of nodes' sessions as much
     * again.
     */
    private static final int REQUESTS_SHARE = 8;

    private static final Duration REQUESTS_PATIENCE = Duration.ofSeconds(30);

    /** Large messages of watches that clients have not read take at most one part in this many of the heap. */
    private static final int WATCHES_SHARE = 16;

    private static final Duration WATCHES_PATIENCE = Duration.ofMinutes(1);

    /** How long a client may leave a message unread while others wait for its memory. */
    private static final Duration UNREAD = Duration.ofSeconds(30);

    private static final Duration GRACE = Duration.ofSeconds(2);

    private static final ServerInterceptor PASS = new ServerInterceptor() {
        @Override
        public <Q, A> Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            return next.startCall(call, headers);
        }
    };

    /** Methods whose callers prove who they are otherwise than by a token of users. */
    private static final Set<String> HAVING_OWN_PROOFS = Set.of(
            AclServiceGrpc.getBootstrapAclMethod().getFullMethodName(),
            NodeSessionServiceGrpc.getConnectMethod().getFullMethodName(),
            NodeCertificateServiceGrpc.getIssueNodeCertificateMethod().getFullMethodName());

    private final Server server;
    private final HealthStatusManager health;
    private final OpenCalls calls;
    private final ServerConnections connections;
    private final ServingGate gate;
    private final SerialTask recheck;
    private final BooleanSupplier isLeader;

    /** When the doubt began, by {@link System#nanoTime}. Owned by the thread that checks it. */
    private OptionalLong doubtful = OptionalLong.empty();

    private GrpcServer(
            Server server,
            HealthStatusManager health,
            OpenCalls calls,
            ServerConnections connections,
            ServingGate gate,
            SerialTask recheck,
            BooleanSupplier isLeader) {
        this.isLeader = isLeader;
        this.server = server;
        this.health = health;
        this.calls = calls;
        this.connections = connections;
        this.gate = gate;
        this.recheck = recheck;
    }

    /**
     * The parts of the server that the services call.
     *
     * @param validator validates jobs
     * @param scheduler tells which allocations no longer fit
     * @param registry stores jobs
     * @param dryRuns computes dry runs
     * @param whatIfs computes what-ifs
     * @param deployments promotes and fails deployments
     * @param periodic runs periodic jobs
     * @param dispatcher dispatches parameterized jobs
     * @param nodes drains nodes
     * @param reader reads the store
     * @param storeHealth tells whether the store can be read and written
     * @param watches wakes watches
     * @param sessions holds nodes' sessions
     * @param admission decides which nodes get a certificate
     * @param certificates issues certificates of nodes; empty if the server has no CA of its own
     * @param services finds the instances of services
     * @param variables stores variables
     * @param access knows the tokens and policies
     * @param audit records calls; empty: they are not recorded
     * @param garbage collects garbage on request
     * @param snapshots sends snapshots
     * @param servers the servers that share the database
     * @param limits how much callers may ask of the server
     * @param clock the time
     * @param clusterId the cluster's id
     * @param version this program's version
     */
    public record Parts(
            JobValidator validator,
            Scheduler scheduler,
            JobRegistry registry,
            DryRuns dryRuns,
            WhatIfs whatIfs,
            DeploymentWatcher deployments,
            PeriodicLauncher periodic,
            Dispatcher dispatcher,
            NodeRegistry nodes,
            StoreReader reader,
            StoreHealth storeHealth,
            WatchHub watches,
            NodeSessions sessions,
            NodeAdmission admission,
            Optional<OwnCertificates> certificates,
            ServiceCatalog services,
            Variables variables,
            Access access,
            Optional<AuditLog> audit,
            GarbageRequests garbage,
            Snapshots snapshots,
            Servers servers,
            CallLimits limits,
            InstantSource clock,
            String clusterId,
            String version) {}

    /**
     * This server among those that share its database.
     *
     * @param self this server
     * @param members all of them
     * @param secret the secret by which this server recognizes calls that others pass on to it
     * @param isLeader tells whether this server is certain that it leads; quick
     * @param handOver lets another server lead, which takes effect later; empty: no other server can
     */
    public record Servers(
            Member self, Members members, String secret, BooleanSupplier isLeader, Optional<Runnable> handOver) {}

    /**
     * The parts of the server that know its callers.
     *
     * @param control finds the holders of secrets
     * @param registry stores tokens and policies
     * @param bootstrap makes tokens for users of the data directory
     * @param isInsecure true if each caller may do everything, without a token
     */
    public record Access(AccessControl control, AccessRegistry registry, Bootstrap bootstrap, boolean isInsecure) {}

    /**
     * Begins to listen. Calls are refused with UNAVAILABLE until {@link #open}.
     *
     * @param address the address; port 0 takes any free port
     * @param credentials with TLS or without
     * @param parts the parts that the services call
     * @param callThreads run calls, except their beginning and nodes' sessions. They may block on the database. The
     *     executor must accept every task; there is at most one per call. This server does not shut it down
     * @param streamThreads run the turns of streams, under the same conditions
     * @return the server
     * @throws IOException if the address can't be bound
     */
    public static GrpcServer start(
            InetSocketAddress address,
            ServerCredentials credentials,
            Parts parts,
            Executor callThreads,
            Executor streamThreads)
            throws IOException {
        PeerCertificates peers = new PeerCertificates(NodeSessionServiceGrpc.getConnectMethod());
        ServingGate gate = new ServingGate(parts.servers().isLeader());
        Access access = parts.access();
        OpenCalls calls = new OpenCalls(
                CALLS,
                ServerTransport.STREAMS_PER_CONNECTION,
                NodeSessionServiceGrpc.getConnectMethod(),
                access.control());
        access.control().listen(calls::endUnknown);
        HealthStatusManager health = new HealthStatusManager();
        WatchMemoryLimit memoryLimit =
                new WatchMemoryLimit(Runtime.getRuntime().maxMemory() / WATCHES_SHARE, WATCHES_PATIENCE, UNREAD);
        RequestMemoryLimit requests = new RequestMemoryLimit(
                Runtime.getRuntime().maxMemory() / REQUESTS_SHARE,
                REQUESTS_PATIENCE,
                NodeSessionServiceGrpc.getConnectMethod(),
                System::nanoTime);
        CallRules table = new CallRules(new StoredOwners(parts.reader()));
        AccessInterceptor rules = new AccessInterceptor(table, access.control(), parts.clock());
        Optional<AuditInterceptor> audit = parts.audit()
                .map(log -> new AuditInterceptor(
                        log, table, access.control(), access.isInsecure(), parts.clock(), System::nanoTime));
        NettyServerBuilder builder = ServerTransport.builder(address, credentials)
                .executor(CallExecutorSupplier.SAME_THREAD)
                .callExecutor(new CallExecutorSupplier(NodeSessionServiceGrpc.getConnectMethod(), callThreads))
                // Interceptors run in reverse order: the last one sees a call first.
                .intercept(new ResponseMemoryLimit(
                        Runtime.getRuntime().maxMemory() / ANSWERS_SHARE, ANSWERS_PATIENCE, UNREAD, callThreads))
                .intercept(audit.map(AuditInterceptor::announcing).orElse(PASS))
                .intercept(rules)
                .intercept(new TextRulesInterceptor())
                .intercept(new MalformedRequests())
                .addStreamTracerFactory(requests)
                .addStreamTracerFactory(SlowReaders.tracers())
                .intercept(requests)
                .intercept(peers)
                .intercept(new NodeHeaders(Set.of(
                        NodeSessionServiceGrpc.getConnectMethod(),
                        NodeCertificateServiceGrpc.getIssueNodeCertificateMethod())))
                .intercept(calls)
                .intercept(new CallLimiter(parts.limits(), CallLimiter::isFromLoopback, System::nanoTime))
                .intercept(new AuthenticationInterceptor(
                        access.control(),
                        access.isInsecure(),
                        GrpcServer::needsNoToken,
                        why -> StatusMapping.toStatus(why).getStatus()))
                .intercept(new FailedLogins(System::nanoTime))
                .intercept(audit.<ServerInterceptor>map(Function.identity()).orElse(PASS))
                .intercept(gate)
                .intercept(new PassedOnCalls(parts.servers().secret()))
                .addTransportFilter(PeerCertificates.connections())
                .addTransportFilter(calls.connections());
        Stream.concat(
                        Stream.of(health.getHealthService(), ProtoReflectionServiceV1.newInstance()),
                        services(parts, memoryLimit, streamThreads).stream())
                .map(MalformedRequests::service)
                .forEach(builder::addService);
        ServerConnections connections = new ServerConnections(ConnectionLimit.ofThisProcess());
        Server server = start(connections.addTo(builder).build(), connections);
        parts.storeHealth().listen(state -> show(health, server, state));
        SerialTask recheck = new SerialTask(streamThreads, rules::recheck);
        access.control().listen(recheck::call);
        return new GrpcServer(
                server,
                health,
                calls,
                connections,
                gate,
                recheck,
                parts.servers().isLeader());
    }

    private static Server start(Server server, ServerConnections connections) throws IOException {
        try {
            return server.start();
        } catch (IOException e) {
            connections.close();
            throw e;
        }
    }

    /**
     * Decides whether anybody may call a method without a token: health, which balancers of load ask for; the bootstrap,
     * which has a proof of its own; and the calls of nodes, which have secrets of their own.
     */
    private static boolean needsNoToken(MethodDescriptor<?, ?> method) {
        return HealthGrpc.SERVICE_NAME.equals(method.getServiceName())
                || HAVING_OWN_PROOFS.contains(method.getFullMethodName());
    }

    /**
     * Sets the health of all services: none of them works without the store. Health and reflection are listed with
     * them.
     */
    private static void show(HealthStatusManager health, Server server, StoreHealth.State state) {
        ServingStatus status = state instanceof StoreHealth.Serving ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
        health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, status);
        server.getServices()
                .forEach(service ->
                        health.setStatus(service.getServiceDescriptor().getName(), status));
    }

    /**
     * Returns the port that the server listens on.
     *
     * @return the port
     */
    public int port() {
        return server.getPort();
    }

    /** Begins to serve. */
    public void open() {
        gate.open();
    }

    /** Ends the streams of callers whose token has ended. Never blocks. */
    public void endCallsOfEndedTokens() {
        calls.endUnknown();
        recheck.call();
    }

    /**
     * Ends all streams and sessions of nodes if this server has not been certain for a while that it leads: another one may
     * lead, which would take nodes that stay here for lost, and watches would stand still. They can't begin again before it is
     * certain. Never blocks. Called about once a second by one thread.
     *
     * @param patience how long the doubt may last
     */
    public void endStreamsInDoubt(Duration patience) {
        if (isLeader.getAsBoolean()) {
            doubtful = OptionalLong.empty();
            return;
        }
        long now = System.nanoTime();
        doubtful = OptionalLong.of(doubtful.orElse(now));
        if (now - doubtful.getAsLong() >= patience.toNanos()) {
            calls.endStreams(StatusMapping.doubtfulLeader());
        }
    }

    /** Stops accepting calls, ends streams with UNAVAILABLE, and waits a moment for unary calls. */
    @Override
    public void close() {
        health.enterTerminalState();
        server.shutdown();
        calls.endStreams();
        ServerTransport.awaitEnd(server, GRACE);
        connections.close();
    }

    private static List<BindableService> services(Parts parts, WatchMemoryLimit memoryLimit, Executor streamThreads) {
        Scheduler scheduler = parts.scheduler();
        SealedTokens tokens = SealedTokens.withNewKey();
        ServerList servers = new ServerList(parts.servers());
        return List.of(
                new JobServiceApi(
                        parts.validator(),
                        parts.registry(),
                        parts.dryRuns(),
                        parts.deployments(),
                        parts.periodic(),
                        parts.dispatcher(),
                        parts.reader(),
                        scheduler,
                        parts.watches(),
                        memoryLimit,
                        tokens,
                        streamThreads),
                new AllocationServiceApi(
                        parts.reader(),
                        scheduler,
                        parts.registry(),
                        parts.sessions(),
                        parts.watches(),
                        memoryLimit,
                        streamThreads),
                new NodeServiceApi(
                        parts.reader(), parts.nodes(), parts.sessions(), parts.watches(), memoryLimit, streamThreads),
                new DiscoveryServiceApi(parts.services(), parts.watches(), memoryLimit, tokens, streamThreads),
                new AclServiceApi(
                        parts.access().control(),
                        parts.access().registry(),
                        parts.access().bootstrap(),
                        parts.certificates()
                                .map(own -> AuthorityPin.of(own.authority()).sha256())),
                new VariableServiceApi(parts.variables(), tokens, servers),
                new ClusterServiceApi(
                        parts.reader(),
                        parts.validator(),
                        parts.whatIfs(),
                        parts.clusterId(),
                        parts.version(),
                        parts.access().isInsecure(),
                        parts.audit(),
                        parts.garbage(),
                        parts.snapshots(),
                        servers),
                new NodeSessionApi(parts.sessions()),
                new NodeCertificateApi(parts.admission(), parts.certificates()));
    }
}
