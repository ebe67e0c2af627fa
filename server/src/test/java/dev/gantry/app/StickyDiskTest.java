package dev.gantry.app;

import static dev.gantry.app.ScriptJobs.both;
import static dev.gantry.app.ScriptJobs.run;
import static dev.gantry.app.ScriptJobs.stop;
import static dev.gantry.app.ScriptJobs.task;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DesiredState;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests that a node hands the data of an allocation with a sticky disk to its successor. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StickyDiskTest {

    private static final String FOREVER = "exec sleep 300";

    @TempDir
    Path dir;

    private NodeFixture node;

    @BeforeEach
    void start() throws Exception {
        node = NodeFixture.start(dir);
    }

    @AfterEach
    void close() {
        node.close();
    }

    @Test
    void a_successor_waits_for_the_end_of_the_allocation_whose_data_it_takes_over() throws Exception {
        DesiredState old = run("a1", task("main", FOREVER));
        node.server.desire(old);
        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_RUNNING);
        write("a1", "alloc/data/rows", "1");
        write("a1", "main/local/file", "2");
        write("a1", "alloc/tmp/scratch", "3");
        write("a1", "main/secrets/token", "4");

        node.server.desire(heir("a2", "a1", FOREVER));
        node.awaitStatus("a2", ClientStatus.CLIENT_STATUS_PENDING);
        assertThat(node.driver().started()).containsExactly("main");
        node.server.desire(stop(old));

        node.awaitStatus("a2", ClientStatus.CLIENT_STATUS_RUNNING);
        assertThat(node.allocationDir("a2").resolve("alloc/data/rows")).hasContent("1");
        assertThat(node.allocationDir("a2").resolve("main/local/file")).hasContent("2");
        assertThat(node.allocationDir("a2").resolve("alloc/tmp")).isEmptyDirectory();
        assertThat(node.allocationDir("a2").resolve("main/secrets")).isEmptyDirectory();
        assertThat(node.allocationDir("a1").resolve("alloc/data")).doesNotExist();
    }

    @Test
    void a_node_that_restarts_meanwhile_hands_the_data_over_too() throws Exception {
        DesiredState old = run("a1", task("main", FOREVER));
        node.server.desire(old);
        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_RUNNING);
        write("a1", "alloc/data/rows", "1");
        DesiredState heir = heir("a2", "a1", FOREVER);
        node.server.desire(both(old, heir));
        node.awaitStatus("a2", ClientStatus.CLIENT_STATUS_PENDING);

        node.restart();
        node.awaitStatus("a2", ClientStatus.CLIENT_STATUS_PENDING);
        assertThat(node.driver().started()).isEmpty();
        node.server.desire(both(stop(old), heir));

        node.awaitStatus("a2", ClientStatus.CLIENT_STATUS_RUNNING);
        assertThat(node.allocationDir("a2").resolve("alloc/data/rows")).hasContent("1");
    }

    @Test
    void a_successor_that_is_stopped_while_it_waits_leaves_the_data_where_it_is() throws Exception {
        DesiredState old = run("a1", task("main", FOREVER));
        node.server.desire(old);
        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_RUNNING);
        write("a1", "alloc/data/rows", "1");
        DesiredState heir = heir("a2", "a1", FOREVER);
        node.server.desire(heir);
        node.awaitStatus("a2", ClientStatus.CLIENT_STATUS_PENDING);

        node.server.desire(stop(heir));
        node.awaitStatus("a2", ClientStatus.CLIENT_STATUS_COMPLETE);
        node.server.desire(stop(old));

        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_COMPLETE);
        assertThat(node.allocationDir("a1").resolve("alloc/data/rows")).hasContent("1");
        assertThat(node.driver().started()).containsExactly("main");
    }

    @Test
    void a_successor_begins_without_the_data_of_an_allocation_that_is_deleted() {
        node.server.desire(heir("a2", "gone", "true"));

        node.awaitStatus("a2", ClientStatus.CLIENT_STATUS_COMPLETE);
        assertThat(node.allocationDir("a2").resolve("alloc/data")).isEmptyDirectory();
    }

    private void write(String allocation, String file, String text) throws Exception {
        Files.writeString(node.allocationDir(allocation).resolve(file), text);
    }

    private static DesiredState heir(String id, String source, String script) {
        DesiredState.Builder state = run(id, task("main", script)).toBuilder();
        state.getAllocationsBuilder(0).setSticky(true).setDataOfAllocationId(source);
        return state.build();
    }
}
