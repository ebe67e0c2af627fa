package dev.gantry.cli;

import picocli.CommandLine.Option;

/**
 * {@code --enable} or {@code --disable}, one of which must be given. Nomad's spelling with one dash is accepted too.
 */
final class EnableOrDisable {

    @Option(names = "--enable", description = "Switches it on.")
    private boolean enable;

    @Option(names = "--disable", description = "Switches it off.")
    private boolean disable;

    @Option(names = "-enable", hidden = true)
    private boolean enableInNomad;

    @Option(names = "-disable", hidden = true)
    private boolean disableInNomad;

    /** Returns true for {@code --enable}, false for {@code --disable}. */
    boolean isEnable() {
        return (enable || enableInNomad) && !disable && !disableInNomad;
    }
}
