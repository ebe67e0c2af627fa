package dev.gantry.cluster;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A cron expression: when a periodic job runs. Five fields (minute, hour, day of month, month, day of week), or six with
 * seconds in front; or {@code @hourly} and its like.
 *
 * <p>As in Vixie's cron, where both days are restricted either may match. Of the times that a change to summer time
 * leaves out, the run comes as much later; of those that its end repeats, the first counts.
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

    /** A 29th of February may be eight years away. */
    private static final int FARTHEST_YEARS = 9;

    private final BitSet seconds;
    private final BitSet minutes;
    private final BitSet hours;
    private final BitSet daysOfMonth;
    private final BitSet months;
    private final BitSet daysOfWeek;
    private final boolean eitherDay;

    private Cron(List<String> fields) {
        this.seconds = CronField.SECOND.parse(fields.get(0));
        this.minutes = CronField.MINUTE.parse(fields.get(1));
        this.hours = CronField.HOUR.parse(fields.get(2));
        this.daysOfMonth = CronField.DAY_OF_MONTH.parse(fields.get(3));
        this.months = CronField.MONTH.parse(fields.get(4));
        this.daysOfWeek = CronField.DAY_OF_WEEK.parse(fields.get(5));
        this.eitherDay = isRestricted(fields.get(3)) && isRestricted(fields.get(5));
    }

    /**
     * Reads an expression.
     *
     * @param expression the expression
     * @return when it matches
     * @throws IllegalArgumentException saying what is wrong with it and what to write instead
     */
    public static Cron parse(String expression) {
        String text = expression.strip();
        if (text.startsWith("@")) {
            text = Optional.ofNullable(NAMED.get(text))
                    .orElseThrow(() -> new IllegalArgumentException(
                            "\"%s\" is not known; use @hourly, @daily, @weekly, @monthly, @yearly, or five fields"
                                    .formatted(expression)));
        }
        List<String> fields = List.of(text.split("\\s+"));
        return switch (fields.size()) {
            case 5 -> new Cron(List.of(("0 " + text).split("\\s+")));
            case 6 -> new Cron(fields);
            default ->
                throw new IllegalArgumentException(
                        "has %d fields: write minute, hour, day of month, month and day of week, such as \"0 3 * * *\""
                                .formatted(fields.size()));
        };
    }

    /**
     * Looks an expression through.
     *
     * @param expression as submitted
     * @return what is wrong with it and what to write instead; empty if nothing is
     */
    public static Optional<String> fault(String expression) {
        try {
            var unused = parse(expression);
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.of(e.getMessage());
        }
    }

    /**
     * The next time.
     *
     * @param after only times behind this one
     * @param zone where the expression's hours are
     * @return the time; empty if there is none in the next nine years, as for a 30th of February
     */
    public Optional<Instant> next(Instant after, ZoneId zone) {
        LocalDateTime local = LocalDateTime.ofInstant(after, zone).withNano(0);
        LocalDate farthest = local.toLocalDate().plusYears(FARTHEST_YEARS);
        while (!local.toLocalDate().isAfter(farthest)) {
            Optional<LocalDateTime> found = nextLocal(local.plusSeconds(1), farthest);
            if (found.isEmpty()) {
                return Optional.empty();
            }
            Instant time = found.get().atZone(zone).toInstant();
            if (time.isAfter(after)) {
                return Optional.of(time);
            }
            local = found.get();
        }
        return Optional.empty();
    }

    private Optional<LocalDateTime> nextLocal(LocalDateTime from, LocalDate farthest) {
        LocalDate day = from.toLocalDate();
        if (matches(day)) {
            Optional<LocalTime> today = nextTime(from.toLocalTime());
            if (today.isPresent()) {
                return Optional.of(day.atTime(today.get()));
            }
        }
        for (day = day.plusDays(1); !day.isAfter(farthest); day = day.plusDays(1)) {
            if (matches(day)) {
                return nextTime(LocalTime.MIDNIGHT).map(day::atTime);
            }
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

    private boolean matches(LocalDate day) {
        boolean ofMonth = daysOfMonth.get(day.getDayOfMonth());
        boolean ofWeek = daysOfWeek.get(day.getDayOfWeek().getValue() % 7);
        return months.get(day.getMonthValue()) && (eitherDay ? ofMonth || ofWeek : ofMonth && ofWeek);
    }

    private static boolean isRestricted(String field) {
        return !field.startsWith("*") && !field.startsWith("?");
    }
}
