package dev.gantry.driver.rkt;

import java.nio.file.Files;
import java.nio.file.Path;

/** Finds the rkt to call: this machine's, or for a pod the one that made it. */
final class RktFinder {

    private final RktExecutable executable;
    private final CommandRunner runner;
    private final RktTimeouts timeouts;

    RktFinder(RktExecutable executable, CommandRunner runner, RktTimeouts timeouts) {
        this.executable = executable;
        this.runner = runner;
        this.timeouts = timeouts;
    }

    /** The rkt for new pods. */
    RktCli current() throws RktException {
        return at(executable.locate());
    }

    /** The rkt that made a pod, or if that is gone this machine's, which may have taken its place. */
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
