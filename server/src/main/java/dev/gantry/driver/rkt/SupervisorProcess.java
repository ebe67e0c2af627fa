package dev.gantry.driver.rkt;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * A running or ended supervisor of a pod.
 *
 * @param process the process of the supervisor; empty if the supervisor had ended before
 * @param end completed once the supervisor has ended
 */
record SupervisorProcess(Optional<ProcessHandle> process, CompletableFuture<?> end) {

    /** Returns a supervisor that this process has started. */
    static SupervisorProcess started(Process process) {
        return new SupervisorProcess(Optional.of(process.toHandle()), process.onExit());
    }

    /** Returns a supervisor that an earlier process of the node has started. */
    static SupervisorProcess found(ProcessIdentity identity, ProcessWatch watch) throws IOException {
        Optional<ProcessHandle> process = identity.handle();
        return new SupervisorProcess(
                process, process.isPresent() ? watch.end(identity) : CompletableFuture.completedFuture(null));
    }

    /** Returns a supervisor that has ended. */
    static SupervisorProcess gone() {
        return new SupervisorProcess(Optional.empty(), CompletableFuture.completedFuture(null));
    }

    /** Sends SIGTERM to the supervisor's children. The supervisor itself waits for their end. */
    void terminate(String uuid) {
        runners(uuid).forEach(ProcessHandle::destroy);
    }

    /** Kills the pod and its children. The supervisor can still copy its output and record its exit code. */
    void kill(String uuid) {
        List<ProcessHandle> runners = runners(uuid).toList();
        runners.stream().flatMap(ProcessHandle::descendants).toList().forEach(ProcessHandle::destroyForcibly);
        runners.forEach(ProcessHandle::destroyForcibly);
    }

    /** Returns the supervisor's children, except those that copy the pod's output. */
    private Stream<ProcessHandle> runners(String uuid) {
        return process.stream().flatMap(ProcessHandle::children).filter(child -> !Copiers.isCopier(child, uuid));
    }
}
