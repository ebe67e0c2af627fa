package dev.gantry.api;

import com.google.protobuf.util.Durations;
import dev.gantry.model.ProtoTimes;
import java.time.Duration;

/** Validates and formats durations of requests. */
final class DurationValidator {

    /** Longer durations are mistakes and would overflow counts of nanoseconds. */
    private static final Duration LONGEST = Duration.ofDays(10_000);

    private DurationValidator() {}

    /** Reports a duration that is malformed or out of range. Returns true if the duration is valid. */
    static boolean check(String field, com.google.protobuf.Duration duration, Duration least, Violations violations) {
        if (!Durations.isValid(duration)) {
            violations.add(
                    field, "%d s and %d ns are no duration".formatted(duration.getSeconds(), duration.getNanos()));
            return false;
        }
        Duration value = of(duration);
        if (value.compareTo(least) < 0) {
            String range = least.isZero() ? "below 0" : "shorter than " + text(least);
            violations.add(field, "%s is %s".formatted(text(value), range));
            return false;
        }
        if (value.compareTo(LONGEST) > 0) {
            violations.add(field, "%s is longer than %d days".formatted(text(value), LONGEST.toDays()));
            return false;
        }
        return true;
    }

    static Duration of(com.google.protobuf.Duration duration) {
        return ProtoTimes.toDuration(duration);
    }

    /** Formats a duration, such as {@code 90s}, {@code 1h30m} or {@code 100ms}. */
    static String text(Duration duration) {
        if (duration.isNegative()) {
            return "-" + text(duration.negated());
        }
        if (duration.toNanosPart() != 0) {
            return duration.toMillis() + "ms";
        }
        String text = part(duration.toHours(), "h")
                + part(duration.toMinutesPart(), "m")
                + part(duration.toSecondsPart(), "s");
        return text.isEmpty() ? "0s" : text;
    }

    private static String part(long number, String unit) {
        return number == 0 ? "" : number + unit;
    }
}
