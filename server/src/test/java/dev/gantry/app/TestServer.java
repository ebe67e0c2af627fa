package dev.gantry.app;

import dev.gantry.api.CallLimits;
import dev.gantry.audit.AuditOptions;
import dev.gantry.cluster.Clocks;
import dev.gantry.cluster.gc.GarbageThresholds;
import dev.gantry.files.FileTrees;
import dev.gantry.scheduler.state.SchedulerOptions;
import dev.gantry.store.TestDatabase;
import dev.gantry.v1.AllocationServiceGrpc;
import dev.gantry.v1.AllocationServiceGrpc.AllocationServiceBlockingStub;
import dev.gantry.v1.ClusterServiceGrpc;
import dev.gantry.v1.ClusterServiceGrpc.ClusterServiceBlockingStub;
import dev.gantry.v1.JobServiceGrpc;
import dev.gantry.v1.JobServiceGrpc.JobServiceBlockingStub;
import dev.gantry.v1.JobServiceGrpc.JobServiceStub;
import dev.gantry.v1.NodeServiceGrpc;
import dev.gantry.v1.NodeServiceGrpc.NodeServiceBlockingStub;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

/**
 * A real server on a free port of the loopback, its database in a test's directory or in PostgreSQL, and a channel to it.
 *
 * <p>{@link #extension} makes one that JUnit starts and stops: for each test if its field is not static, for all tests
 * of the
 * class if it is. A test whose server loses a thread fails at once: the test's own thread is interrupted, so that it
 * does not
 * wait for an answer that can't come.
 */
