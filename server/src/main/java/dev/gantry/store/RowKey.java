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
    private static final int BITS_PER_DIGIT = 4;

    private RowKey() {}

    /**
     * The key of a name.
     *
     * @throws IllegalArgumentException if it is not a UUID's text
     */
    static long of(String id) {
        if (countDigits(id) < DIGITS) {
            throw new IllegalArgumentException(
                    "\"%s\" is no UUID: its row could not be told from others".formatted(id));
        }
        return first(id);
    }

    /**
     * The least key of the names that begin so.
     *
     * @param prefix what is behind its first character that no UUID has is not looked at
     */
    static long first(String prefix) {
        return bits(prefix) ^ Long.MIN_VALUE;
    }

    /** The greatest key of the names that begin so. */
    static long last(String prefix) {
        int digits = countDigits(prefix);
        long open = digits == DIGITS ? 0 : -1L >>> (digits * BITS_PER_DIGIT);
        return (bits(prefix) | open) ^ Long.MIN_VALUE;
    }

    /** The digits of a text at the upper end, with zeros behind. */
    private static long bits(String text) {
        long bits = 0;
        int shift = Long.SIZE;
        for (int i = 0; i < text.length() && shift > 0; i++) {
            char character = text.charAt(i);
            if (character != '-') {
                int digit = digit(character);
                if (digit < 0) {
                    break;
                }
                shift -= BITS_PER_DIGIT;
                bits |= (long) digit << shift;
            }
        }
        return bits;
    }

    private static int countDigits(String text) {
        int digits = 0;
        for (int i = 0; i < text.length() && digits < DIGITS; i++) {
            char character = text.charAt(i);
            if (character != '-') {
                if (digit(character) < 0) {
                    break;
                }
                digits++;
            }
        }
        return digits;
    }

    /** Capitals are not taken for digits: names are written without them. */
    private static int digit(char character) {
        if (character >= '0' && character <= '9') {
            return character - '0';
        }
        return character >= 'a' && character <= 'f' ? character - 'a' + 10 : -1;
    }
}
