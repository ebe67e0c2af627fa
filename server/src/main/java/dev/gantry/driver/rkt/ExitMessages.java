package dev.gantry.driver.rkt;

import java.util.Map;

/** Says for people what an exit code means. */
final class ExitMessages {

    /** The exit code of what was ended by SIGKILL. */
    static final int KILLED = 137;

    /** Nomad's words. */
    static final String OUT_OF_MEMORY = "Exit code 137: OOM Killed: the task was at its memory limit";

    private static final int SIGNALLED = 128;
    private static final Map<Integer, String> SIGNALS = Map.of(
            1, "SIGHUP", 2, "SIGINT", 3, "SIGQUIT", 6, "SIGABRT", 9, "SIGKILL", 11, "SIGSEGV", 13, "SIGPIPE", 15,
            "SIGTERM");

    private ExitMessages() {}

    static String of(int exitCode) {
        String signal = SIGNALS.get(exitCode - SIGNALLED);
        return "Exit code " + exitCode + (signal == null ? "" : ": ended by " + signal);
    }
}
