package dev.gantry.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CronTest {

    private static final ZoneId UTC = ZoneId.of("UTC");
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            * * * * *          | 2030-01-01T00:00:30Z | 2030-01-01T00:01:00Z
            */15 * * * *       | 2030-01-01T00:15:00Z | 2030-01-01T00:30:00Z
            5/20 * * * *       | 2030-01-01T00:26:00Z | 2030-01-01T00:45:00Z
            0 3 * * *          | 2030-01-01T03:00:00Z | 2030-01-02T03:00:00Z
            30 */5 * * * *     | 2030-01-01T00:00:30Z | 2030-01-01T00:05:30Z
            0 9 * * MON-FRI    | 2030-01-04T10:00:00Z | 2030-01-07T09:00:00Z
            0 0 1,15 * *       | 2030-01-01T00:00:00Z | 2030-01-15T00:00:00Z
            0 0 29 2 *         | 2030-01-01T00:00:00Z | 2032-02-29T00:00:00Z
            0 0 13 * 5         | 2030-01-01T00:00:00Z | 2030-01-04T00:00:00Z
            0 0 * * 7          | 2030-01-01T00:00:00Z | 2030-01-06T00:00:00Z
            @hourly            | 2030-01-01T00:00:00Z | 2030-01-01T01:00:00Z
            @daily             | 2030-01-01T00:00:00Z | 2030-01-02T00:00:00Z
            @weekly            | 2030-01-01T00:00:00Z | 2030-01-06T00:00:00Z
            @monthly           | 2030-01-01T00:00:00Z | 2030-02-01T00:00:00Z
            @yearly            | 2030-01-01T00:00:00Z | 2031-01-01T00:00:00Z
            """)
    void the_next_time_is_found(String expression, Instant after, Instant next) {
        assertThat(Cron.parse(expression).next(after, UTC)).contains(next);
    }

    @Test
    void hours_are_those_of_the_time_zone() {
        assertThat(Cron.parse("0 3 * * *").next(Instant.parse("2030-07-01T00:30:00Z"), BERLIN))
                .contains(Instant.parse("2030-07-01T01:00:00Z"));
    }

    @Test
    void an_hour_that_summer_time_leaves_out_comes_an_hour_later() {
        assertThat(Cron.parse("30 2 * * *").next(Instant.parse("2030-03-30T12:00:00Z"), BERLIN))
                .contains(Instant.parse("2030-03-31T01:30:00Z"));
    }

    @Test
    void an_hour_that_comes_twice_counts_once() {
        Cron cron = Cron.parse("30 2 * * *");
        Instant first = cron.next(Instant.parse("2030-10-26T12:00:00Z"), BERLIN).orElseThrow();

        assertThat(first).isEqualTo(Instant.parse("2030-10-27T00:30:00Z"));
        assertThat(cron.next(first, BERLIN)).contains(Instant.parse("2030-10-28T01:30:00Z"));
    }

    @Test
    void a_day_that_never_comes_has_no_next_time() {
        assertThat(Cron.parse("0 0 30 2 *").next(Instant.EPOCH, UTC)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "* * * *",
                "* * * * * * *",
                "60 * * * *",
                "* 24 * * *",
                "* * 0 * *",
                "* * * 13 *",
                "* * * * 8",
                "a * * * *",
                "5-1 * * * *",
                "*/0 * * * *",
                "1,,2 * * * *",
                "1-2-3 * * * *",
                "-1 * * * *",
                "@never"
            })
    void what_is_no_expression_is_refused_with_a_remedy(String expression) {
        assertThatThrownBy(() -> Cron.parse(expression))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .containsPattern("use |write ");
        assertThat(Cron.fault(expression)).isPresent();
        assertThat(Cron.fault("@daily")).isEmpty();
    }

    /** The oracle tries each minute. */
    @Property(tries = 200)
    void no_minute_is_passed_over_and_none_is_too_many(
            @ForAll @IntRange(max = 59) int minute,
            @ForAll @IntRange(max = 23) int hour,
            @ForAll @IntRange(max = 6) int day,
            @ForAll @IntRange(max = 10_080) int start) {
        Instant after = Instant.parse("2030-05-01T00:00:00Z").plusSeconds(start * 60L);
        Instant expected = after.plusSeconds(60);
        while (!matches(LocalDateTime.ofInstant(expected, UTC), minute, hour, day)) {
            expected = expected.plusSeconds(60);
        }

        assertThat(Cron.parse("%d %d * * %d".formatted(minute, hour, day)).next(after, UTC))
                .contains(expected);
    }

    private static boolean matches(LocalDateTime time, int minute, int hour, int day) {
        return time.getMinute() == minute
                && time.getHour() == hour
                && time.getDayOfWeek().getValue() % 7 == day;
    }
}
