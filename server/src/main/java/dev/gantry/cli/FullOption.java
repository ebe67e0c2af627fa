package dev.gantry.cli;

import dev.gantry.v1.View;
import picocli.CommandLine.Option;

/** {@code --full}: makes {@code --json} print the whole objects of a list. */
final class FullOption {

    @Option(
            names = "--full",
            description = "With --json: prints the whole objects of a list, not only their main fields.")
    private boolean full;

    boolean isFull() {
        return full;
    }

    View view() {
        return full ? View.VIEW_FULL : View.VIEW_BASIC;
    }
}
