package dev.gantry.driver.rkt;

import java.io.IOException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Watches for the end of processes that are not children of this process. One thread watches all of them, and sleeps
 * while there is no process to watch.
 *
 * <p>{@link ProcessHandle#onExit()} uses a thread for each process and treats zombies as alive. In a container whose
 * first process is not an init, orphans stay zombies, so the method would wait forever.
 */
final class ProcessWatch {

    private static final long PERIOD_NANOS = 200_000_000;

    private final Set<Watched> all = ConcurrentHashMap.newKeySet();
    private final Thread thread = new Thread(this::run, "rkt-watch");

    ProcessWatch() {
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Returns a future of the end of a process.
     *
     * @param process the process
     * @return completed on the watch's own thread once the process has ended; failed if {@code /proc} can't be read
     */
    CompletableFuture<Void> end(ProcessIdentity process) {
        Watched watched = new Watched(process, new CompletableFuture<>());
        all.add(watched);
        LockSupport.unpark(thread);
        return watched.end;
    }

    private void run() {
        while (true) {
            all.removeIf(Watched::look);
            if (all.isEmpty()) {
                LockSupport.park(this);
            } else {
                LockSupport.parkNanos(this, PERIOD_NANOS);
            }
        }
    }

    private record Watched(ProcessIdentity process, CompletableFuture<Void> end) {

        /**
         * Completes the future if the process has ended, or if {@code /proc} can't be read. Returns true in these
         * cases.
         */
        boolean look() {
            try {
                if (process.isAlive()) {
                    return false;
                }
                end.complete(null);
            } catch (IOException | RuntimeException e) {
                // Don't throw: this thread watches all other processes too.
                end.completeExceptionally(e);
            }
            return true;
        }
    }
}
