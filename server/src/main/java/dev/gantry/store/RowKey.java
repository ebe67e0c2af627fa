package dev.gantry.store;

/**
 * The key of the row of an object that is named by a UUID: the first 64 bits of the name, moved so that numbers are in the
 * order of the texts. A table whose key is one number is kept in its order, and needs no index for it.
 *
 * <p>The server's own names begin with a number that counts up, so that no two of a kind have the same key. Who asks for a
 * name that came from outside compares what was found with it.
 */
final class RowKey {

    private static final int DIGITS = 16;
    private static final int HEX = 16;

    private RowKey() {}

    /**
     * The key of a name.
     *
     * @throws IllegalArgumentException if it is not a UUID's text
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
     * The least key of the names that begin so.
     *
     * @param prefix what is behind its first character that no UUID has is not looked at
     */
    static long first(String prefix) {
        return key(digits(prefix), "0");
    }

    /** The greatest key of the names that begin so. */
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

    /** Capitals are not taken for digits: names are written without them. */
    private static boolean isDigit(char character) {
        return (character >= '0' && character <= '9') || (character >= 'a' && character <= 'f');
    }
}
