package dev.gantry.cli;

import com.google.protobuf.Message;
import java.time.Duration;
import picocli.CommandLine.Option;

/** The options of commands that submit a job and then follow it. */
final class FollowOptions {

    @Option(names = "--detach", description = "Ends as soon as the job is stored, and prints the evaluation's id.")
    private boolean detach;

    @Option(
            names = "--json",
            description = "Ends as soon as the job is stored, and prints the protocol's JSON of the response.")
    private boolean json;

    @Option(
            names = "--wait-timeout",
            paramLabel = "DURATION",
            defaultValue = "10m",
            description = "How long to wait; 0: no limit. Default: ${DEFAULT-VALUE}.")
    private Duration waitTimeout;

    /** Prints the response if the job is not to be followed, and returns true then. */
    boolean isDetached(CliContext context, Message response, String evaluationId) {
        if (json) {
            context.print(ProtoJson.of(response));
        } else if (detach) {
            context.print(evaluationId);
        }
        return json || detach;
    }

    /** Returns how long to follow the job; zero: without a limit. */
    Duration waitTimeout() {
        return waitTimeout;
    }
}
