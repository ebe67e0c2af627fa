package dev.gantry.node.check;

/**
 * What came of asking once.
 *
 * @param passes whether the service can be used
 * @param output what was got, or why nothing was; at most 512 characters
 */
public record Answer(boolean passes, String output) {

    private static final int LONGEST = 512;

    /** Clips the output. */
    public Answer {
        output = output.length() > LONGEST ? output.substring(0, LONGEST) : output;
    }
}
