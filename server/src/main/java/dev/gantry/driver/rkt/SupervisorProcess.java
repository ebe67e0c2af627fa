package dev.gantry.driver.rkt;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

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
    void terminate(String uuid) {
        runners(uuid).forEach(ProcessHandle::destroy);
    }

    /** Kills the pod with all that it has started; the supervisor can still copy its output and write down its end. */
    void kill(String uuid) {
        List<ProcessHandle> runners = runners(uuid).toList();
        runners.stream().flatMap(ProcessHandle::descendants).toList().forEach(ProcessHandle::destroyForcibly);
        runners.forEach(ProcessHandle::destroyForcibly);
    }

    /** Its children but those that copy the pod's output. */
    private Stream<ProcessHandle> runners(String uuid) {
        return process.stream().flatMap(ProcessHandle::children).filter(child -> !Copiers.isCopier(child, uuid));
    }
}
