package dev.gantry.jobfile.hcl2;

import dev.gantry.jobfile.hcl.Position;

/**
 * Counts the work of an evaluation and ends it when it is too much: a line such as {@code [for a in range(1000) : [for b
 * in range(1000) : …]]} could take all memory and time.
 */
final class Budget {

    /** The largest value, in characters and elements: twice the largest job. */
    static final long LARGEST = 2L << 20;

    /** The deepest value. */
    static final int DEEPEST = 100;

    /** All work: characters and elements that are made or looked at. */
    private static final long WORK = 3 * LARGEST;

    private static final int DEEPEST_EVALUATION = 300;

    private long left = WORK;
    private int depth;

    /** An evaluation has used up what it may. It ends as a whole: {@code try} does not catch this. */
    static final class ExhaustedException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final transient Position position;

        ExhaustedException(Position position, String message) {
            super(message);
            this.position = position;
        }

        Position position() {
            return position;
        }
    }

    /** Takes from the budget. */
    void charge(long work, Position position) {
        left -= Math.min(work, WORK + 1);
        if (left < 0) {
            throw new ExhaustedException(
                    position,
                    "the file takes too much work: more than 6 million characters and elements are calculated");
        }
    }

    /** Takes the size of a new value from the budget. */
    <T extends Datum> T charge(T value, Position position) {
        if (value.size() > LARGEST) {
            throw new ExhaustedException(position, "this value is too large: it has more than 2 million characters");
        }
        if (value.depth() > DEEPEST) {
            throw new ExhaustedException(position, "this value is nested more than " + DEEPEST + " deep: flatten it");
        }
        charge(value.size(), position);
        return value;
    }

    /** Begins an evaluation within others. */
    void enter(Position position) {
        charge(1, position);
        if (++depth > DEEPEST_EVALUATION) {
            throw new ExhaustedException(
                    position, "expressions and locals refer to each other more than 300 deep: simplify them");
        }
    }

    /** Ends an evaluation. */
    void leave() {
        depth--;
    }
}
