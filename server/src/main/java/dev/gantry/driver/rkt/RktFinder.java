package dev.gantry.driver.rkt;

import java.nio.file.Files;
import java.nio.file.Path;

/** Finds the rkt to call: for a new pod this machine's rkt, for an existing pod the rkt that made the pod. */
final class RktFinder {

    private final RktExecutable executable;
    private final CommandRunner runner;
    private final RktTimeouts timeouts;

    RktFinder(RktExecutable executable, CommandRunner runner, RktTimeouts timeouts) {
        this.executable = executable;
        this.runner = runner;
        this.timeouts = timeouts;
    }

    /** Returns the rkt for new pods. */
    RktCli current() throws RktException {
        return at(executable.locate());
    }

    /**
     * Returns the rkt that made a pod. If that rkt no longer exists, returns this machine's rkt, which may be its
     * successor.
     */
    RktCli of(PodRecord pod) {
        if (Files.isExecutable(pod.rkt())) {
            return at(pod.rkt());
        }
        try {
            return current();
        } catch (RktException e) {
            // Calls of the missing executable will fail with a message.
            return at(pod.rkt());
        }
    }

    private RktCli at(Path rkt) {
        return new RktCli(rkt, runner, timeouts);
    }
}
