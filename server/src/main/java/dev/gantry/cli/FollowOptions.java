package dev.gantry.cli;

import java.time.Duration;
import picocli.CommandLine.Option;

/** The options of commands that submit a job and then follow it. */
final class FollowOptions {

    @Option(names = "--detach", description = "Ends as soon as the job is stored, and prints the evaluation's id.")
    private boolean detach;

    @Option(
            names = "--wait-timeout",
            paramLabel = "DURATION",
            defaultValue = "10m",
            description = "How long to wait; 0: no limit. Default: ${DEFAULT-VALUE}.")
    private Duration waitTimeout;

    /** Returns true if the job is not to be followed. */
    boolean isDetached() {
        return detach;
    }

    /** Returns how long to follow the job; zero: without a limit. */
    Duration waitTimeout() {
        return waitTimeout;
    }
}
