package dev.gantry.cluster.job;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A cron expression: the times at which a periodic job runs. The syntax is that of Nomad's parser (<a
 * href="https://github.com/hashicorp/cronexpr#implementation">cronexpr</a>): five fields (minute, hour, day of month,
 * month, day of week), six fields (those and the year), seven fields (those after a second), or {@code @hourly} and its
 * like.
 *
 * <p>Times are local to a time zone. As in Nomad, a local time that is skipped when daylight saving begins does not
 * occur on that day, and one that is repeated when it ends occurs twice.
 */
public final class Cron {

    private static final Map<String, String> NAMED = Map.of(
            "@yearly", "0 0 1 1 *",
            "@annually", "0 0 1 1 *",
            "@monthly", "0 0 1 * *",
            "@weekly", "0 0 * * 0",
            "@daily", "0 0 * * *",
            "@midnight", "0 0 * * *",
            "@hourly", "0 * * * *");

    /** Before the first year of expressions, in every time zone. */
    private static final Instant BEFORE_ALL = Instant.EPOCH.minus(2, ChronoUnit.DAYS);

    // In characters.
    private static final int LONGEST = 256;

    private final BitSet seconds;
    private final BitSet minutes;
    private final BitSet hours;
    private final CronDays days;
    private final BitSet months;
    private final BitSet years;

    private Cron(List<String> fields) {
        this.seconds = CronField.SECOND.parse(fields.get(0));
        this.minutes = CronField.MINUTE.parse(fields.get(1));
        this.hours = CronField.HOUR.parse(fields.get(2));
        this.days = CronDays.parse(fields.get(3), fields.get(5));
        this.months = CronField.MONTH.parse(fields.get(4));
        this.years = CronField.YEAR.parse(fields.get(6));
    }

    /**
     * Parses an expression.
     *
     * @param expression the expression, at most 256 characters
     * @return the parsed expression
     * @throws IllegalArgumentException if it is malformed; the message says what is wrong and what to write instead
     */
    public static Cron parse(String expression) {
        if (expression.length() > LONGEST) {
            throw new IllegalArgumentException(
                    "is %d characters long: use at most %d, and several expressions if need be"
                            .formatted(expression.length(), LONGEST));
        }
        String text = expression.strip();
        if (text.startsWith("@")) {
            text = Optional.ofNullable(NAMED.get(text))
                    .orElseThrow(() -> new IllegalArgumentException(
                            "\"%s\" is not known; use @hourly, @daily, @weekly, @monthly, @yearly, or five fields"
                                    .formatted(expression)));
        }
        List<String> fields = Arrays.asList(text.split("\\s+"));
        return switch (fields.size()) {
            case 5 -> new Cron(List.of(("0 " + text + " *").split("\\s+")));
            case 6 -> new Cron(List.of(("0 " + text).split("\\s+")));
            case 7 -> new Cron(fields);
            default ->
                throw new IllegalArgumentException(
                        "has %d fields: write minute, hour, day of month, month and day of week, such as \"0 3 * * *\""
                                .formatted(fields.size()));
        };
    }

    /**
     * Validates an expression.
     *
     * @param expression the expression as submitted
     * @param zone its time zone
     * @return what is wrong with it and what to write instead, such as that it has no time at all; empty if it is valid
     */
    public static Optional<String> fault(String expression, ZoneId zone) {
        try {
            boolean hasTime = parse(expression).next(BEFORE_ALL, zone).isPresent();
            return hasTime
                    ? Optional.empty()
                    : Optional.of(
                            ("\"%s\" never runs: no time up to the year 2099 matches it. Write one that comes, with enabled ="
                                            + " false if the job only runs when it is forced")
                                    .formatted(expression));
        } catch (IllegalArgumentException e) {
            return Optional.of(e.getMessage());
        }
    }

    /**
     * Returns the next time.
     *
     * @param after the time after which to search; itself excluded
     * @param zone the time zone of the expression
     * @return the time; empty if there is none up to the year 2099, such as for the 30th of February
     */
    public Optional<Instant> next(Instant after, ZoneId zone) {
        ZoneRules rules = zone.getRules();
        LocalDateTime end = LocalDate.of(years.length(), 1, 1).atStartOfDay();
        Instant from = after.truncatedTo(ChronoUnit.SECONDS).plusSeconds(1);
        // Searches one period of constant offset after the other, so that a local time that occurs twice is found
        // twice.
        while (true) {
            ZoneOffset offset = rules.getOffset(from);
            LocalDateTime begin = LocalDateTime.ofInstant(from, offset);
            if (!begin.isBefore(end)) {
                return Optional.empty();
            }
            ZoneOffsetTransition change = rules.nextTransition(from);
            LocalDateTime until =
                    change == null || change.getDateTimeBefore().isAfter(end) ? end : change.getDateTimeBefore();
            Optional<LocalDateTime> found = nextLocal(begin, until);
            if (found.isPresent()) {
                return found.map(time -> time.toInstant(offset));
            }
            if (change == null) {
                return Optional.empty();
            }
            from = change.getInstant();
        }
    }

    /** Returns the first matching time from a time on and before another one; empty if there is none. */
    private Optional<LocalDateTime> nextLocal(LocalDateTime from, LocalDateTime until) {
        LocalDate day = from.toLocalDate();
        LocalTime begin = from.toLocalTime();
        while (day.atTime(begin).isBefore(until)) {
            if (!years.get(day.getYear())) {
                int year = years.nextSetBit(day.getYear());
                if (year < 0) {
                    return Optional.empty();
                }
                day = LocalDate.of(year, 1, 1);
            } else if (!months.get(day.getMonthValue())) {
                day = day.withDayOfMonth(1).plusMonths(1);
            } else {
                Optional<LocalTime> time = days.match(day) ? nextTime(begin) : Optional.empty();
                if (time.isPresent()) {
                    return time.map(day::atTime).filter(found -> found.isBefore(until));
                }
                day = day.plusDays(1);
            }
            begin = LocalTime.MIDNIGHT;
        }
        return Optional.empty();
    }

    private Optional<LocalTime> nextTime(LocalTime from) {
        for (int hour = hours.nextSetBit(from.getHour()); hour >= 0; hour = hours.nextSetBit(hour + 1)) {
            int firstMinute = hour == from.getHour() ? from.getMinute() : 0;
            for (int minute = minutes.nextSetBit(firstMinute); minute >= 0; minute = minutes.nextSetBit(minute + 1)) {
                boolean isFirst = hour == from.getHour() && minute == from.getMinute();
                int second = seconds.nextSetBit(isFirst ? from.getSecond() : 0);
                if (second >= 0) {
                    return Optional.of(LocalTime.of(hour, minute, second));
                }
            }
        }
        return Optional.empty();
    }
}
