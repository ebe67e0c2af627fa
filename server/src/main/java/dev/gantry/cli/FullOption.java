package dev.gantry.cli;

import dev.gantry.v1.View;
import picocli.CommandLine.Option;

/** {@code --full}: what of a list's objects {@code --json} prints. */
final class FullOption {

    @Option(
            names = "--full",
            description = "With --json, of a list: the whole objects, not only what tells them apart.")
    private boolean full;

    boolean isFull() {
        return full;
    }

    View view() {
        return full ? View.VIEW_FULL : View.VIEW_BASIC;
    }
}
