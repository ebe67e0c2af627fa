package dev.gantry.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.api.PageReader.Page;
import dev.gantry.api.PageReader.Source;
import dev.gantry.v1.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PageReaderTest {

    private final List<Integer> limits = new ArrayList<>();
    private int read;

    @Test
    void a_page_ends_at_its_number_of_objects_and_says_where_the_next_one_begins() {
        Page<Node> page = read(10, nodes(25, 10), any -> true);

        assertThat(page.items()).hasSize(10);
        assertThat(page.last()).contains(page.items().get(9));
    }

    @Test
    void the_last_page_has_no_next_one() {
        assertThat(read(10, nodes(3, 10), any -> true).last()).isEmpty();
        assertThat(read(10, nodes(0, 10), any -> true).items()).isEmpty();
    }

    @Test
    void a_page_ends_at_two_mebibytes() {
        Page<Node> page = read(1000, nodes(1000, 100_000), any -> true);

        assertThat(page.items()).hasSize(20);
        assertThat(page.last()).contains(page.items().get(19));
    }

    @Test
    void an_object_that_is_larger_than_a_page_is_a_page() {
        Page<Node> page = read(1000, nodes(3, 3 << 20), any -> true);

        assertThat(page.items()).hasSize(1);
        assertThat(page.last()).isPresent();
    }

    @Test
    void no_more_is_read_at_once_than_a_page_and_a_few_objects_take() {
        read(1000, nodes(1000, 1 << 20), any -> true);
        assertThat(limits).containsExactly(4);
        assertThat(read).isEqualTo(4);

        limits.clear();
        assertThat(read(1000, nodes(5000, 100), any -> true).items()).hasSize(1000);
        assertThat(limits).hasSize(2).allMatch(limit -> limit <= 1000);
    }

    /** Objects that a caller may not see must not show by what comes after a page. */
    @Test
    void what_the_filter_leaves_out_makes_no_difference_to_whether_there_is_a_next_page() {
        for (int hidden = 0; hidden <= 60; hidden++) {
            for (int shown = 0; shown <= 12; shown++) {
                int all = shown + hidden;
                int first = hidden;
                Page<Node> among = read(5, nodes(all, 10), node -> Integer.parseInt(node.getName()) >= first);
                Page<Node> alone = read(5, nodes(shown, 10), node -> true);

                assertThat(among.items()).hasSameSizeAs(alone.items());
                assertThat(among.last().isPresent())
                        .as("%d shown, %d hidden before them", shown, hidden)
                        .isEqualTo(alone.last().isPresent());
                int seen = shown;
                assertThat(read(5, nodes(all, 10), node -> Integer.parseInt(node.getName()) < seen)
                                .last()
                                .isPresent())
                        .as("%d shown, %d hidden after them", shown, hidden)
                        .isEqualTo(alone.last().isPresent());
            }
        }
    }

    @Test
    void what_the_filter_leaves_out_is_passed_over_and_not_lost() {
        Predicate<Node> even = node -> Integer.parseInt(node.getName()) % 2 == 0;

        Page<Node> page = read(10, nodes(30, 10), even);

        assertThat(page.items()).extracting(Node::getName).first().isEqualTo("00000000");
        assertThat(page.items())
                .hasSize(10)
                .last()
                .satisfies(last -> assertThat(last.getName()).isEqualTo("00000018"));
    }

    @Test
    void a_page_may_be_empty_and_go_on_when_much_was_left_out() {
        Page<Node> page = read(10, nodes(50_000, 10), none -> false);

        assertThat(page.items()).isEmpty();
        assertThat(page.last()).isPresent();
        assertThat(read).isBetween(20_000, 22_000);
    }

    @Test
    void a_page_goes_on_behind_much_that_is_large() {
        Page<Node> page = read(10, nodes(1000, 1 << 20), none -> false);

        assertThat(page.last()).isPresent();
        assertThat(read).isBetween(32, 40);
    }

    private Page<Node> read(int size, Source<Node> source, Predicate<Node> filter) {
        read = 0;
        return PageReader.read(
                size,
                (last, limit) -> {
                    limits.add(limit);
                    List<Node> part = source.after(last, limit);
                    read += part.size();
                    return part;
                },
                part -> part,
                filter);
    }

    private static Source<Node> nodes(int count, int size) {
        String filling = "x".repeat(size);
        return (last, limit) -> {
            int begin = last.map(node -> Integer.parseInt(node.getName()) + 1).orElse(0);
            return IntStream.range(begin, Math.min(count, begin + limit))
                    .mapToObj(i -> Node.newBuilder()
                            .setName("%08d".formatted(i))
                            .setNodeClass(filling)
                            .build())
                    .toList();
        };
    }

    @Test
    void the_source_is_asked_for_what_is_behind_the_last_stored_object_whatever_is_answered_of_it() {
        List<Optional<String>> asked = new ArrayList<>();
        PageReader.<Node>read(
                100,
                (last, limit) -> {
                    asked.add(last.map(Node::getName));
                    return nodes(6, 10).after(last, limit);
                },
                part -> part.stream().map(node -> Node.getDefaultInstance()).toList(),
                any -> true);

        assertThat(asked).containsExactly(Optional.empty(), Optional.of("00000003"));
    }
}
