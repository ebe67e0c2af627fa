package dev.gantry.node.check;

/** Asks a service whether it can be used. */
@FunctionalInterface
public interface Question {

    /**
     * Asks once. Blocks for as long as an answer may take.
     *
     * @return the answer; that there is none is an answer, too
     * @throws InterruptedException if the thread was interrupted
     */
    Answer ask() throws InterruptedException;
}
