package dev.gantry.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class IdentifiersTest {

    @Test
    void ids_have_a_number_that_counts_up_from_the_greatest_known_one_with_its_last_digit_first() {
        Identifiers identifiers = Identifiers.after(
                new Random(1), List.of("a0000000-0c1d-8001-8001-111111111111", "ff000000-0c1d-8001-8001-111111111111"));

        assertThat(Stream.generate(identifiers::next).limit(2))
                .extracting(id -> id.substring(0, 8))
                .containsExactly("00100000", "10100000");
    }

    @Test
    void ids_of_an_older_server_are_followed_too() {
        Identifiers identifiers = Identifiers.after(
                new Random(1), List.of("000000ff-1111-8111-8111-111111111111", "e0000000-0c1d-8001-8001-111111111111"));

        assertThat(identifiers.next()).startsWith("00100000-");
    }

    @Test
    void ids_of_another_form_are_ignored_and_the_last_number_is_followed_by_the_first() {
        Identifiers identifiers =
                Identifiers.after(new Random(1), List.of("a1", "ffffffff-0c1d-8001-8001-111111111111"));

        assertThat(identifiers.next()).startsWith("00000000-");
    }

    @Test
    void ids_are_uuids() {
        UUID name = UUID.fromString(Identifiers.after(new Random(1), List.of()).next());

        assertThat(name.version()).isEqualTo(8);
        assertThat(name.variant()).isEqualTo(2);
    }
}
