package dev.gantry.model;

import dev.gantry.v1.DriverHealth;
import java.util.Map;
import java.util.TreeMap;

/**
 * The limits of a node's reports about itself and its tasks. Nodes truncate what they report. A server refuses reports
 * beyond the limits; texts that only people read are truncated instead.
 */
public final class NodeLimits {

    /** The most attributes, and the most entries of meta, of a node. */
    public static final int MOST_ENTRIES = 1000;

    /** The longest name of an attribute or of an entry of meta, in characters. */
    public static final int LONGEST_KEY = 256;

    /** The longest value of an attribute or of an entry of meta, in characters. */
    public static final int LONGEST_VALUE = 4096;

    /** The longest node class, in characters. */
    public static final int LONGEST_CLASS = 128;

    /** The largest description of a node, in bytes. */
    public static final int LARGEST_NODE = 256 * 1024;

    /** The most bytes of a file of an allocation that a node sends at a time. */
    public static final int LARGEST_FILE_PIECE = 256 * 1024;

    /** The most bytes of zeros that a node leaves out of a piece of a file. */
    public static final long MOST_SKIPPED_ZEROS = 256L << 20;

    /** The most files of a directory that a node lists at a time. */
    public static final int MOST_LISTED_FILES = 1000;

    /** The most drivers of a node. */
    public static final int MOST_DRIVERS = 64;

    /** The longest description, message of an event, or error, in characters. */
    public static final int LONGEST_TEXT = 1024;

    private static final String MARK = "...";

    private NodeLimits() {}

    /**
     * Truncates a text for people.
     *
     * @param text the text
     * @param longest the most characters, 3 or more
     * @return the text; if it is too long, its beginning followed by "...", together {@code longest} characters
     */
    public static String cut(String text, int longest) {
        if (text.length() <= longest) {
            return text;
        }
        int end = longest - MARK.length();
        // Do not cut a surrogate pair.
        return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end) + MARK;
    }

    /**
     * Truncates the attributes that a node has found.
     *
     * @param attributes all attributes
     * @return the first attributes by name, with truncated values; attributes with too long names are left out
     */
    public static Map<String, String> attributes(Map<String, String> attributes) {
        Map<String, String> bounded = new TreeMap<>();
        new TreeMap<>(attributes).forEach((name, value) -> {
            if (bounded.size() < MOST_ENTRIES && !name.isEmpty() && name.length() <= LONGEST_KEY) {
                bounded.put(name, cut(value, LONGEST_VALUE));
            }
        });
        return bounded;
    }

    /**
     * Truncates the description of a driver's health.
     *
     * @param health the health
     * @return the health with a truncated description
     */
    public static DriverHealth health(DriverHealth health) {
        return health.getDescription().length() <= LONGEST_TEXT
                ? health
                : health.toBuilder()
                        .setDescription(cut(health.getDescription(), LONGEST_TEXT))
                        .build();
    }
}
