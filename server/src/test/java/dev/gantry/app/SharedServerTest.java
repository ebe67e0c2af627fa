package dev.gantry.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.sun.management.UnixOperatingSystemMXBean;
import dev.gantry.api.CallLimits;
import dev.gantry.audit.AuditOptions;
import dev.gantry.client.AllocationQuery;
import dev.gantry.client.GantryClient;
import dev.gantry.client.GantryException;
import dev.gantry.client.PreconditionFailedException;
import dev.gantry.client.RetryPolicy;
import dev.gantry.client.UnavailableException;
import dev.gantry.client.Watch;
import dev.gantry.cluster.gc.GarbageThresholds;
import dev.gantry.node.session.ServerSession;
import dev.gantry.scheduler.state.SchedulerOptions;
import dev.gantry.store.CutConnections;
import dev.gantry.store.PostgresAddress;
import dev.gantry.store.Store;
import dev.gantry.store.StoreException;
import dev.gantry.store.TestDatabase;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.JobServiceGrpc;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeStatus;
import dev.gantry.v1.ServerInfo;
import dev.gantry.v1.TaskGroup;
import dev.gantry.v1.View;
import dev.gantry.v1.WatchJobResponse;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Several servers that share a PostgreSQL. */
class SharedServerTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int ROUNDS = 2;

    @TempDir
    private Path dir;

    private final List<AutoCloseable> opened = new ArrayList<>();
    private final AtomicInteger ends = new AtomicInteger();
    private PostgresAddress database;

    @BeforeEach
    void makeDatabase() {
        database = TestDatabase.POSTGRESQL.options(dir).postgres().orElseThrow();
    }

    @AfterEach
    void closeAll() throws Exception {
        for (int last = opened.size() - 1; last >= 0; last--) {
            opened.get(last).close();
        }
        assertThat(ends).as("processes that would have ended").hasValue(0);
    }

    @Test
    void a_server_that_does_not_lead_passes_reads_writes_and_watches_on_to_the_leader() throws Exception {
        SharedServer leader = start("one");
        SharedServer follower = start("two");
        GantryClient there = client(follower);

        there.jobs().submit(TestJobs.job("web", "dc1"));
        try (Watch<WatchJobResponse> watch = there.jobs().watch("web")) {
            assertThat(watch.next().getJob().getVersion()).isZero();
            client(leader).jobs().stop("web");
            await().until(() -> watch.next().getJob().getStopped() || isStopped(there));
        }

        assertThat(there.jobs().get("web").getJob().getJob().getId()).isEqualTo("web");
        assertThat(there.servers())
                .extracting(ServerInfo::getAddress, ServerInfo::getLeader, ServerInfo::getAlive)
                .containsExactlyInAnyOrder(
                        tuple(HostPort.format(leader.address()), true, true),
                        tuple(HostPort.format(follower.address()), false, true));
    }

    @Test
    void another_server_leads_with_all_acknowledged_writes_when_the_leader_stops() {
        SharedServer leader = start("one");
        SharedServer follower = start("two");
        GantryClient client = client(leader, follower);
        client.jobs().submit(TestJobs.job("before", "dc1"));

        leader.close();
        client.jobs().submit(TestJobs.job("after", "dc1"));

        assertThat(client.jobs().list().map(job -> job.getJob().getId())).containsExactly("after", "before");
        assertThat(leaders(client)).containsExactly(HostPort.format(follower.address()));
    }

    @Test
    void a_leader_hands_over_when_it_is_asked_to_and_follows() {
        SharedServer first = start("one");
        SharedServer second = start("two");
        GantryClient client = client(first);

        client.transferLeadership();

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(leaders(client)).containsExactly(HostPort.format(second.address())));
        client.jobs().submit(TestJobs.job("web", "dc1"));
        assertThat(client(second).jobs().get("web").getJob().getVersion()).isZero();
    }

    @Test
    void a_leader_without_another_server_does_not_hand_over() {
        GantryClient client = client(start("one"));

        assertThatThrownBy(client::transferLeadership)
                .isInstanceOf(PreconditionFailedException.class)
                .hasMessageContaining("No other server");
    }

    @Test
    void a_server_whose_lease_was_taken_writes_nothing_more_and_leads_again_when_the_lease_has_ended() {
        SharedServer server = start("one");
        GantryClient client = client(server);
        client.jobs().submit(TestJobs.job("before", "dc1"));

        TestDatabase.POSTGRESQL.run(
                dir,
                "update cluster_index set lease_epoch = lease_epoch + 1, lease_holder = 'a stranger',"
                        + " lease_address = '', lease_end = cast(extract(epoch from current_timestamp) * 1000 as bigint) + 4000");

        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThatThrownBy(() -> once(server).jobs().get("before"))
                                .isInstanceOf(UnavailableException.class)
                                .hasMessageContaining("No server leads"));
        await().atMost(PATIENCE)
                .ignoreExceptionsInstanceOf(UnavailableException.class)
                .untilAsserted(
                        () -> assertThat(client.jobs().get("before").getJob().getVersion())
                                .isZero());
        client.jobs().submit(TestJobs.job("after", "dc1"));
    }

    @Test
    void a_server_does_not_pass_calls_on_to_itself_while_an_earlier_process_at_its_address_has_the_lease() {
        SharedServer first = start("one");
        InetSocketAddress address = first.address();
        first.close();
        TestDatabase.POSTGRESQL.run(
                dir,
                "update cluster_index set lease_epoch = lease_epoch + 1, lease_holder = 'a process that was killed',"
                        + " lease_end = cast(extract(epoch from current_timestamp) * 1000 as bigint) + 8000");

        SharedServer next = start("one", address);

        assertThatThrownBy(() -> once(next).status())
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("No server leads");
        await().atMost(PATIENCE)
                .ignoreExceptionsInstanceOf(UnavailableException.class)
                .untilAsserted(
                        () -> assertThat(once(next).status().getClusterId()).isNotEmpty());
    }

    @Test
    void a_node_that_calls_a_follower_is_sent_to_the_leader_and_finds_servers_that_were_started_later() {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        Logger sessions = (Logger) LoggerFactory.getLogger(ServerSession.class);
        sessions.addAppender(log);
        sessions.setLevel(Level.INFO);
        opened.add(() -> {
            sessions.setLevel(null);
            sessions.detachAppender(log);
        });
        SharedServer first = start("one");
        SharedServer second = start("two");
        opened.add(GantryNode.start(
                NodeFixture.config(List.of(HostPort.format(second.address())), dir),
                NodeFixture.parts(new ProcessDriver())));
        awaitSessionWithLeader(client(first));
        SharedServer third = start("three");
        await().atMost(PATIENCE)
                .until(() -> List.copyOf(log.list).stream()
                        .anyMatch(line -> line.getFormattedMessage().contains(HostPort.format(third.address()))));

        second.close();
        first.close();

        awaitSessionWithLeader(client(third));
    }

    @Test
    void a_leader_that_lost_its_database_gives_up_its_nodes_and_watches_before_they_count_as_lost() throws Exception {
        try (CutConnections network = CutConnections.toPostgres()) {
            SharedServer first = start("one", network.through(database), Duration.ofSeconds(12));
            SharedServer second = start("two", database, Duration.ofSeconds(12));
            opened.add(GantryNode.start(
                    NodeFixture.config(
                            List.of(HostPort.format(first.address()), HostPort.format(second.address())), dir),
                    NodeFixture.parts(new ProcessDriver())));
            awaitSessionWithLeader(client(first));
            client(first).jobs().submit(TestJobs.job("web", "dc1"));
            try (Watch<WatchJobResponse> watch = client(first, second).jobs().watch("web")) {
                watch.next();
                long registered = node(client(first)).getModifyIndex();

                network.down();

                awaitSessionWithLeader(client(second));
                assertThat(node(client(second)).getStatus()).isEqualTo(NodeStatus.NODE_STATUS_READY);
                assertThat(node(client(second)).getModifyIndex()).isEqualTo(registered);
                client(second).jobs().stop("web");
                await().atMost(PATIENCE)
                        .until(() -> watch.poll(Duration.ofSeconds(1))
                                .filter(news -> news.getJob().getStopped())
                                .isPresent());
            } finally {
                network.up();
            }
        }
    }

    @Test
    void a_server_with_the_data_directory_of_another_cluster_is_refused_while_another_one_leads() {
        start("one");
        try (Store other = Store.open(dir.resolve("two/server"))) {
            other.write(transaction -> transaction.putJobVersion(JobRecord.newBuilder()
                            .setJob(TestJobs.job("web", "dc1"))
                            .build()))
                    .join();
        }

        assertThatThrownBy(() -> start("two"))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("although " + dir.resolve("two/server/acknowledged") + " is about cluster");
    }

    @Test
    void a_lead_that_goes_round_leaves_nothing_behind_and_loses_no_node_and_no_allocation() throws Exception {
        SharedServer first = start("one");
        SharedServer second = start("two");
        GantryClient client = client(first, second);
        GantryNode node = GantryNode.start(
                NodeFixture.config(List.of(HostPort.format(first.address()), HostPort.format(second.address())), dir),
                NodeFixture.parts(new ProcessDriver("rkt")));
        opened.add(node::closeStoppingTasks);
        awaitSessionWithLeader(client);
        client.jobs().submit(TestJobs.job("web", "dc7", sleeping()));
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(allocations(client))
                        .extracting(Allocation::getClientStatus)
                        .containsExactly(ClientStatus.CLIENT_STATUS_RUNNING));
        List<String> before =
                allocations(client).stream().map(Allocation::getId).toList();
        goRound(client, first, second);
        int threads = threads();
        long files = files();
        int connections = connections();

        for (int round = 0; round < ROUNDS; round++) {
            goRound(client, first, second);
        }

        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(connections()).isLessThanOrEqualTo(connections);
            assertThat(threads()).isLessThan(threads + ROUNDS);
            assertThat(files()).isLessThan(files + 2 * ROUNDS);
        });
        awaitSessionWithLeader(client);
        assertThat(node(client).getStatus()).isEqualTo(NodeStatus.NODE_STATUS_READY);
        assertThat(allocations(client))
                .allMatch(each -> each.getClientStatus() == ClientStatus.CLIENT_STATUS_RUNNING)
                .extracting(Allocation::getId)
                .isEqualTo(before);
    }

    /** Lets each of two servers hand over to the other one. */
    private static void goRound(GantryClient client, SharedServer first, SharedServer second) {
        for (SharedServer next : List.of(second, first)) {
            client.transferLeadership();
            await().atMost(PATIENCE)
                    .ignoreExceptionsInstanceOf(UnavailableException.class)
                    .untilAsserted(() -> assertThat(leaders(client)).containsExactly(HostPort.format(next.address())));
        }
    }

    private static TaskGroup.Builder sleeping() {
        return TaskGroup.newBuilder()
                .setName("web")
                .addTasks(TestJobs.task()
                        .setConfig(Struct.newBuilder()
                                .putFields("image", TestJobs.text("example.com/web"))
                                .putFields(
                                        "args",
                                        Value.newBuilder()
                                                .setListValue(
                                                        ListValue.newBuilder().addValues(TestJobs.text("sleep 600")))
                                                .build())));
    }

    private static List<Allocation> allocations(GantryClient client) {
        return client.allocations().list(AllocationQuery.ALL).toList();
    }

    private static int threads() {
        return ManagementFactory.getThreadMXBean().getThreadCount();
    }

    private static long files() {
        return ((UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getOpenFileDescriptorCount();
    }

    private int connections() {
        return Integer.parseInt(TestDatabase.POSTGRESQL.text(
                dir, "select count(*) from pg_stat_activity where application_name = 'gantry-server'"));
    }

    private static Node node(GantryClient client) {
        return client.nodes().list(View.VIEW_BASIC).findFirst().orElseThrow();
    }

    /** A call that only a server with the node's session can answer: to rejoin is refused by the session. */
    private static void awaitSessionWithLeader(GantryClient client) {
        await().atMost(PATIENCE)
                .ignoreExceptionsInstanceOf(GantryException.class)
                .untilAsserted(() -> {
                    Optional<Node> node = client.nodes().list(View.VIEW_BASIC).findFirst();
                    assertThat(node).isPresent();
                    assertThatThrownBy(() -> client.nodes().rejoin(node.get().getId()))
                            .hasMessageContaining("does not refuse this server");
                });
    }

    @Test
    void a_second_server_with_the_same_data_directory_is_refused() {
        start("one");

        assertThatThrownBy(() -> start("one"))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("give each server a --data-dir of its own");
    }

    @Test
    void a_server_without_the_keys_of_the_others_is_refused() {
        start("one");

        assertThatThrownBy(() -> startWithoutCopy(
                        dir.resolve("two"),
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        database,
                        ServerConfig.DEFAULT_NODE_TIME_TO_LIVE))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("copy the keyring file of a server that runs to "
                        + dir.resolve("two/server/keyring/variables.json"));
        assertThat(dir.resolve("two/server/keyring/variables.json")).doesNotExist();
    }

    @Test
    void variables_can_be_read_from_the_server_that_takes_over_and_keys_are_not_rotated_beside_others() {
        SharedServer first = start("one");
        SharedServer second = start("two");
        GantryClient client = client(first, second);
        client.variables().put("db/main", Map.of("password", "secret"));
        assertThatThrownBy(() -> client.variables().rotateKey())
                .isInstanceOf(PreconditionFailedException.class)
                .hasMessageContaining("copy the keyring file");

        first.close();

        assertThat(client.variables().get("db/main").items()).containsEntry("password", "secret");
    }

    @Test
    void only_who_knows_the_leaders_secret_is_believed_from_where_a_call_comes() throws Exception {
        SharedServer leader = start("one");
        String secret = TestDatabase.POSTGRESQL.text(dir, "select lease_secret from cluster_index");

        callAs(leader, "10.9.9.1", "a guess");
        callAs(leader, "10.9.9.2", secret);

        String audited = Files.readString(dir.resolve("one/audit.log"));
        assertThat(audited).contains("10.9.9.2").doesNotContain("10.9.9.1");
    }

    private void callAs(SharedServer server, String address, String secret) {
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("gantry-passed-on-from", Metadata.ASCII_STRING_MARSHALLER), address);
        headers.put(Metadata.Key.of("gantry-passed-on-secret", Metadata.ASCII_STRING_MARSHALLER), secret);
        ManagedChannel channel = NettyChannelBuilder.forAddress(server.address())
                .usePlaintext()
                .intercept(MetadataUtils.newAttachHeadersInterceptor(headers))
                .build();
        try {
            var unused = JobServiceGrpc.newBlockingStub(channel).submitJob(TestJobs.submit(TestJobs.job("web", "dc1")));
        } finally {
            channel.shutdownNow();
        }
    }

    private boolean isStopped(GantryClient client) {
        return client.jobs().get("web").getJob().getStopped();
    }

    private static List<String> leaders(GantryClient client) {
        return client.servers().stream()
                .filter(ServerInfo::getLeader)
                .map(ServerInfo::getAddress)
                .toList();
    }

    /** Starts a server that has a copy of the first one's keyring, as its operator would give it. */
    private SharedServer start(String name) {
        return start(name, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    private SharedServer start(String name, InetSocketAddress address) {
        return start(name, address, database, ServerConfig.DEFAULT_NODE_TIME_TO_LIVE);
    }

    private SharedServer start(String name, PostgresAddress way, Duration nodeTimeToLive) {
        return start(name, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), way, nodeTimeToLive);
    }

    private SharedServer start(String name, InetSocketAddress address, PostgresAddress way, Duration nodeTimeToLive) {
        Path data = dir.resolve(name);
        Path keyring = data.resolve("server/keyring/variables.json");
        Path first = dir.resolve("one/server/keyring/variables.json");
        try {
            if (Files.notExists(keyring) && Files.exists(first)) {
                Files.createDirectories(keyring.getParent());
                Files.copy(first, keyring, StandardCopyOption.COPY_ATTRIBUTES);
            }
            return startWithoutCopy(data, address, way, nodeTimeToLive);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private SharedServer startWithoutCopy(
            Path data, InetSocketAddress address, PostgresAddress way, Duration nodeTimeToLive) {
        try {
            SharedServer server = SharedServer.start(
                    new ServerConfig(
                            data,
                            address,
                            nodeTimeToLive,
                            SchedulerOptions.DEFAULT,
                            GarbageThresholds.DEFAULT,
                            ServerConfig.DEFAULT_GARBAGE_INTERVAL,
                            false,
                            true,
                            Optional.empty(),
                            Optional.empty(),
                            Optional.of(new AuditOptions(data.resolve("audit.log"), Long.MAX_VALUE, 1, true, false)),
                            CallLimits.DEFAULT,
                            Optional.empty(),
                            Optional.of(way),
                            Optional.empty()),
                    SystemSources.clocks(),
                    new SecureRandom(),
                    new SecureRandom(),
                    ends::incrementAndGet);
            opened.add(server);
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private GantryClient client(SharedServer... servers) {
        GantryClient client = GantryClient.connect(Arrays.stream(servers)
                .map(server -> HostPort.format(server.address()))
                .collect(Collectors.joining(",")));
        opened.add(client);
        return client;
    }

    /** Returns a client that does not repeat calls. */
    private GantryClient once(SharedServer server) {
        GantryClient client = GantryClient.builder()
                .address(HostPort.format(server.address()))
                .retry(RetryPolicy.DEFAULT.withMaxAttempts(1))
                .build();
        opened.add(client);
        return client;
    }
}
