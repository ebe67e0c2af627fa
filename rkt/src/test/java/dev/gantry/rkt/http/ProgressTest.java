package dev.gantry.rkt.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProgressTest {

    @ParameterizedTest
    @CsvSource({
        "3500000, 12000000, Downloading ACI: [===========                             ] 3.5 MB/12 MB",
        "0, 999, Downloading ACI: [                                        ] 0 B/999 B",
        "1500, -1, Downloading ACI: 1.5 KB",
        "2, 1, Downloading ACI: [========================================] 2 B/1 B"
    })
    void a_line_tells_how_much_there_is_of_how_much(long done, long total, String line) {
        assertThat(Progress.text("Downloading ACI", done, total)).isEqualTo(line);
    }
}
