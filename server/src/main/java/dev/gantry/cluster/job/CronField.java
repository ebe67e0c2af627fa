package dev.gantry.cluster.job;

import java.util.BitSet;
import java.util.List;
import java.util.Locale;

/** The fields of a cron expression, with their ranges. */
enum CronField {
    /** 0 to 59. */
    SECOND("second", 0, 59, List.of()),
    /** 0 to 59. */
    MINUTE("minute", 0, 59, List.of()),
    /** 0 to 23. */
    HOUR("hour", 0, 23, List.of()),
    /** 1 to 31. */
    DAY_OF_MONTH("day of month", 1, 31, List.of()),
    /** 1 to 12, or English names. */
    MONTH(
            "month",
            1,
            12,
            List.of(
                    "JANUARY",
                    "FEBRUARY",
                    "MARCH",
                    "APRIL",
                    "MAY",
                    "JUNE",
                    "JULY",
                    "AUGUST",
                    "SEPTEMBER",
                    "OCTOBER",
                    "NOVEMBER",
                    "DECEMBER")),
    /** 0 to 7, or English names; Sunday is 0 and 7. */
    DAY_OF_WEEK(
            "day of week", 0, 7, List.of("SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY")),
    /** 1970 to 2099. */
    YEAR("year", 1970, 2099, List.of());

    private static final int SHORT_NAME = 3;
    private static final int MOST_DIGITS = 4;

    private final String title;
    private final int least;
    private final int most;

    @SuppressWarnings("ImmutableEnumChecker") // List.of returns an immutable list
    private final List<String> names;

    CronField(String title, int least, int most, List<String> names) {
        this.title = title;
        this.least = least;
        this.most = most;
        this.names = names;
    }

    /**
     * Parses a list of values, ranges and steps: {@code 1,5}, {@code MON-FRI}, {@code 0-30/10}, {@code *},
     * {@code 5/15}.
     *
     * @return the values at which the field matches
     * @throws IllegalArgumentException if a part of the list is malformed; the message names the field and the part
     */
    BitSet parse(String text) {
        BitSet values = new BitSet();
        for (String part : text.split(",", -1)) {
            add(part, values);
        }
        return values;
    }

    /**
     * Parses one part of a list and adds its values.
     *
     * @throws IllegalArgumentException as {@link #parse}
     */
    void add(String part, BitSet values) {
        String[] rangeAndStep = part.split("/", -1);
        boolean hasStep = rangeAndStep.length == 2;
        int step = hasStep ? number(rangeAndStep[1], part) : 1;
        if (rangeAndStep.length > 2 || step < 1 || step > last()) {
            throw invalid(part);
        }
        String range = rangeAndStep[0];
        boolean isAny = range.equals("*") || (range.equals("?") && !hasStep);
        String[] ends = range.split("-", -1);
        int from = isAny ? least : value(ends[0], part);
        int to = isAny || (ends.length == 1 && hasStep) ? last() : end(ends, part);
        if (ends.length > 2 || from > to) {
            throw invalid(part);
        }
        for (int value = from; value <= to; value += step) {
            values.set(this == DAY_OF_WEEK ? value % 7 : value);
        }
    }

    /**
     * Parses one value.
     *
     * @param text the value: a number or a name
     * @param part the part of the list that contains it, for the message
     * @throws IllegalArgumentException as {@link #parse}
     */
    int value(String text, String part) {
        int name = nameIndex(text.toUpperCase(Locale.ROOT));
        int value = name >= 0 ? name + least : number(text, part);
        if (value < least || value > most) {
            throw invalid(part);
        }
        return value;
    }

    /** Parses the end of a range. The name of Sunday at the end of a range of days counts as 7. */
    private int end(String[] ends, String part) {
        int value = value(ends[ends.length - 1], part);
        return this == DAY_OF_WEEK && value == 0 && ends.length > 1 && value(ends[0], part) > 0 ? most : value;
    }

    /** Returns the highest value of a range without an end: for days of the week 6, since 7 is Sunday again. */
    private int last() {
        return this == DAY_OF_WEEK ? 6 : most;
    }

    private int nameIndex(String text) {
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            if (text.equals(name) || text.equals(name.substring(0, SHORT_NAME))) {
                return i;
            }
        }
        return -1;
    }

    private int number(String text, String part) {
        boolean isNumber =
                !text.isEmpty() && text.length() <= MOST_DIGITS && text.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!isNumber) {
            throw invalid(part);
        }
        return Integer.parseInt(text);
    }

    private IllegalArgumentException invalid(String part) {
        String orNames = names.isEmpty() ? "" : " or names as " + names.get(1).substring(0, SHORT_NAME);
        String range = this == YEAR ? "2030-2035" : "1-5";
        return new IllegalArgumentException(
                "\"%s\" is no %s: use values from %d to %d%s, ranges as %s, steps as */2, and commas between them"
                        .formatted(part, title, least, most, orNames, range));
    }
}