final class TestServer
        implements AutoCloseable,
                BeforeAllCallback,
                BeforeEachCallback,
                AfterEachCallback,
                AfterAllCallback,
                InvocationInterceptor {

    private static final long DEADLINE_SECONDS = 30;

    /** The database of all servers of this JVM: {@code POSTGRESQL} or {@code H2}. */
    private final TestDatabase database = TestDatabase.valueOf(System.getProperty("gantry.test.database", "H2"));

    private Path dir;
    private boolean isOfClass;
    private boolean isDirOwned;
    private final Queue<Throwable> threadFailures = new ConcurrentLinkedQueue<>();
    private final AtomicReference<Thread> testThread = new AtomicReference<>();
    private Thread.UncaughtExceptionHandler handlerBefore;
    private final Duration nodeTimeToLive;
    private final SchedulerOptions scheduling;
    /** The time that the test let pass. */
    private final AtomicReference<Duration> passed = new AtomicReference<>(Duration.ZERO);

    /** The time by which the wall clock was set ahead. */
    private final AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);

    private final AtomicReference<Runnable> onTime = new AtomicReference<>(() -> {});
    private final AtomicInteger ends = new AtomicInteger();
    private final InstantSource clock = () -> {
        onTime.get().run();
        return Instant.now().plus(passed.get()).plus(ahead.get());
    };
    private final InstantSource started = new MonotonicClock(InstantSource.system());
    private final InstantSource steady = () -> started.instant().plus(passed.get());
    private boolean acceptLostWrites;
    private boolean isInsecure = true;
    private Function<Path, Optional<AuditOptions>> audit = directory -> Optional.empty();
    private CallLimits limits = CallLimits.DEFAULT;
    private GantryServer server;
    private ManagedChannel channel;

    private TestServer(Path dir, Duration nodeTimeToLive, SchedulerOptions scheduling) {
        this.dir = dir;
        this.nodeTimeToLive = nodeTimeToLive;
        this.scheduling = scheduling;
    }

    /** Returns a server to be registered as an extension. */
    static TestServer extension() {
        return extension(ServerConfig.DEFAULT_NODE_TIME_TO_LIVE);
    }

    /** Returns a server to be registered as an extension. */
    static TestServer extension(Duration nodeTimeToLive) {
        return extension(nodeTimeToLive, SchedulerOptions.DEFAULT);
    }

    /** Returns a server to be registered as an extension. */
    static TestServer extension(Duration nodeTimeToLive, SchedulerOptions scheduling) {
        TestServer server = new TestServer(null, nodeTimeToLive, scheduling);
        server.isDirOwned = true;
        return server;
    }

    /** Returns a server that asks its callers for tokens, to be registered as an extension. */
    static TestServer closedExtension() {
        return closedExtension(ServerConfig.DEFAULT_NODE_TIME_TO_LIVE);
    }

    /** Returns a server that asks its callers for tokens, to be registered as an extension. */
    static TestServer closedExtension(Duration nodeTimeToLive) {
        TestServer server = extension(nodeTimeToLive);
        server.isInsecure = false;
        return server;
    }

    /** Makes the server record calls. The function gets the data directory, which exists. */
    TestServer recording(Function<Path, AuditOptions> options) {
        audit = directory -> Optional.of(options.apply(directory));
        return this;
    }

    /** Limits what callers may ask of the server. */
    TestServer limiting(CallLimits most) {
        limits = most;
        return this;
    }

    static TestServer start(Path dir) throws IOException {
        return start(dir, ServerConfig.DEFAULT_NODE_TIME_TO_LIVE);
    }

    static TestServer start(Path dir, Duration nodeTimeToLive) throws IOException {
        return start(dir, nodeTimeToLive, SchedulerOptions.DEFAULT);
    }

    static TestServer start(Path dir, Duration nodeTimeToLive, SchedulerOptions scheduling) throws IOException {
        TestServer server = new TestServer(dir, nodeTimeToLive, scheduling);
        server.open();
        return server;
    }

    /** Starts a server that asks its callers for tokens. */
    static TestServer startClosed(Path dir) throws IOException {
        TestServer server = new TestServer(dir, ServerConfig.DEFAULT_NODE_TIME_TO_LIVE, SchedulerOptions.DEFAULT);
        server.isInsecure = false;
        server.open();
        return server;
    }

    /** Stops the server and starts another one on the same directory. */
    void restart() throws IOException {
        close();
        open();
    }

    /** Stops the server and starts another one on the same directory and at the same address, as on a machine. */
    void restartInPlace() throws IOException {
        InetSocketAddress address = server.address();
        close();
        open(address);
    }

    /** Stops the server. */
    void stop() {
        close();
    }

    /** Starts a server where the one before was, after {@link #stop}, on what is in the directory now. */
    void startInPlace(boolean acceptLostWrites) throws IOException {
        this.acceptLostWrites = acceptLostWrites;
        open(server.address());
    }

    /** Lets time pass, for this server and those that are started after it on the same directory. */
    void pass(Duration time) {
        passed.updateAndGet(time::plus);
    }

    /** Sets the clock of this server, and of those after it, ahead of the time that has passed, or back to it. */
    void setClockAhead(Duration time) {
        ahead.set(time);
    }

    /** Runs work in each thread that reads the clock, before it gets the time. */
    void whenAskedForTheTime(Runnable work) {
        onTime.set(work);
    }

    /** Returns how often the server has requested the end of its process. */
    int ends() {
        return ends.get();
    }

    /** Waits with a timeout that is long enough for slow machines. */
    static ConditionFactory eventually() {
        return Awaitility.await().atMost(Duration.ofSeconds(DEADLINE_SECONDS)).pollInterval(Duration.ofMillis(20));
    }

    ManagedChannel channel() {
        return channel;
    }

    /** Returns the channel for calls that carry a token. */
    Channel channel(String secret) {
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + secret);
        return ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    /** Returns the secret of the first management token. */
    String managementToken() throws IOException {
        return Files.readString(dir.resolve("server/management.token")).strip();
    }

    /** Returns the secret of the first join token. */
    String joinToken() throws IOException {
        return Files.readString(dir.resolve("server/join.token")).strip();
    }

    /** Returns the data directory. */
    Path directory() {
        return dir;
    }

    GantryServer server() {
        return server;
    }

    /** Returns a stub for watches, without a deadline. */
    JobServiceStub jobsAsync() {
        return JobServiceGrpc.newStub(channel);
    }

    JobServiceBlockingStub jobs() {
        return JobServiceGrpc.newBlockingStub(channel).withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
    }

    AllocationServiceBlockingStub allocations() {
        return AllocationServiceGrpc.newBlockingStub(channel).withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
    }

    NodeServiceBlockingStub nodes() {
        return NodeServiceGrpc.newBlockingStub(channel).withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
    }

    ClusterServiceBlockingStub cluster() {
        return ClusterServiceGrpc.newBlockingStub(channel).withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        isOfClass = true;
        openInOwnDirectory();
    }

    @Override
    public void beforeEach(ExtensionContext context) throws IOException {
        handlerBefore = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler(this::threadFailed);
        if (!isOfClass) {
            openInOwnDirectory();
        }
    }

    @Override
    public void interceptTestMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        watch(invocation);
    }

    @Override
    public void interceptTestTemplateMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        watch(invocation);
    }

    @Override
    public void afterEach(ExtensionContext context) throws IOException {
        if (!isOfClass) {
            closeAndDelete();
        }
        Thread.setDefaultUncaughtExceptionHandler(handlerBefore);
        Throwable failure = threadFailures.poll();
        if (failure != null) {
            throw new AssertionError("A thread has ended by a failure while the test ran", failure);
        }
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        closeAndDelete();
    }

    private void watch(Invocation<Void> invocation) throws Throwable {
        testThread.set(Thread.currentThread());
        try {
            invocation.proceed();
        } finally {
            testThread.set(null);
        }
    }

    private void threadFailed(Thread thread, Throwable failure) {
        threadFailures.add(failure);
        Thread waiting = testThread.get();
        if (waiting != null) {
            waiting.interrupt();
        }
    }

    private void openInOwnDirectory() throws IOException {
        if (isDirOwned) {
            dir = Files.createTempDirectory("gantry-test-server-");
        }
        open();
    }

    private void closeAndDelete() throws IOException {
        close();
        if (isDirOwned) {
            FileTrees.delete(dir);
        }
    }

    @Override
    public void close() {
        server.close();
        channel.shutdownNow();
    }

    private void open() throws IOException {
        open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    private void open(InetSocketAddress address) throws IOException {
        server = GantryServer.start(
                new ServerConfig(
                        dir,
                        address,
                        nodeTimeToLive,
                        scheduling,
                        GarbageThresholds.DEFAULT,
                        ServerConfig.DEFAULT_GARBAGE_INTERVAL,
                        acceptLostWrites,
                        isInsecure,
                        Optional.empty(),
                        Optional.empty(),
                        audit.apply(dir),
                        limits,
                        Optional.empty(),
                        database.options(dir.resolve("server")).postgres(),
                        Optional.empty()),
                new Clocks(clock, steady),
                new SecureRandom(),
                new SecureRandom(),
                ends::incrementAndGet);
        channel =
                NettyChannelBuilder.forAddress(server.address()).usePlaintext().build();
    }
}
