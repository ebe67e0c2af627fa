package dev.gantry.cli;

import picocli.CommandLine.Option;

/** {@code -yes} and {@code -y} of Nomad's scripts. They change nothing, since no command asks. */
final class YesOption {

    @Option(
            names = {"--yes", "-y"},
            hidden = true)
    @SuppressWarnings("unused")
    private boolean yes;
}
