package dev.gantry.cli;

import picocli.CommandLine.Option;

/** {@code --enable} or {@code --disable}, one of which must be given; Nomad's spelling with one dash is taken too. */
final class EnableOrDisable {

    @Option(
            names = {"--enable", "-enable"},
            description = "Switches it on.")
    private boolean enable;

    @Option(
            names = {"--disable", "-disable"},
            description = "Switches it off.")
    private boolean disable;

    /** Which of the two. */
    boolean isEnable() {
        return enable && !disable;
    }
}
