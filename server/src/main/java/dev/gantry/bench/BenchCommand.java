package dev.gantry.bench;

import picocli.CommandLine.Command;

/** {@code gantry bench}: measures of a real server on this machine. */
@Command(
        name = "bench",
        description = "Measures Gantry on this machine.",
        subcommands = {
            AllCommand.class,
            StartCommand.class,
            PlacementsCommand.class,
            SubmissionsCommand.class,
            OverloadCommand.class,
            RestartCommand.class,
            WhatIfCommand.class,
            IdleCommand.class,
            SessionsCommand.class,
            SecurityCommand.class,
            LatencyCommand.class
        })
public final class BenchCommand {

    private final Runnable startLog;

    /**
     * Creates the command.
     *
     * @param startLog starts the program's log; called when a measurement begins
     */
    public BenchCommand(Runnable startLog) {
        this.startLog = startLog;
    }

    /** Starts the program's log. Each measurement calls this first. */
    void startLog() {
        startLog.run();
    }
}
