package dev.gantry.bench;

import picocli.CommandLine.Command;

/** {@code gantry bench}: measures of a real server on this machine. */
@Command(
        name = "bench",
        description = "Measures Gantry on this machine.",
        subcommands = {PlacementsCommand.class, SubmissionsCommand.class, RestartCommand.class, LatencyCommand.class})
public final class BenchCommand {}
