package dev.gantry.cluster.job;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.Month;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.format.TextStyle;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Finds the next time of an expression of five or six fields by looking at the clock on the wall each minute. Slow, and
 * shares nothing with {@link Cron}: it lists the days of each month, and knows nothing of changes of the clock.
 */
final class CronOracle {

    private final Set<Integer> minutes;
    private final Set<Integer> hours;
    private final Set<Integer> months;
    private final Set<Integer> years;
    private final String daysOfMonth;
    private final String daysOfWeek;

    private CronOracle(String[] fields) {
        this.minutes = values(fields[0], 0, 59);
        this.hours = values(fields[1], 0, 23);
        this.daysOfMonth = fields[2];
        this.months = values(fields[3], 1, 12);
        this.daysOfWeek = fields[4];
        this.years = values(fields.length == 6 ? fields[5] : "*", 1970, 2099);
    }

    static Optional<Instant> next(String expression, Instant after, ZoneId zone, Instant last) {
        CronOracle oracle = new CronOracle(expression.split(" ", -1));
        LocalDate looked = null;
        boolean isDay = false;
        Instant time = after.minusSeconds(Math.floorMod(after.getEpochSecond(), 60));
        while (true) {
            time = time.plus(Duration.ofMinutes(1));
            if (time.isAfter(last)) {
                return Optional.empty();
            }
            LocalDateTime shown = LocalDateTime.ofInstant(time, zone);
            if (!shown.toLocalDate().equals(looked)) {
                looked = shown.toLocalDate();
                isDay = oracle.isDay(looked);
            }
            if (isDay && oracle.minutes.contains(shown.getMinute()) && oracle.hours.contains(shown.getHour())) {
                return Optional.of(time);
            }
        }
    }

    private boolean isDay(LocalDate day) {
        if (!months.contains(day.getMonthValue()) || !years.contains(day.getYear())) {
            return false;
        }
        boolean anyOfMonth = Stream.of(daysOfMonth.split(",", -1)).anyMatch(Set.of("*", "?")::contains);
        boolean anyOfWeek = Stream.of(daysOfWeek.split(",", -1)).anyMatch(Set.of("*", "?")::contains);
        Set<LocalDate> ofMonth = days(daysOfMonth, part -> ofMonth(part, YearMonth.from(day)));
        Set<LocalDate> ofWeek = days(daysOfWeek, part -> ofWeek(part, YearMonth.from(day)));
        if (anyOfMonth && anyOfWeek) {
            return true;
        }
        return (!anyOfMonth && ofMonth.contains(day)) || (!anyOfWeek && ofWeek.contains(day));
    }

    private static Set<LocalDate> days(String field, Function<String, Stream<LocalDate>> daysOfPart) {
        return Arrays.stream(field.split(",", -1)).flatMap(daysOfPart).collect(Collectors.toSet());
    }

    private static Stream<LocalDate> ofMonth(String part, YearMonth month) {
        if (part.equals("L")) {
            return Stream.of(month.atEndOfMonth());
        }
        if (part.equals("LW")) {
            return daysOf(month, CronOracle::isWorkday).stream().max(Comparator.naturalOrder()).stream();
        }
        if (part.endsWith("W")) {
            int wanted = Integer.parseInt(part.substring(0, part.length() - 1));
            return wanted > month.lengthOfMonth()
                    ? Stream.of()
                    : daysOf(month, CronOracle::isWorkday).stream()
                            .min(Comparator.comparing(day -> Math.abs(day.getDayOfMonth() - wanted)))
                            .stream();
        }
        Set<Integer> values = values(part, 1, 31);
        return daysOf(month, day -> values.contains(day.getDayOfMonth())).stream();
    }

    private static Stream<LocalDate> ofWeek(String part, YearMonth month) {
        if (part.contains("#")) {
            int week = Integer.parseInt(part.substring(2));
            return daysOf(month, isOn(part.substring(0, 1))).stream()
                    .skip(week - 1)
                    .limit(1);
        }
        if (part.endsWith("L")) {
            List<LocalDate> days = daysOf(month, isOn(part.substring(0, 1)));
            return Stream.of(days.get(days.size() - 1));
        }
        return daysOf(month, isOn(part)).stream();
    }

    private static Predicate<LocalDate> isOn(String part) {
        Set<Integer> values = part.equals("*/2") ? Set.of(0, 2, 4, 6) : values(part, 0, 7);
        return day -> values.contains(day.getDayOfWeek().getValue())
                || (day.getDayOfWeek() == DayOfWeek.SUNDAY && values.contains(0));
    }

    private static List<LocalDate> daysOf(YearMonth month, Predicate<LocalDate> wanted) {
        return IntStream.rangeClosed(1, month.lengthOfMonth())
                .mapToObj(month::atDay)
                .filter(wanted)
                .toList();
    }

    private static boolean isWorkday(LocalDate day) {
        return day.getDayOfWeek().getValue() <= DayOfWeek.FRIDAY.getValue();
    }

    private static Set<Integer> values(String field, int least, int most) {
        return IntStream.rangeClosed(least, most)
                .filter(value ->
                        Arrays.stream(field.split(",", -1)).anyMatch(part -> matches(part, value, least, most)))
                .boxed()
                .collect(Collectors.toSet());
    }

    private static boolean matches(String part, int value, int least, int most) {
        if (part.contains("/")) {
            String range = part.substring(0, part.indexOf('/'));
            int begin = range.equals("*") ? least : number(range.split("-", -1)[0]);
            int end = range.contains("-") ? number(range.split("-", -1)[1]) : most;
            return value >= begin
                    && value <= end
                    && (value - begin) % number(part.substring(part.indexOf('/') + 1)) == 0;
        }
        if (part.contains("-")) {
            return value >= number(part.split("-", -1)[0]) && value <= number(part.split("-", -1)[1]);
        }
        return part.equals("*") || part.equals("?") || number(part) == value;
    }

    private static int number(String text) {
        for (Month month : Month.values()) {
            if (month.getDisplayName(TextStyle.SHORT, Locale.ENGLISH).equalsIgnoreCase(text)) {
                return month.getValue();
            }
        }
        for (DayOfWeek day : DayOfWeek.values()) {
            if (day.getDisplayName(TextStyle.SHORT, Locale.ENGLISH).equalsIgnoreCase(text)) {
                return day.getValue() % 7;
            }
        }
        return Integer.parseInt(text);
    }
}
