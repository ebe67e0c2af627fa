package dev.gantry.model;

import dev.gantry.v1.DriverHealth;
import java.util.Map;
import java.util.TreeMap;

/**
 * How much a node may say of itself and of its tasks. A node keeps to it by cutting what it found out; a server refuses what
 * is beyond, but for texts that only people read, which it cuts.
 */
public final class NodeLimits {

    /** How many attributes, and how many entries of meta, a node may have. */
    public static final int MOST_ENTRIES = 1000;

    /** How long a name of an attribute or of an entry of meta may be, in characters. */
    public static final int LONGEST_KEY = 256;

    /** How long a value of these may be, in characters. */
    public static final int LONGEST_VALUE = 4096;

    /** How long the class of a node may be, in characters. */
    public static final int LONGEST_CLASS = 128;

    /** How many bytes all that a node says of itself may take. */
    public static final int LARGEST_NODE = 256 * 1024;

    /** How many drivers a node may have. */
    public static final int MOST_DRIVERS = 64;

    /** How long a description, an event's message or an error may be, in characters. */
    public static final int LONGEST_TEXT = 1024;

    private static final String MARK = "...";

    private NodeLimits() {}

    /**
     * A text that people read.
     *
     * @param text the text
     * @param longest how long it may be, in characters, 3 or more
     * @return the text; its begin and a mark, together as long as may be, if it is too long
     */
    public static String cut(String text, int longest) {
        if (text.length() <= longest) {
            return text;
        }
        int end = longest - MARK.length();
        // Not through the middle of a character.
        return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end) + MARK;
    }

    /**
     * What a node found out about itself, as much of it as it may say.
     *
     * @param attributes all of it
     * @return the first of them by name, their values cut; those with a name too long left out
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
     * How a driver is, as much as may be said of it.
     *
     * @param health all of it
     * @return the same, its description cut
     */
    public static DriverHealth health(DriverHealth health) {
        return health.getDescription().length() <= LONGEST_TEXT
                ? health
                : health.toBuilder()
                        .setDescription(cut(health.getDescription(), LONGEST_TEXT))
                        .build();
    }
}
