package dev.gantry.driver.rkt;

import java.util.Map;
import java.util.Optional;

/** Describes exit codes for users. */
final class ExitMessages {

    /** The exit code of a process that SIGKILL ended. */
    static final int KILLED = 137;

    /** Nomad's words. */
    static final String OUT_OF_MEMORY = "Exit code 137: OOM Killed: the task was at its memory limit";

    private static final int SIGNALLED = 128;

    /**
     * The highest number of a signal on Linux. Exit codes above 128 plus this number come from programs, such as 254
     * from rkt.
     */
    private static final int LAST_SIGNAL = 64;

    private static final Map<Integer, String> SIGNALS = Map.ofEntries(
            Map.entry(1, "SIGHUP"),
            Map.entry(2, "SIGINT"),
            Map.entry(3, "SIGQUIT"),
            Map.entry(4, "SIGILL"),
            Map.entry(6, "SIGABRT"),
            Map.entry(7, "SIGBUS"),
            Map.entry(8, "SIGFPE"),
            Map.entry(9, "SIGKILL"),
            Map.entry(11, "SIGSEGV"),
            Map.entry(13, "SIGPIPE"),
            Map.entry(15, "SIGTERM"));

    private ExitMessages() {}

    static String of(int exitCode) {
        return "Exit code " + exitCode
                + signal(exitCode).map(signal -> ": ended by " + signal).orElse("");
    }

    /**
     * Returns the signal that an exit code stands for, such as {@code SIGKILL} or {@code signal 34}; empty if it stands
     * for no signal.
     */
    static Optional<String> signal(int exitCode) {
        int signal = exitCode - SIGNALLED;
        return signal < 1 || signal > LAST_SIGNAL
                ? Optional.empty()
                : Optional.of(SIGNALS.getOrDefault(signal, "signal " + signal));
    }
}
