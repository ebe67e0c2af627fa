package dev.gantry.store;

/** Makes UUIDs, which the store requires as ids, from short names. */
public final class TestIds {

    private static final String ZEROS = "00000000";

    private TestIds() {}

    /**
     * Returns a UUID that begins with a short name.
     *
     * @param begin its first digits, at most eight, such as {@code a1}; ids are in the order of these
     * @return a UUID in its text form
     */
    public static String id(String begin) {
        return begin + ZEROS.substring(begin.length()) + "-0000-8000-8000-000000000000";
    }
}
