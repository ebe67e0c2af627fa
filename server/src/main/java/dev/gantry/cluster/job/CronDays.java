package dev.gantry.cluster.job;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.util.BitSet;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The day of month and the day of week of a cron expression. If both fields are restricted, a day matches if either
 * field matches. If one field is {@code *} or {@code ?}, the other decides. A step such as {@code *}{@code /2} is a
 * restriction.
 */
final class CronDays {

    private static final Pattern WEEKDAY_OF_WEEK = Pattern.compile("([^#]+)#([1-5])");

    private final boolean anyOfMonth;
    private final boolean anyOfWeek;
    private final BitSet daysOfMonth = new BitSet();
    /** Days such as {@code 15W}: the working day nearest to the 15th, within the month. */
    private final BitSet nearestWorkdays = new BitSet();

    private boolean lastDay;
    private boolean lastWorkday;
    private final BitSet daysOfWeek = new BitSet();
    /** Days such as {@code 5L}: the last Friday of the month. */
    private final BitSet lastDaysOfWeek = new BitSet();
    /** Days such as {@code 5#2}, the second Friday of the month, stored as 7 * 2 + 5. */
    private final BitSet numberedDaysOfWeek = new BitSet();

    private CronDays(boolean anyOfMonth, boolean anyOfWeek) {
        this.anyOfMonth = anyOfMonth;
        this.anyOfWeek = anyOfWeek;
    }

    /**
     * Parses both fields.
     *
     * @throws IllegalArgumentException if a field is malformed; the message says what is wrong and what to write
     *     instead
     */
    static CronDays parse(String ofMonth, String ofWeek) {
        CronDays days = new CronDays(isAny(ofMonth), isAny(ofWeek));
        for (String part : ofMonth.split(",", -1)) {
            days.addOfMonth(part);
        }
        for (String part : ofWeek.split(",", -1)) {
            days.addOfWeek(part);
        }
        return days;
    }

    /** Returns true if a day matches the fields. */
    boolean match(LocalDate day) {
        if (anyOfMonth) {
            return anyOfWeek || matchOfWeek(day);
        }
        return matchOfMonth(day) || (!anyOfWeek && matchOfWeek(day));
    }

    private void addOfMonth(String part) {
        switch (part.toUpperCase(Locale.ROOT)) {
            case "L" -> lastDay = true;
            case "LW" -> lastWorkday = true;
            default -> {
                if (endsWith(part, 'W')) {
                    nearestWorkdays.set(CronField.DAY_OF_MONTH.value(withoutEnd(part), part));
                } else {
                    CronField.DAY_OF_MONTH.add(part, daysOfMonth);
                }
            }
        }
    }

    private void addOfWeek(String part) {
        Matcher numbered = WEEKDAY_OF_WEEK.matcher(part);
        if (numbered.matches()) {
            int day = CronField.DAY_OF_WEEK.value(numbered.group(1), part) % 7;
            numberedDaysOfWeek.set(7 * Integer.parseInt(numbered.group(2)) + day);
        } else if (endsWith(part, 'L')) {
            lastDaysOfWeek.set(CronField.DAY_OF_WEEK.value(withoutEnd(part), part) % 7);
        } else {
            CronField.DAY_OF_WEEK.add(part, daysOfWeek);
        }
    }

    private boolean matchOfMonth(LocalDate day) {
        int dayOfMonth = day.getDayOfMonth();
        int last = day.lengthOfMonth();
        return daysOfMonth.get(dayOfMonth)
                || (lastDay && dayOfMonth == last)
                || (lastWorkday && day.equals(nearestWorkday(day.withDayOfMonth(last))))
                || nearestWorkdays.stream()
                        .filter(wanted -> wanted <= last)
                        .anyMatch(wanted -> day.equals(nearestWorkday(day.withDayOfMonth(wanted))));
    }

    private boolean matchOfWeek(LocalDate day) {
        int dayOfWeek = day.getDayOfWeek().getValue() % 7;
        int week = (day.getDayOfMonth() - 1) / 7 + 1;
        return daysOfWeek.get(dayOfWeek)
                || numberedDaysOfWeek.get(7 * week + dayOfWeek)
                || (lastDaysOfWeek.get(dayOfWeek) && day.getDayOfMonth() + 7 > day.lengthOfMonth());
    }

    /**
     * Returns the working day nearest to a day: Friday for a Saturday, Monday for a Sunday. If that day is in another
     * month, returns the nearest working day on the other side.
     */
    private static LocalDate nearestWorkday(LocalDate day) {
        if (day.getDayOfWeek() == DayOfWeek.SATURDAY) {
            return day.getDayOfMonth() == 1 ? day.plusDays(2) : day.minusDays(1);
        }
        if (day.getDayOfWeek() == DayOfWeek.SUNDAY) {
            return day.getDayOfMonth() == day.lengthOfMonth() ? day.minusDays(2) : day.plusDays(1);
        }
        return day;
    }

    /** Returns true if a field has no restriction: as in Nomad, one part {@code *} or {@code ?} is enough. */
    private static boolean isAny(String field) {
        for (String part : field.split(",", -1)) {
            if (part.equals("*") || part.equals("?")) {
                return true;
            }
        }
        return false;
    }

    private static boolean endsWith(String part, char letter) {
        return part.length() > 1 && Character.toUpperCase(part.charAt(part.length() - 1)) == letter;
    }

    private static String withoutEnd(String part) {
        return part.substring(0, part.length() - 1);
    }
}
