package dev.gantry.rkt.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;

/** Sizes and times for people, as rkt's libraries write them. */
final class HumanText {

    private static final DateTimeFormatter TIME = new DateTimeFormatterBuilder()
            .appendPattern("uuuu-MM-dd HH:mm:ss")
            .appendFraction(ChronoField.MILLI_OF_SECOND, 0, 3, true)
            .appendPattern(" xx zzz")
            .toFormatter(Locale.ROOT);

    private static final List<Unit> UNITS = List.of(
            new Unit(60, 1, "second"),
            new Unit(3600, 60, "minute"),
            new Unit(86_400, 3600, "hour"),
            new Unit(604_800, 86_400, "day"),
            new Unit(2_592_000, 604_800, "week"),
            new Unit(31_104_000, 2_592_000, "month"),
            new Unit(Long.MAX_VALUE, 31_104_000, "year"));

    private HumanText() {}

    /** Writes a time in this machine's time zone, with up to three digits after the second. */
    static String time(Instant time) {
        return TIME.format(ZonedDateTime.ofInstant(time, ZoneId.systemDefault()));
    }

    /** Formats how long ago a time was, in the largest unit of which at least one has passed. */
    static String age(Instant time, Instant now) {
        long seconds = Duration.between(time, now).toSeconds();
        if (seconds < 1) {
            return "now";
        }
        for (Unit unit : UNITS) {
            if (seconds < unit.limit()) {
                long amount = seconds / unit.seconds();
                return "%d %s%s ago".formatted(amount, unit.name(), amount == 1 ? "" : "s");
            }
        }
        throw new IllegalStateException("the last unit has no limit");
    }

    /** Writes a size in binary units. */
    static String bytes(long bytes) {
        List<String> units = List.of("B", "KiB", "MiB", "GiB", "TiB");
        double value = bytes;
        int unit = 0;
        while (value >= 1024 && unit < units.size() - 1) {
            value /= 1024;
            unit++;
        }
        String number = unit > 0 && value < 10
                ? String.format(Locale.ROOT, "%.1f", Math.floor(value * 10 + 0.5) / 10)
                : String.format(Locale.ROOT, "%.0f", value);
        return number + units.get(unit);
    }

    private record Unit(long limit, long seconds, String name) {}
}
