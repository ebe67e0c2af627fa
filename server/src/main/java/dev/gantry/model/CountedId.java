package dev.gantry.model;

import java.util.HexFormat;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * The ids of evaluations and allocations: UUIDs whose first eight digits are a counter, its last digit first. So ids
 * that were made one after the other differ in their first character, and four characters tell the ids of 65,536 objects
 * apart, while the database keeps rows in the order of the counter.
 *
 * <p>Until Gantry 0.1 the counter had its usual order, and other objects had UUIDs that were all random. The three groups in
 * the middle tell the forms apart: they are fixed here, and were random there (42 bits).
 */
public final class CountedId {

    /** How many digits the counter has. */
    public static final int DIGITS = 8;

    /** A UUID of version 8, for custom forms (RFC 9562). */
    private static final String MIDDLE = "-0c1d-8001-8001-";

    private static final HexFormat HEX = HexFormat.of();

    /** How many digits the last group has. */
    private static final int LAST_GROUP = 12;

    private static final Pattern COUNTED = Pattern.compile("[0-9a-f]{8}-.*");

    private CountedId() {}

    /**
     * Makes an id.
     *
     * @param number the counter, unsigned
     * @param chance makes the id differ from those of other clusters; 48 bits of it are used
     * @return a UUID in its text form
     */
    public static String of(int number, long chance) {
        return reversed(HEX.toHexDigits(number)) + MIDDLE + HEX.toHexDigits(chance, LAST_GROUP);
    }

    /**
     * Returns the counter of an id.
     *
     * @param id any text
     * @return the counter, unsigned; empty if the text is no UUID
     */
    public static OptionalInt number(String id) {
        return COUNTED.matcher(id).matches()
                ? OptionalInt.of(HexFormat.fromHexDigits(inOrder(id), 0, DIGITS))
                : OptionalInt.empty();
    }

    /**
     * Returns an id with the digits of its counter in their usual order.
     *
     * @param id any text
     * @return the id; unchanged if it has another form
     */
    public static String inOrder(String id) {
        return isCounted(id) ? reversed(id.substring(0, DIGITS)) + id.substring(DIGITS) : id;
    }

    /**
     * Tells whether the counter of an id begins with its last digit.
     *
     * @param id any text
     * @return true if it does; false for another form
     */
    public static boolean isCounted(String id) {
        return id.startsWith(MIDDLE, DIGITS);
    }

    /**
     * Returns digits with the last one first.
     *
     * @param digits digits of a counter
     * @return the digits
     */
    public static String reversed(String digits) {
        return new StringBuilder(digits).reverse().toString();
    }
}
