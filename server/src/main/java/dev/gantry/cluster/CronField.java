package dev.gantry.cluster;

import java.util.BitSet;
import java.util.List;
import java.util.Locale;

/** One field of a cron expression: the values at which it matches. */
enum CronField {
    SECOND("second", 0, 59, List.of()),
    MINUTE("minute", 0, 59, List.of()),
    HOUR("hour", 0, 23, List.of()),
    DAY_OF_MONTH("day of month", 1, 31, List.of()),
    MONTH("month", 1, 12, List.of("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")),
    /** 0 and 7 are Sunday. */
    DAY_OF_WEEK("day of week", 0, 7, List.of("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"));

    private final String title;
    private final int least;
    private final int most;

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<String> names;

    CronField(String title, int least, int most, List<String> names) {
        this.title = title;
        this.least = least;
        this.most = most;
        this.names = names;
    }

    /**
     * Reads lists of values, ranges and steps: {@code 1,5}, {@code MON-FRI}, {@code 0-30/10}, {@code *}, {@code 5/15}.
     *
     * @throws IllegalArgumentException naming the field and the part of it that is none of these
     */
    BitSet parse(String text) {
        BitSet values = new BitSet();
        for (String part : text.split(",", -1)) {
            String[] rangeAndStep = part.split("/", -1);
            boolean hasStep = rangeAndStep.length == 2;
            int step = hasStep ? number(rangeAndStep[1], part) : 1;
            if (rangeAndStep.length > 2 || step < 1) {
                throw invalid(part);
            }
            addRange(values, rangeAndStep[0], hasStep, step, part);
        }
        if (this == DAY_OF_WEEK && values.get(7)) {
            values.set(0);
        }
        return values;
    }

    private void addRange(BitSet values, String range, boolean hasStep, int step, String part) {
        boolean isAny = range.equals("*") || range.equals("?");
        String[] ends = range.split("-", -1);
        int from = isAny ? least : value(ends[0], part);
        int to = isAny || (ends.length == 1 && hasStep) ? last() : value(ends[ends.length - 1], part);
        if (ends.length > 2 || from > to) {
            throw invalid(part);
        }
        for (int value = from; value <= to; value += step) {
            values.set(value);
        }
    }

    /** The last value of a range that has no end: not the second name of Sunday. */
    private int last() {
        return this == DAY_OF_WEEK ? 6 : most;
    }

    private int value(String text, String part) {
        int name = names.indexOf(text.toUpperCase(Locale.ROOT));
        int value = name >= 0 ? name + least : number(text, part);
        if (value < least || value > most) {
            throw invalid(part);
        }
        return value;
    }

    private int number(String text, String part) {
        boolean isNumber = !text.isEmpty() && text.length() <= 2 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!isNumber) {
            throw invalid(part);
        }
        return Integer.parseInt(text);
    }

    private IllegalArgumentException invalid(String part) {
        return new IllegalArgumentException(
                "\"%s\" is no %s: use values from %d to %d%s, ranges as 1-5, steps as */2, and commas between them"
                        .formatted(part, title, least, most, names.isEmpty() ? "" : " or names as " + names.get(1)));
    }
}
