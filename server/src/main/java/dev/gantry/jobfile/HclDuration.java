package dev.gantry.jobfile;

import com.google.protobuf.Duration;
import java.math.BigDecimal;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Parses and writes durations in Go's syntax, which Nomad uses: {@code 30s}, {@code 1h30m}, {@code 1.5h}, {@code 100ms}, 0. */
final class HclDuration {

    private static final Pattern WHOLE = Pattern.compile("(?:\\d{1,9}(?:\\.\\d{1,9})?(?:ns|us|µs|ms|s|m|h))+");
    private static final Pattern PART = Pattern.compile("([\\d.]+)(ns|us|µs|ms|s|m|h)");
    private static final Map<String, Long> NANOS = Map.of(
            "ns", 1L,
            "us", 1_000L,
            "µs", 1_000L,
            "ms", 1_000_000L,
            "s", 1_000_000_000L,
            "m", 60_000_000_000L,
            "h", 3_600_000_000_000L);

    private HclDuration() {}

    /** Parses a duration; empty if the text is none. */
    static Optional<Duration> parse(String text) {
        if (text.equals("0")) {
            return Optional.of(Duration.getDefaultInstance());
        }
        if (!WHOLE.matcher(text).matches()) {
            return Optional.empty();
        }
        BigDecimal nanos =
                PART.matcher(text).results().map(HclDuration::nanos).reduce(BigDecimal.ZERO, BigDecimal::add);
        BigDecimal[] parts = nanos.divideAndRemainder(BigDecimal.valueOf(NANOS.get("s")));
        return Optional.of(Duration.newBuilder()
                .setSeconds(parts[0].longValue())
                .setNanos(parts[1].intValue())
                .build());
    }

    /** Writes a duration of 0 or more. */
    static String written(Duration duration) {
        long seconds = duration.getSeconds();
        int nanos = duration.getNanos();
        String text = part(seconds / 3600, "h")
                + part(seconds / 60 % 60, "m")
                + part(seconds % 60, "s")
                + part(nanos / 1_000_000, "ms")
                + part(nanos % 1_000_000, "ns");
        return text.isEmpty() ? "0s" : text;
    }

    private static String part(long number, String unit) {
        return number == 0 ? "" : number + unit;
    }

    private static BigDecimal nanos(MatchResult part) {
        return new BigDecimal(part.group(1)).multiply(BigDecimal.valueOf(NANOS.get(part.group(2))));
    }
}
