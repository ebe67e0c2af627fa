package dev.gantry.node.state;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateFailureLogTest {

    @TempDir
    Path dir;

    // A context of its own: other tests log meanwhile.
    private final Logger logger = new LoggerContext().getLogger("node");
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeEach
    void listen() {
        log.start();
        logger.addAppender(log);
    }

    @Test
    void a_disk_that_fails_takes_one_line_that_names_the_file() throws Exception {
        Path state = dir.resolve("cluster");
        ClusterMembership cluster = ClusterMembership.load(state);
        Files.createDirectories(state.resolve("in-the-way"));
        cluster.raise(1);

        CompletableFuture<Void> told = new StateWriter(new AllocationStore(dir), cluster, Runnable::run)
                .saveCluster()
                .whenComplete((saved, failure) -> StateFailureLog.tell(logger, "The cluster is not stored", failure));

        assertThat(told).isCompletedExceptionally();
        assertThat(log.list).singleElement().satisfies(line -> {
            assertThat(line.getFormattedMessage())
                    .startsWith("The cluster is not stored: ")
                    .contains(state.toString());
            assertThat(line.getThrowableProxy()).isNull();
        });
    }

    @Test
    void an_unexpected_failure_keeps_its_stack_trace() {
        StateFailureLog.tell(logger, "Not stored", new CompletionException(new IllegalStateException("a bug")));

        assertThat(log.list)
                .singleElement()
                .satisfies(line ->
                        assertThat(line.getThrowableProxy().getMessage()).isEqualTo("a bug"));
    }
}
