package dev.gantry.cli;

import picocli.CommandLine.Option;

/** {@code --verbose}: shows ids whole. */
final class VerboseOption {

    @Option(names = "--verbose", description = "Shows ids whole, not only their first 8 characters.")
    private boolean verbose;

    /** Returns an id as it is shown. */
    String id(String id) {
        return verbose ? id : TextFormat.shortId(id);
    }
}
