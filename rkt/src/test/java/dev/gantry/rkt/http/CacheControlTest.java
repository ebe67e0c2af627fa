package dev.gantry.rkt.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CacheControlTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''|0|true",
                "max-age=60|60|true",
                "public, Max-Age=60|60|true",
                "max-age=60, no-cache|0|true",
                "no-store, max-age=60|0|false",
                "max-age=-5|0|true",
                "max-age=99999999999999999999|0|true",
                "s-maxage=60|0|true"
            })
    void what_can_be_understood_counts(String value, long seconds, boolean mayRevalidate) {
        assertThat(CacheControl.parse(value)).isEqualTo(new CacheControl(Duration.ofSeconds(seconds), mayRevalidate));
    }
}
