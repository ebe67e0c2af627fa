package dev.gantry.jobfile.hcl2;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.format.TextStyle;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Functions on times, which are texts such as {@code 2024-05-01T12:00:00Z}. */
final class TimeFunctions {

    private static final Pattern DURATION =
            Pattern.compile("([+-]?)((?:[0-9]{1,9}(?:\\.[0-9]{1,9})?(?:ns|us|µs|ms|s|m|h))+)");
    private static final Pattern PART = Pattern.compile("([0-9.]+)(ns|us|µs|ms|s|m|h)");
    private static final Map<String, Long> NANOS = Map.of(
            "ns",
            1L,
            "us",
            1_000L,
            "µs",
            1_000L,
            "ms",
            1_000_000L,
            "s",
            1_000_000_000L,
            "m",
            60_000_000_000L,
            "h",
            3_600_000_000_000L);
    private static final Pattern SYMBOL = Pattern.compile("'((?:[^']|'')*)'|([A-Za-z])\\2*|[^A-Za-z']+");

    /** The longest format or duration: long texts would exhaust the stack of a match. */
    private static final int LONGEST = 200;

    private TimeFunctions() {}

    static void addTo(Functions.Table table) {
        table.add("timeadd", 2, TimeFunctions::add);
        table.add("formatdate", 2, TimeFunctions::format);
    }

    private static OffsetDateTime time(Arguments a, int index) {
        try {
            return OffsetDateTime.parse(a.text(index));
        } catch (DateTimeParseException e) {
            throw a.unfit(index, "a time, such as \"2024-05-01T12:00:00Z\"");
        }
    }

    private static Datum add(Arguments a) {
        OffsetDateTime time = time(a, 0);
        Matcher duration = DURATION.matcher(a.text(1));
        if (a.text(1).length() > LONGEST || !duration.matches()) {
            throw a.unfit(1, "a duration, such as \"30s\" or \"-1h30m\"");
        }
        BigDecimal nanos = PART.matcher(duration.group(2))
                .results()
                .map(part -> new BigDecimal(part.group(1)).multiply(BigDecimal.valueOf(NANOS.get(part.group(2)))))
                .reduce(BigDecimal.ZERO, BigDecimal::add);
        BigDecimal[] parts = nanos.divideAndRemainder(BigDecimal.valueOf(1_000_000_000L));
        Duration amount = Duration.ofSeconds(parts[0].longValue(), parts[1].longValue());
        try {
            OffsetDateTime sum = duration.group(1).equals("-") ? time.minus(amount) : time.plus(amount);
            return Datum.text(DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(sum));
        } catch (DateTimeException | ArithmeticException e) {
            throw a.fault(1, "this time is out of range");
        }
    }

    private static Datum format(Arguments a) {
        OffsetDateTime time = time(a, 1);
        if (a.text(0).length() > LONGEST) {
            throw a.fault(0, "a format has at most %d characters".formatted(LONGEST));
        }
        StringBuilder text = new StringBuilder();
        Matcher symbol = SYMBOL.matcher(a.text(0));
        int from = 0;
        while (symbol.find() && symbol.start() == from) {
            from = symbol.end();
            text.append(
                    symbol.group(1) != null
                            ? symbol.group(1).replace("''", "'")
                            : symbol.group(2) == null ? symbol.group() : field(symbol.group(), time, a));
        }
        if (from < a.text(0).length()) {
            throw a.fault(0, "a ' in this format is never closed");
        }
        return Datum.text(text.toString());
    }

    private static String field(String symbol, OffsetDateTime time, Arguments a) {
        int twelve = time.getHour() % 12 == 0 ? 12 : time.getHour() % 12;
        return switch (symbol) {
            case "YYYY" -> "%04d".formatted(time.getYear());
            case "YY" -> "%02d".formatted(time.getYear() % 100);
            case "MMMM" -> time.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
            case "MMM" -> time.getMonth().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
            case "MM" -> "%02d".formatted(time.getMonthValue());
            case "M" -> String.valueOf(time.getMonthValue());
            case "DD" -> "%02d".formatted(time.getDayOfMonth());
            case "D" -> String.valueOf(time.getDayOfMonth());
            case "EEEE" -> time.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
            case "EEE" -> time.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
            case "hh" -> "%02d".formatted(time.getHour());
            case "h" -> String.valueOf(time.getHour());
            case "HH" -> "%02d".formatted(twelve);
            case "H" -> String.valueOf(twelve);
            case "AA" -> time.getHour() < 12 ? "AM" : "PM";
            case "aa" -> time.getHour() < 12 ? "am" : "pm";
            case "mm" -> "%02d".formatted(time.getMinute());
            case "m" -> String.valueOf(time.getMinute());
            case "ss" -> "%02d".formatted(time.getSecond());
            case "s" -> String.valueOf(time.getSecond());
            case "ZZZZZ" -> offset(time, true);
            case "ZZZZ" -> offset(time, false);
            case "ZZZ" -> time.getOffset().equals(ZoneOffset.UTC) ? "UTC" : offset(time, false);
            case "Z" -> time.getOffset().equals(ZoneOffset.UTC) ? "Z" : offset(time, true);
            default -> throw a.fault(0, symbol + " is no part of a time: put text in '…'");
        };
    }

    private static String offset(OffsetDateTime time, boolean colon) {
        int minutes = time.getOffset().getTotalSeconds() / 60;
        return "%s%02d%s%02d"
                .formatted(minutes < 0 ? "-" : "+", Math.abs(minutes) / 60, colon ? ":" : "", Math.abs(minutes) % 60);
    }
}
