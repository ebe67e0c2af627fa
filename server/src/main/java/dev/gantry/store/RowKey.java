package dev.gantry.store;

import dev.gantry.model.CountedId;
import java.util.HexFormat;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * The key of a row whose object has a UUID: the first 64 bits of the UUID, with the digits of a {@link CountedId}'s counter
 * in their usual order, and with the sign bit flipped, so that the keys have the order in which the ids were made. H2 stores
 * a table in the order of a key that is one number, without an index for it.
 *
 * <p>The server's own ids have a counter, so that no two objects of a kind have the same key. Code that looks up an id from
 * a client compares the id of the object it finds.
 */
final class RowKey {

    private static final int DIGITS = 16;
    private static final int HEX = 16;
    private static final int BITS_OF_DIGIT = 4;

    /** The second digit of each byte of an int. */
    private static final int LOW_DIGITS = 0x0F0F0F0F;

    /** The most counters that a prefix is looked for among, the newest: 268 million ids for four characters. */
    private static final long MOST_COUNTERS = 4096;

    private RowKey() {}

    /**
     * Some keys.
     *
     * @param first the smallest
     * @param last the greatest
     */
    record Range(long first, long last) {}

    /**
     * Returns the key of an id.
     *
     * @throws IllegalArgumentException if the id is not the text of a UUID
     */
    static long of(String id) {
        return parse(id, DIGITS);
    }

    /**
     * Returns the key of an id that a client has sent.
     *
     * @param id any text; it ends at the first character that a UUID cannot have. Missing digits count as 0
     */
    static long ofAny(String id) {
        return parse(id, 0);
    }

    /** Parses an id that has some digits at least. Makes no texts in between, since each write of a row asks for its key. */
    private static long parse(String id, int leastDigits) {
        long digits = 0;
        int count = 0;
        for (int i = 0; i < id.length() && count < DIGITS; i++) {
            char character = id.charAt(i);
            if (isDigit(character)) {
                digits = (digits << BITS_OF_DIGIT) | Character.digit(character, HEX);
                count++;
            } else if (character != '-') {
                break;
            }
        }
        if (count < leastDigits) {
            throw new IllegalArgumentException(
                    "\"%s\" is no UUID: its row could not be told from others".formatted(id));
        }
        digits <<= BITS_OF_DIGIT * (DIGITS - count);
        return (CountedId.isCounted(id) ? withCounterInOrder(digits) : digits) ^ Long.MIN_VALUE;
    }

    /** Returns digits of which the first eight have the reverse order. */
    private static long withCounterInOrder(long digits) {
        int bytes = Integer.reverseBytes((int) (digits >>> Integer.SIZE));
        int counter = ((bytes >>> BITS_OF_DIGIT) & LOW_DIGITS) | ((bytes & LOW_DIGITS) << BITS_OF_DIGIT);
        return ((long) counter << Integer.SIZE) | Integer.toUnsignedLong((int) digits);
    }

    /**
     * Returns where the keys of ids with a prefix can be. Ids of both forms of {@link CountedId} are looked for; other ids
     * may have keys there too.
     *
     * @param prefix the prefix; it ends at the first character that a UUID cannot have
     * @param greatest the greatest key of the table
     * @return the ranges, the newest of the spread form first
     */
    static Stream<Range> like(String prefix, long greatest) {
        String digits = digits(prefix);
        Stream<Range> plain = Stream.of(range(digits));
        if (digits.length() >= CountedId.DIGITS) {
            String counter = CountedId.reversed(digits.substring(0, CountedId.DIGITS));
            return Stream.concat(Stream.of(range(counter + digits.substring(CountedId.DIGITS))), plain);
        }
        int bits = digits.length() * BITS_OF_DIGIT;
        long lowest = digits.isEmpty() ? 0 : Long.parseLong(CountedId.reversed(digits), HEX);
        long most = (greatest ^ Long.MIN_VALUE) >>> Integer.SIZE;
        long steps = most < lowest ? -1 : (most - lowest) >> bits;
        Stream<Range> spread = LongStream.iterate(steps, step -> step >= 0, step -> step - 1)
                .limit(MOST_COUNTERS)
                .mapToObj(step -> range(HexFormat.of().toHexDigits(lowest + (step << bits), CountedId.DIGITS)));
        return Stream.concat(spread, plain);
    }

    private static Range range(String digits) {
        return new Range(key(digits, "0"), key(digits, "f"));
    }

    private static long key(String digits, String others) {
        return Long.parseUnsignedLong(digits + others.repeat(DIGITS - digits.length()), HEX) ^ Long.MIN_VALUE;
    }

    private static String digits(String text) {
        StringBuilder digits = new StringBuilder(DIGITS);
        for (int i = 0; i < text.length() && digits.length() < DIGITS; i++) {
            char character = text.charAt(i);
            if (isDigit(character)) {
                digits.append(character);
            } else if (character != '-') {
                break;
            }
        }
        return digits.toString();
    }

    /** Returns true for the digits of ids, which have no capital letters. */
    private static boolean isDigit(char character) {
        return (character >= '0' && character <= '9') || (character >= 'a' && character <= 'f');
    }
}
