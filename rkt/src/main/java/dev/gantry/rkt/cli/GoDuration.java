package dev.gantry.rkt.cli;

import dev.gantry.rkt.cli.Flags.Flag;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as Go writes them, such as {@code 24h0m0s} or {@code 1.5h}. */
final class GoDuration {

    private static final Pattern PART =
            Pattern.compile("(\\d{1,15}(?:\\.\\d{0,9})?|\\.\\d{1,9})(h|ms|m|s|us|\u00b5s|ns)");
    private static final Map<String, Long> NANOSECONDS = Map.of(
            "h", 3_600_000_000_000L,
            "m", 60_000_000_000L,
            "s", 1_000_000_000L,
            "ms", 1_000_000L,
            "us", 1_000L,
            "\u00b5s", 1_000L,
            "ns", 1L);

    private GoDuration() {}

    /**
     * Reads the value of a flag.
     *
     * @param flag the flag
     * @return the duration, not negative
     * @throws UsageException if the text is not a duration
     */
    static Duration parse(Flag flag) throws UsageException {
        if (flag.value().equals("0")) {
            return Duration.ZERO;
        }
        BigDecimal nanoseconds = BigDecimal.ZERO;
        Matcher part = PART.matcher(flag.value());
        int at = 0;
        while (part.find() && part.start() == at) {
            nanoseconds = nanoseconds.add(
                    new BigDecimal(part.group(1)).multiply(BigDecimal.valueOf(NANOSECONDS.get(part.group(2)))));
            at = part.end();
        }
        if (at == 0 || at < flag.value().length() || nanoseconds.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            throw UsageException.invalidValue(flag, "time: invalid duration " + flag.value());
        }
        return Duration.ofNanos(nanoseconds.longValue());
    }
}
