package dev.gantry.node;

import dev.gantry.node.allocation.AllocationDirectories;
import dev.gantry.node.allocation.AllocationRunner;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes the directories of forgotten allocations, on a thread of its own since directories may be large. Directories
 * that are left when the node ends are deleted after its next start.
 */
public final class DirectoryCleaner {

    private static final Logger LOG = LoggerFactory.getLogger(DirectoryCleaner.class);

    private static final Duration TASKS_END = Duration.ofSeconds(30);

    private final AllocationDirectories directories;
    private final ScheduledExecutorService thread;
    private final RetryDelay retry;

    /**
     * Creates a cleaner.
     *
     * @param directories the directories of allocations
     * @param thread an executor with one thread; its queue holds at most one entry for each allocation
     * @param firstRetry the wait before the first retry of a directory that could not be deleted
     */
    public DirectoryCleaner(AllocationDirectories directories, ScheduledExecutorService thread, Duration firstRetry) {
        this.directories = directories;
        this.thread = thread;
        this.retry = new RetryDelay(firstRetry);
    }

    /** Deletes the directory of an allocation, once the threads of the allocation's tasks have ended. */
    void clean(String allocationId, Optional<AllocationRunner> runner) {
        thread.execute(() -> {
            try {
                if (runner.isPresent()) {
                    runner.get().join(TASKS_END);
                }
                delete(allocationId, 0);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private void delete(String allocationId, int failures) {
        try {
            directories.delete(allocationId);
        } catch (IOException e) {
            Duration wait = retry.after(failures + 1);
            LOG.warn(
                    "Can't delete the directory of allocation {}; retrying in {} s", allocationId, wait.toSeconds(), e);
            deleteLater(allocationId, failures + 1, wait);
        }
    }

    /** Renames the directory first: by the time of the retry, the allocation may have been assigned again. */
    private void deleteLater(String allocationId, int failures, Duration wait) {
        try {
            String aside = directories.setAside(allocationId);
            var unused = thread.schedule(() -> delete(aside, failures), wait.toMillis(), TimeUnit.MILLISECONDS);
        } catch (IOException e) {
            LOG.warn(
                    "Can't rename the directory of allocation {} either; it stays until the next start of the node",
                    allocationId,
                    e);
        }
    }
}
