package dev.gantry.rkt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TablesTest {

    @Test
    void columns_are_padded_with_tabs_as_rkts_are() {
        assertThat(TabTable.format(List.of(List.of("ID", "NAME", "END"), List.of("12345678", "x", ""))))
                .isEqualTo("ID\t\tNAME\tEND\n12345678\tx\t\n");
    }

    @ParameterizedTest
    @CsvSource({
        "0, now",
        "1, 1 second ago",
        "59, 59 seconds ago",
        "60, 1 minute ago",
        "7199, 1 hour ago",
        "172800, 2 days ago",
        "1209600, 2 weeks ago",
        "5184000, 2 months ago",
        "63072000, 2 years ago"
    })
    void ages_are_in_the_largest_unit(long seconds, String text) {
        Instant now = Instant.ofEpochSecond(1_800_000_000);

        assertThat(HumanText.age(now.minusSeconds(seconds), now)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"0, 0B", "1023, 1023B", "1024, 1.0KiB", "12582912, 12MiB", "5000000000, 4.7GiB"})
    void sizes_are_in_binary_units(long bytes, String text) {
        assertThat(HumanText.bytes(bytes)).isEqualTo(text);
    }
}
