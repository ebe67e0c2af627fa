package dev.gantry.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.gantry.cluster.ClusterFixture;
import dev.gantry.cluster.FullStore;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

@Timeout(60)
class NodeLivenessTest {

    private static final Duration TIME_TO_LIVE = Duration.ofSeconds(30);
    private static final Duration TICK = Duration.ofSeconds(1);

    @TempDir
    Path dir;

    private final Logger logger = (Logger) LoggerFactory.getLogger(NodeLiveness.class);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private volatile Instant now = Instant.EPOCH;
    private volatile boolean canHear = true;
    private ClusterFixture cluster;
    private Pulse pulse;
    private NodeLiveness liveness;

    @BeforeEach
    void open() {
        log.list = new CopyOnWriteArrayList<>();
        log.start();
        logger.addAppender(log);
        cluster = new ClusterFixture(dir);
        pulse = new Pulse(() -> now, () -> canHear);
        liveness = new NodeLiveness(TIME_TO_LIVE, cluster.nodes(), new Random(7), pulse);
        liveness.heard(ClusterFixture.NODE);
    }

    @AfterEach
    void close() {
        logger.detachAppender(log);
        cluster.close();
    }

    @Test
    void a_node_that_is_silent_for_longer_than_its_time_to_live_is_marked_down() {
        tick(30);
        assertThat(status()).isEqualTo(NodeStatus.NODE_STATUS_READY);

        tick(1);

        await().until(() -> status() == NodeStatus.NODE_STATUS_DOWN);
    }

    @Test
    void a_node_that_is_heard_in_time_is_not_marked_down() {
        for (int i = 0; i < 4; i++) {
            tick(29);
            liveness.heard(ClusterFixture.NODE);
        }
        assertThat(status()).isEqualTo(NodeStatus.NODE_STATUS_READY);
    }

    @Test
    void a_pause_of_this_process_does_not_count_and_a_new_time_to_live_begins_after_it() {
        tick(29);
        assertThat(pulse.isSettled()).isTrue();
        pass(Duration.ofMinutes(10));
        assertThat(pulse.isSettled()).isFalse();
        tick(5);
        assertThat(pulse.isSettled()).isTrue();
        tick(24);
        assertThat(status()).isEqualTo(NodeStatus.NODE_STATUS_READY);
        tick(2);

        await().until(() -> status() == NodeStatus.NODE_STATUS_DOWN);
    }

    @Test
    void a_node_that_spoke_between_two_checks_counts_from_then() {
        tick(29);
        now = now.plusMillis(900);
        liveness.heard(ClusterFixture.NODE);
        now = now.plusMillis(100);
        pulse.beat();

        tick(29);
        assertThat(status()).isEqualTo(NodeStatus.NODE_STATUS_READY);
        tick(1);
        await().until(() -> status() == NodeStatus.NODE_STATUS_DOWN);
    }

    @Test
    void checks_that_are_always_late_count_as_if_they_were_in_time() {
        for (int i = 0; i < 14; i++) {
            pass(Duration.ofSeconds(4));
        }
        assertThat(status()).isEqualTo(NodeStatus.NODE_STATUS_READY);

        pass(Duration.ofSeconds(4));
        pass(Duration.ofSeconds(4));

        await().until(() -> status() == NodeStatus.NODE_STATUS_DOWN);
    }

    @Test
    void while_nodes_cannot_register_no_silence_is_counted() {
        canHear = false;
        tick(100);
        canHear = true;
        tick(30);

        assertThat(status()).isEqualTo(NodeStatus.NODE_STATUS_READY);
    }

    @Test
    void nodes_that_fall_silent_together_are_marked_down_in_batches_with_one_log_line_each() {
        CompletableFuture.allOf(IntStream.range(0, 499).mapToObj(this::register).toArray(CompletableFuture[]::new))
                .join();
        long before = cluster.store().reader().lastIndex();

        tick(35);

        await().until(() -> cluster.store().reader().counts().nodesDown() == 500);
        await().until(() -> log.list.size() == 10);
        assertThat(cluster.store().reader().lastIndex() - before).isEqualTo(10);
        assertThat(log.list)
                .hasSize(10)
                .allSatisfy(line -> assertThat(line.getFormattedMessage()).contains("and 45 others; not heard of for"));
    }

    @Test
    void a_write_that_an_overloaded_store_refuses_is_repeated_and_logged_in_one_line() throws Exception {
        FullStore full = FullStore.of(cluster.store());
        IntStream.range(0, 31).forEach(i -> pass(TICK));
        full.release();
        assertThat(status()).isEqualTo(NodeStatus.NODE_STATUS_READY);
        assertThat(log.list).singleElement().satisfies(line -> {
            assertThat(line.getFormattedMessage()).contains("writes are waiting already");
            assertThat(line.getThrowableProxy()).isNull();
        });

        tick(1);

        await().until(() -> status() == NodeStatus.NODE_STATUS_DOWN);
    }

    private void tick(int seconds) {
        for (int i = 0; i < seconds; i++) {
            pass(TICK);
        }
        cluster.store().write(transaction -> null).join();
    }

    private void pass(Duration time) {
        now = now.plus(time);
        pulse.beat();
        liveness.check();
    }

    private CompletableFuture<Node> register(int number) {
        String id = "silent-" + number;
        liveness.heard(id);
        return cluster.nodes()
                .register(
                        Node.newBuilder().setId(id).setName(id).build(),
                        "secret",
                        "",
                        new NodeRegistry.Proof(true, false));
    }

    private NodeStatus status() {
        return cluster.store()
                .reader()
                .nodes()
                .find(ClusterFixture.NODE)
                .orElseThrow()
                .getStatus();
    }
}
