package dev.gantry.store;

/**
 * The key of a row whose object has a UUID: the first 64 bits of the UUID, with the sign bit flipped so that the
 * numbers have the order of the texts. H2 stores a table in the order of a key that is one number, without an index for
 * it.
 *
 * <p>The server's own ids begin with a counter, so that no two objects of a kind have the same key. Code that looks up
 * an id from a client compares the id of the object it finds.
 */
final class RowKey {

    private static final int DIGITS = 16;
    private static final int HEX = 16;

    private RowKey() {}

    /**
     * Returns the key of an id.
     *
     * @throws IllegalArgumentException if the id is not the text of a UUID
     */
    static long of(String id) {
        String digits = digits(id);
        if (digits.length() < DIGITS) {
            throw new IllegalArgumentException(
                    "\"%s\" is no UUID: its row could not be told from others".formatted(id));
        }
        return key(digits, "0");
    }

    /**
     * Returns the smallest key of the ids with a prefix.
     *
     * @param prefix the prefix; it ends at the first character that a UUID cannot have
     */
    static long first(String prefix) {
        return key(digits(prefix), "0");
    }

    /** Returns the greatest key of the ids with a prefix. */
    static long last(String prefix) {
        return key(digits(prefix), "f");
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
