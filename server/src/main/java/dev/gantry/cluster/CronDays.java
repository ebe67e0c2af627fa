package dev.gantry.cluster;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.util.BitSet;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The two fields of a cron expression that name days. Where both are restricted, a day that either names matches; where
 * one is {@code *} or {@code ?}, the other decides. A step such as {@code *}{@code /2} restricts.
 */
final class CronDays {

    private static final Pattern WEEKDAY_OF_WEEK = Pattern.compile("([^#]+)#([1-5])");

    private final boolean anyOfMonth;
    private final boolean anyOfWeek;
    private final BitSet daysOfMonth = new BitSet();
    /** {@code 15W}: the working day nearest to the 15th, within the month. */
    private final BitSet nearestWorkdays = new BitSet();

    private boolean lastDay;
    private boolean lastWorkday;
    private final BitSet daysOfWeek = new BitSet();
    /** {@code 5L}: the last Friday. */
    private final BitSet lastDaysOfWeek = new BitSet();
    /** {@code 5#2}, the second Friday, is kept as 7 * 2 + 5. */
    private final BitSet numberedDaysOfWeek = new BitSet();

    private CronDays(boolean anyOfMonth, boolean anyOfWeek) {
        this.anyOfMonth = anyOfMonth;
        this.anyOfWeek = anyOfWeek;
    }

    /**
     * Reads both fields.
     *
     * @throws IllegalArgumentException saying what is wrong with one of them and what to write instead
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

    /** A Saturday's is the Friday before, a Sunday's the Monday after; where that is of another month, the other way. */
    private static LocalDate nearestWorkday(LocalDate day) {
        if (day.getDayOfWeek() == DayOfWeek.SATURDAY) {
            return day.getDayOfMonth() == 1 ? day.plusDays(2) : day.minusDays(1);
        }
        if (day.getDayOfWeek() == DayOfWeek.SUNDAY) {
            return day.getDayOfMonth() == day.lengthOfMonth() ? day.minusDays(2) : day.plusDays(1);
        }
        return day;
    }

    /** As in Nomad, one part that is unrestricted makes the whole field so. */
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
