package dev.gantry.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ServerRotationTest {

    private final ServerRotation rotation = new ServerRotation(List.of("a:1", "b:1"));

    @Test
    void the_servers_are_tried_in_turn() {
        assertThat(tried(3)).containsExactly("a:1", "b:1", "a:1");
    }

    @Test
    void servers_that_a_server_has_named_are_tried_after_those_that_were_given() {
        rotation.learn(List.of("b:1", "c:1"));

        assertThat(tried(4)).containsExactly("a:1", "b:1", "c:1", "a:1");
    }

    @Test
    void a_server_that_is_no_longer_named_is_forgotten() {
        rotation.learn(List.of("c:1"));
        rotation.learn(List.of("d:1"));

        assertThat(tried(3)).containsExactly("a:1", "b:1", "d:1");
    }

    @Test
    void a_leader_that_a_server_names_is_tried_next_and_one_that_this_one_names_is_not() {
        assertThat(rotation.isNewRedirect("c:1")).isTrue();
        rotation.prefer("c:1");

        assertThat(rotation.current()).isEqualTo("c:1");
        assertThat(rotation.isNewRedirect("d:1"))
                .as("servers could send the node round for ever")
                .isFalse();
        rotation.settle();
        assertThat(rotation.isNewRedirect("d:1")).isTrue();
    }

    @Test
    void what_is_no_address_is_neither_tried_nor_remembered() {
        rotation.learn(List.of("", "c", "c:", "c:0", "c:x", "c 1:1", "c/d:1", "x".repeat(300) + ":1", "[::1]:7470"));

        assertThat(rotation.isNewRedirect("c/d:1")).isFalse();
        assertThat(tried(4)).containsExactly("a:1", "b:1", "[::1]:7470", "a:1");
    }

    @Test
    void no_more_than_so_many_servers_are_remembered() {
        rotation.learn(IntStream.range(0, 1000).mapToObj(i -> "s" + i + ":1").toList());

        assertThat(tried(1000)).hasSize(1000);
        assertThat(List.copyOf(new TreeSet<>(tried(1000)))).hasSize(2 + ServerRotation.MOST_TOLD);
    }

    private List<String> tried(int times) {
        return IntStream.range(0, times)
                .mapToObj(i -> {
                    String server = rotation.current();
                    rotation.advance();
                    return server;
                })
                .toList();
    }
}
