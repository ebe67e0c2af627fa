package dev.gantry.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** {@code gantry} itself: the options of all commands. */
@Command(
        name = "gantry",
        description = "Runs App Container (rkt) jobs on a cluster of nodes.",
        synopsisSubcommandLabel = "COMMAND")
final class RootCommand {

    @Mixin
    @SuppressWarnings("unused")
    private final ServerOption server;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Prints the usage of a command.")
    @SuppressWarnings("unused")
    private boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Shows this program's version.")
    @SuppressWarnings("unused")
    private boolean version;

    RootCommand(ServerOption server) {
        this.server = server;
    }
}
