package dev.gantry.cli;

import picocli.CommandLine.Option;

/** {@code --enable} or {@code --disable}, one of which must be given. */
final class EnableOrDisable {

    @Option(names = "--enable", description = "Switches it on.")
    private boolean enable;

    @Option(names = "--disable", description = "Switches it off.")
    private boolean disable;

    /** Returns true for {@code --enable}, false for {@code --disable}. */
    boolean isEnable() {
        return enable && !disable;
    }
}
