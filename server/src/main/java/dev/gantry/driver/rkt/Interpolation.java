package dev.gantry.driver.rkt;

/** Knows values that can't be judged yet. */
final class Interpolation {

    private Interpolation() {}

    /**
     * Whether a value is only known on the node.
     *
     * @param value a value of a job
     * @return true if it holds a <code>${…}</code>
     */
    static boolean isPending(String value) {
        return value.contains("${");
    }
}
