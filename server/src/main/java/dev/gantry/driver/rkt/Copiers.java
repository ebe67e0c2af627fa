package dev.gantry.driver.rkt;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The processes that copy the output of a run to its files: shells, and their children. */
final class Copiers {

    private Copiers() {}

    /** Returns true if a process is one of the two shells of a copier of the pod. */
    static boolean isCopier(ProcessHandle process, String uuid) {
        try {
            String line = Files.readString(
                    Path.of("/proc", Long.toString(process.pid()), "cmdline"), StandardCharsets.ISO_8859_1);
            return line.contains(uuid + "/" + Supervisor.COPY_OUTPUT + "\0");
        } catch (IOException e) {
            // The process has just ended.
            return false;
        }
    }

    /**
     * Waits until all output of the pod is copied, up to a limit. Copiers that are still busy after the limit keep
     * running.
     */
    static void awaitEnd(String uuid, Duration limit) throws InterruptedException {
        CompletableFuture<?>[] ends =
                of(uuid).stream().map(ProcessHandle::onExit).toArray(CompletableFuture<?>[]::new);
        try {
            CompletableFuture.allOf(ends).get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            // A process that has left the pod still has the output open.
        } catch (ExecutionException e) {
            throw new IllegalStateException("The end of a process can't fail", e);
        }
    }

    /**
     * Kills the remaining copiers of an ended run, which a process that has left the pod may still feed. Two copiers
     * must never write to the same files.
     */
    static void kill(String uuid) {
        List<ProcessHandle> copiers = of(uuid);
        for (ProcessHandle copier : copiers) {
            if (copier.parent().filter(copiers::contains).isPresent()) {
                continue;
            }
            // Kill the outer shell first, since an outer shell starts its child again.
            List<ProcessHandle> descendants = copier.descendants().toList();
            copier.destroyForcibly();
            descendants.forEach(ProcessHandle::destroyForcibly);
        }
    }

    private static List<ProcessHandle> of(String uuid) {
        return ProcessHandle.allProcesses()
                .filter(process -> isCopier(process, uuid))
                .toList();
    }
}
