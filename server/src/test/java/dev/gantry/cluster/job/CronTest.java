package dev.gantry.cluster.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CronTest {

    private static final ZoneId UTC = ZoneId.of("UTC");
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final Duration LOOKED_AHEAD = Duration.ofDays(70);

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            * * * * *          | 2030-01-01T00:00:30Z | 2030-01-01T00:01:00Z
            */15 * * * *       | 2030-01-01T00:15:00Z | 2030-01-01T00:30:00Z
            5/20 * * * *       | 2030-01-01T00:26:00Z | 2030-01-01T00:45:00Z
            0 3 * * *          | 2030-01-01T03:00:00Z | 2030-01-02T03:00:00Z
            0 9 * * MON-FRI    | 2030-01-04T10:00:00Z | 2030-01-07T09:00:00Z
            0 0 1,15 * *       | 2030-01-01T00:00:00Z | 2030-01-15T00:00:00Z
            0 0 29 2 *         | 2030-01-01T00:00:00Z | 2032-02-29T00:00:00Z
            0 0 * * 7          | 2030-01-01T00:00:00Z | 2030-01-06T00:00:00Z
            0 0 * * sunday     | 2030-01-01T00:00:00Z | 2030-01-06T00:00:00Z
            0 0 * * fri-sun    | 2030-01-05T00:00:00Z | 2030-01-06T00:00:00Z
            0 0 * * 5-7        | 2030-01-05T00:00:00Z | 2030-01-06T00:00:00Z
            0 0 1 February *   | 2030-01-01T00:00:00Z | 2030-02-01T00:00:00Z
            @hourly            | 2030-01-01T00:00:00Z | 2030-01-01T01:00:00Z
            @daily             | 2030-01-01T00:00:00Z | 2030-01-02T00:00:00Z
            @weekly            | 2030-01-01T00:00:00Z | 2030-01-06T00:00:00Z
            @monthly           | 2030-01-01T00:00:00Z | 2030-02-01T00:00:00Z
            @yearly            | 2030-01-01T00:00:00Z | 2031-01-01T00:00:00Z
            """)
    void the_next_time_is_found(String expression, Instant after, Instant next) {
        assertThat(Cron.parse(expression).next(after, UTC)).contains(next);
    }

    /** The expected times are those of Nomad 1.x. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            */15 * * * * *         | 2030-01-01T00:00:00Z | 2030-01-01T00:15:00Z
            */15 * * * * *         | 2030-01-01T00:15:00Z | 2030-01-01T00:30:00Z
            0 3 * * 1 *            | 2030-01-01T00:00:00Z | 2030-01-07T03:00:00Z
            0 0 12 * * *           | 2030-01-01T00:00:00Z | 2030-01-12T00:00:00Z
            0 0 1 1 * 2035-2040/5  | 2030-01-01T00:00:00Z | 2035-01-01T00:00:00Z
            0 0 1 1 * 2035-2040/5  | 2035-01-01T00:00:00Z | 2040-01-01T00:00:00Z
            30 */5 * * * * *       | 2030-01-01T00:00:30Z | 2030-01-01T00:05:30Z
            0 0 0 1 1 * 2031       | 2030-01-01T00:00:00Z | 2031-01-01T00:00:00Z
            """)
    void the_sixth_field_is_the_year_and_seven_have_the_second_in_front(
            String expression, Instant after, Instant next) {
        assertThat(Cron.parse(expression).next(after, UTC)).contains(next);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0 0 13 * 5     | 2030-01-01T00:00:00Z | 2030-01-04T00:00:00Z
            0 0 13 * 5     | 2030-01-11T00:00:00Z | 2030-01-13T00:00:00Z
            0 3 */2 * 5    | 2030-01-03T03:00:00Z | 2030-01-04T03:00:00Z
            0 3 */2 * 5    | 2030-01-04T03:00:00Z | 2030-01-05T03:00:00Z
            0 0 L * *      | 2030-02-01T00:00:00Z | 2030-02-28T00:00:00Z
            0 0 15,L * *   | 2030-02-15T00:00:00Z | 2030-02-28T00:00:00Z
            0 0 LW * *     | 2030-03-01T00:00:00Z | 2030-03-29T00:00:00Z
            0 0 15W * *    | 2030-06-01T00:00:00Z | 2030-06-14T00:00:00Z
            0 0 20W * *    | 2030-01-01T00:00:00Z | 2030-01-21T00:00:00Z
            0 0 1W * *     | 2030-05-31T00:00:00Z | 2030-06-03T00:00:00Z
            0 0 * * 5#2    | 2030-01-01T00:00:00Z | 2030-01-11T00:00:00Z
            0 0 * * friL   | 2030-01-01T00:00:00Z | 2030-01-25T00:00:00Z
            """)
    void a_day_matches_if_either_day_field_names_it(String expression, Instant after, Instant next) {
        assertThat(Cron.parse(expression).next(after, UTC)).contains(next);
    }

    @Test
    void hours_are_in_the_given_time_zone() {
        assertThat(Cron.parse("0 3 * * *").next(Instant.parse("2030-07-01T00:30:00Z"), BERLIN))
                .contains(Instant.parse("2030-07-01T01:00:00Z"));
    }

    @Test
    void a_time_skipped_by_daylight_saving_is_left_out_on_that_day() {
        assertThat(Cron.parse("30 2 * * *").next(Instant.parse("2030-03-30T12:00:00Z"), BERLIN))
                .contains(Instant.parse("2030-04-01T00:30:00Z"));
    }

    @Test
    void a_time_repeated_by_daylight_saving_counts_twice() {
        Cron cron = Cron.parse("30 2 * * *");
        Instant first = cron.next(Instant.parse("2030-10-26T12:00:00Z"), BERLIN).orElseThrow();
        Instant second = cron.next(first, BERLIN).orElseThrow();

        assertThat(first).isEqualTo(Instant.parse("2030-10-27T00:30:00Z"));
        assertThat(second).isEqualTo(Instant.parse("2030-10-27T01:30:00Z"));
        assertThat(cron.next(second, BERLIN)).contains(Instant.parse("2030-10-28T01:30:00Z"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0 0 30 2 *              | UTC           | true
            0 0 31 2,4,6,9,11 *     | UTC           | true
            0 0 29 2 * 2100/1       | UTC           | true
            0 0 29 2 * 2026         | UTC           | true
            0 0 31W 2 *             | UTC           | true
            30 2 30 3 * 2025        | Europe/Berlin | true
            30 2 30 3 * 2025        | UTC           | false
            0 0 29 2 *              | UTC           | false
            0 0 30 2 5              | UTC           | false
            0 0 * * 1#5             | UTC           | false
            0 0 * * * 1970          | UTC           | false
            59 59 23 31 12 * 2099   | UTC           | false
            """)
    void an_expression_without_any_time_is_refused(String expression, ZoneId zone, boolean isRefused) {
        assertThat(Cron.fault(expression, zone).isPresent()).isEqualTo(isRefused);
    }

    @Test
    void an_expression_without_any_time_is_told_what_to_do() {
        assertThat(Cron.fault("0 0 30 2 *", UTC))
                .contains("\"0 0 30 2 *\" never runs: no time up to the year 2099 matches it."
                        + " Write one that comes, with enabled = false if the job only runs when it is forced");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0 0 30 2 *", "0 0 * * * 2029", "0 0 31 2,4,6,9,11 * 2030-2099"})
    void an_impossible_date_has_no_next_time(String expression) {
        assertThat(Cron.parse(expression).next(Instant.parse("2030-01-01T00:00:00Z"), BERLIN))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "* * * *",
                "* * * * * * * *",
                "60 * * * *",
                "* 24 * * *",
                "* * 0 * *",
                "* * 32W * *",
                "* * W * *",
                "* * * 13 *",
                "* * * * 8",
                "* * * * 5#6",
                "* * * * 5#",
                "* * * * L",
                "* * * * * 1969",
                "* * * * * 2100",
                "a * * * *",
                "5-1 * * * *",
                "*/0 * * * *",
                "*/90 * * * *",
                "0-30/60 * * * *",
                "?/5 * * * *",
                "1,,2 * * * *",
                "1-2-3 * * * *",
                "-1 * * * *",
                "* * * * sundays",
                "@never"
            })
    void an_expression_that_can_not_be_read_is_refused_with_a_remedy(String expression) {
        assertThatThrownBy(() -> Cron.parse(expression))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .containsPattern("use |write ");
        assertThat(Cron.fault(expression, UTC)).isPresent();
        assertThat(Cron.fault("@daily", UTC)).isEmpty();
    }

    @Test
    void an_expression_that_is_too_long_is_refused_and_not_repeated() {
        assertThat(Cron.fault("1,".repeat(200) + "2 * * * *", UTC).orElseThrow())
                .isEqualTo("is 409 characters long: use at most 256, and several expressions if need be");
    }

    @Property(tries = 400, edgeCases = EdgeCasesMode.NONE)
    void no_minute_is_missed_and_none_is_extra(
            @ForAll("expressions") String expression, @ForAll("zones") String zone, @ForAll("times") Instant after) {
        Optional<Instant> expected = CronOracle.next(expression, after, ZoneId.of(zone), after.plus(LOOKED_AHEAD));

        Optional<Instant> found = Cron.parse(expression).next(after, ZoneId.of(zone));

        assertThat(found.filter(time -> !time.isAfter(after.plus(LOOKED_AHEAD))))
                .isEqualTo(expected);
    }

    @Provide
    Arbitrary<String> expressions() {
        Arbitrary<String> minutes = list(0, 59);
        Arbitrary<String> hours = list(0, 23);
        Arbitrary<String> days = Arbitraries.oneOf(
                Arbitraries.of("*", "?", "*/2", "L", "LW", "1W,15W", "31W", "10-20/5,L"), list(1, 31));
        Arbitrary<String> months = Arbitraries.of("*", "*/3", "1-6", "Mar,oct", "1,3,4,10,11");
        Arbitrary<String> weekdays = Arbitraries.of("*", "?", "5", "mon-fri", "5-7", "5#2,0#5", "2L", "*/2", "sun,3");
        Arbitrary<String> years = Arbitraries.of("", " *", " 2030", " 2030-2034/2", " 2031,2033");
        return Combinators.combine(minutes, hours, days, months, weekdays, years)
                .as((minute, hour, day, month, weekday, year) ->
                        "%s %s %s %s %s%s".formatted(minute, hour, day, month, weekday, year));
    }

    @Provide
    Arbitrary<String> zones() {
        return Arbitraries.of(
                "UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/Sao_Paulo");
    }

    /** Provides times, half of them on days before a change of clocks. */
    @Provide
    Arbitrary<Instant> times() {
        long begin = Instant.parse("2030-01-01T00:00:00Z").getEpochSecond();
        Arbitrary<Instant> any = Arbitraries.longs()
                .between(begin, begin + Duration.ofDays(1500).toSeconds())
                .map(Instant::ofEpochSecond);
        Arbitrary<Instant> change = Combinators.combine(
                        Arbitraries.of(
                                "2030-03-09", "2030-03-30", "2030-04-06", "2030-10-05", "2030-10-26", "2030-11-02"),
                        Arbitraries.integers().between(0, 2 * 86_400))
                .as((day, seconds) -> Instant.parse(day + "T00:00:00Z").plusSeconds(seconds));
        return Arbitraries.oneOf(any, change);
    }

    private static Arbitrary<String> list(int least, int most) {
        Arbitrary<Integer> value = Arbitraries.integers().between(least, most);
        Arbitrary<String> range = Combinators.combine(value, value).as((a, b) -> Math.min(a, b) + "-" + Math.max(a, b));
        Arbitrary<String> step = Arbitraries.integers().between(1, most).map(n -> "*/" + n);
        Arbitrary<String> from = Combinators.combine(
                        value, Arbitraries.integers().between(1, most))
                .as((a, n) -> a + "/" + n);
        Arbitrary<String> part =
                Arbitraries.oneOf(Arbitraries.just("*"), value.map(String::valueOf), range, step, from);
        return part.list().ofMinSize(1).ofMaxSize(3).map(parts -> String.join(",", parts));
    }
}
