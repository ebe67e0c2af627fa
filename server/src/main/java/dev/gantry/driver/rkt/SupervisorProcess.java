package dev.gantry.driver.rkt;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A supervisor as this process of the node knows it.
 *
 * @param process its process; empty if it had ended before
 * @param end completed once it has ended
 */
record SupervisorProcess(Optional<ProcessHandle> process, CompletableFuture<?> end) {

    /** One that this process has started. */
    static SupervisorProcess started(Process process) {
        return new SupervisorProcess(Optional.of(process.toHandle()), process.onExit());
    }

    /** One that an earlier process has started. */
    static SupervisorProcess found(ProcessIdentity identity, ProcessWatch watch) throws IOException {
        Optional<ProcessHandle> process = identity.handle();
        return new SupervisorProcess(
                process, process.isPresent() ? watch.end(identity) : CompletableFuture.completedFuture(null));
    }

    /** One that lives no more. */
    static SupervisorProcess gone() {
        return new SupervisorProcess(Optional.empty(), CompletableFuture.completedFuture(null));
    }

    /** Asks what the supervisor runs to end; the supervisor itself waits for that. */
    void terminateChildren() {
        process.ifPresent(supervisor -> supervisor.children().forEach(ProcessHandle::destroy));
    }

    /** Kills all that the supervisor has started, so that it can still write down how that ended. */
    void killDescendants() {
        process.ifPresent(supervisor -> supervisor.descendants().forEach(ProcessHandle::destroyForcibly));
    }
}
