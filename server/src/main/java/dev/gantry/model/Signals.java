package dev.gantry.model;

import java.util.Optional;
import java.util.Set;

/** The signals of Linux that a task can be sent, by their names in signal(7). */
public final class Signals {

    private static final Set<String> NAMES = Set.of(
            "SIGABRT",
            "SIGALRM",
            "SIGCONT",
            "SIGHUP",
            "SIGINT",
            "SIGIO",
            "SIGKILL",
            "SIGPIPE",
            "SIGPROF",
            "SIGPWR",
            "SIGQUIT",
            "SIGTERM",
            "SIGTRAP",
            "SIGTSTP",
            "SIGTTIN",
            "SIGTTOU",
            "SIGURG",
            "SIGUSR1",
            "SIGUSR2",
            "SIGVTALRM",
            "SIGWINCH",
            "SIGXCPU",
            "SIGXFSZ");

    private Signals() {}

    /**
     * Returns the fault of a signal's name.
     *
     * @param name the name, such as SIGHUP
     * @return what is wrong and the remedy; empty if a task can be sent this signal
     */
    public static Optional<String> fault(String name) {
        return NAMES.contains(name)
                ? Optional.empty()
                : Optional.of("\"%s\" is no signal; %s".formatted(name, Spelling.hint(name, NAMES)));
    }
}
