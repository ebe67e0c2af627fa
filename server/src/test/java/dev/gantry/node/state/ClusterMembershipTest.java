package dev.gantry.node.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.v1.Identity;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterMembershipTest {

    private static final String ONE = "11111111-2222-4333-8444-555555555555";
    private static final String OTHER = "66666666-2222-4333-8444-555555555555";

    @TempDir
    Path dir;

    @Test
    void the_first_server_is_accepted_and_stored() {
        ClusterMembership first = load();
        assertThat(first.isNew()).isTrue();
        assertThat(first.judge(server(ONE, 5))).isEmpty();
        first.save();

        ClusterMembership second = load();

        assertThat(second.isNew()).isFalse();
        assertThat(second.judge(server(ONE, 5))).isEmpty();
        assertThat(second.judge(server(OTHER, 500)).orElseThrow()).contains(ONE, OTHER);
        assertThat(second.judge(server(ONE, 6))).isEmpty();
    }

    @Test
    void a_server_with_an_older_database_is_refused_even_when_its_index_has_grown() {
        ClusterMembership memory = known(5);
        memory.raise(8);
        memory.save();

        ClusterMembership later = load();
        assertThat(later.judge(server(ONE, 7)).orElseThrow()).contains("index 7", "index 8");
        later.save();

        assertThat(later.judge(server(ONE, 900))).isPresent();
        assertThat(load().judge(server(ONE, 900))).isPresent();
    }

    @Test
    void a_server_of_another_cluster_changes_nothing() {
        ClusterMembership memory = known(5);
        assertThat(memory.judge(server(OTHER, 1))).isPresent();
        memory.save();

        assertThat(load().judge(server(ONE, 5))).isEmpty();
    }

    @Test
    void a_server_that_an_operator_chose_is_accepted() {
        ClusterMembership memory = known(50);
        assertThat(memory.judge(server(ONE, 7))).isPresent();
        memory.accept(server(ONE, 7));
        memory.save();

        assertThat(memory.judge(server(ONE, 7))).isEmpty();
        assertThat(load().judge(server(ONE, 8))).isEmpty();
        assertThat(load().judge(server(ONE, 6))).isPresent();
    }

    @Test
    void an_index_without_a_cluster_counts() {
        ClusterMembership memory = load();
        memory.raise(9);

        assertThat(memory.judge(server(ONE, 3))).isPresent();
        memory.save();
        assertThat(load().judge(server(OTHER, 10))).isPresent();
        memory.accept(server(OTHER, 3));
        assertThat(memory.judge(server(OTHER, 3))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "garbage", "11111111-2222-4333-8444-555555555555 00000000000", "\u0000"})
    void a_damaged_file_accepts_no_server_until_an_operator_chooses_one(String left) throws Exception {
        known(5);
        Files.writeString(dir.resolve("cluster"), left);

        ClusterMembership memory = load();
        assertThat(memory.judge(server(ONE, 5)).orElseThrow()).contains("can't read");
        memory.save();
        assertThat(dir.resolve("cluster")).hasContent(left);
        memory.accept(server(ONE, 5));
        memory.save();

        assertThat(load().judge(server(ONE, 5))).isEmpty();
    }

    @Test
    void a_changed_digit_is_damage_and_a_file_of_an_older_version_is_read() throws Exception {
        known(5);
        Path file = dir.resolve("cluster");
        String left = Files.readString(file);

        Files.writeString(file, left.replace("0000000005 ", "0000000001 "));
        assertThat(load().judge(server(ONE, 3)).orElseThrow()).contains("can't read");

        Files.writeString(file, left.substring(0, left.length() - 10) + "\n");
        ClusterMembership older = load();
        assertThat(older.judge(server(ONE, 4))).isPresent();
        older.accept(server(ONE, 6));
        older.save();
        assertThat(Files.readString(file)).hasSameSizeAs(left).matches(".* 0+6 obeyed [0-9a-f]{8}\\s");
        assertThat(load().judge(server(ONE, 6))).isEmpty();
    }

    private ClusterMembership known(long index) {
        ClusterMembership memory = load();
        assertThat(memory.judge(server(ONE, index))).isEmpty();
        memory.save();
        return memory;
    }

    private ClusterMembership load() {
        return ClusterMembership.load(dir.resolve("cluster"));
    }

    private static Identity server(String cluster, long index) {
        return Identity.newBuilder().setClusterId(cluster).setIndex(index).build();
    }
}
