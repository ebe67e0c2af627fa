package dev.gantry.scheduler;

/**
 * Something that a node has too little of.
 *
 * @param dimension what: "memory", "cpu", "port 8080", "dynamic ports"
 * @param asked how much is asked for
 * @param free how much the node has left
 * @param unit of both, with a space before it; empty for counts
 */
record Shortage(String dimension, long asked, long free, String unit) {

    @Override
    public String toString() {
        return "%s (%d%s asked, %d%s free)".formatted(dimension, asked, unit, free, unit);
    }
}
