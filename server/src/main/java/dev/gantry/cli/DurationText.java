package dev.gantry.cli;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.regex.Pattern;
import picocli.CommandLine.TypeConversionException;

/** DurationText as people write them: {@code 90s}, {@code 5m}, {@code 1h30m}, {@code 500ms}; 0 needs no unit. */
public final class DurationText {

    private static final Pattern WHOLE = Pattern.compile("(?=.)(\\d{1,9}h)?(\\d{1,9}m(?!s))?(\\d{1,9}s)?(\\d{1,9}ms)?");

    private static final Pattern PART = Pattern.compile("(\\d+)(ms|[hms])");

    private DurationText() {}

    /**
     * Parses a duration.
     *
     * @param text the text
     * @return the duration, not negative
     * @throws TypeConversionException if the text is no duration
     */
    public static Duration parse(String text) {
        if (text.equals("0")) {
            return Duration.ZERO;
        }
        String lower = text.toLowerCase(Locale.ROOT);
        if (!WHOLE.matcher(lower).matches()) {
            throw new TypeConversionException("\"" + text + "\" is not a duration such as 90s, 5m or 1h30m");
        }
        return PART.matcher(lower)
                .results()
                .map(part -> Duration.of(Long.parseLong(part.group(1)), unit(part.group(2))))
                .reduce(Duration.ZERO, Duration::plus);
    }

    /** Formats a duration by its two greatest units: {@code 2d3h}, {@code 5m12s}, {@code 0s}. */
    static String format(Duration duration) {
        long seconds = Math.max(0, duration.toSeconds());
        if (seconds < 60) {
            return seconds + "s";
        }
        if (seconds < 3600) {
            return pair(seconds / 60, "m", seconds % 60, "s");
        }
        return seconds < 86_400
                ? pair(seconds / 3600, "h", seconds / 60 % 60, "m")
                : pair(seconds / 86_400, "d", seconds / 3600 % 24, "h");
    }

    private static String pair(long great, String greatUnit, long small, String smallUnit) {
        return great + greatUnit + (small == 0 ? "" : small + smallUnit);
    }

    private static ChronoUnit unit(String name) {
        return switch (name) {
            case "h" -> ChronoUnit.HOURS;
            case "m" -> ChronoUnit.MINUTES;
            case "s" -> ChronoUnit.SECONDS;
            default -> ChronoUnit.MILLIS;
        };
    }
}
