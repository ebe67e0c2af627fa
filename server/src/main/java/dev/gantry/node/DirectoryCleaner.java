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
 * Deletes the directories of allocations that nobody speaks of any more, on a thread of its own: they may be large. What
 * is not done when the node ends is done after its next start.
 */
public final class DirectoryCleaner {

    private static final Logger LOG = LoggerFactory.getLogger(DirectoryCleaner.class);

    private static final Duration REMOVAL = Duration.ofSeconds(30);

    private final AllocationDirectories directories;
    private final ScheduledExecutorService thread;
    private final RetryDelay retry;

    /**
     * Makes a cleaner.
     *
     * @param directories where allocations live
     * @param thread one thread; its queue holds one entry an allocation at most
     * @param firstRetry how long to wait before a directory that could not be deleted is tried again the first time
     */
    public DirectoryCleaner(AllocationDirectories directories, ScheduledExecutorService thread, Duration firstRetry) {
        this.directories = directories;
        this.thread = thread;
        this.retry = new RetryDelay(firstRetry);
    }

    /** Deletes what an allocation has left behind, once its drivers are done with it. */
    void clean(String allocationId, Optional<AllocationRunner> runner) {
        thread.execute(() -> {
            try {
                if (runner.isPresent()) {
                    runner.get().join(REMOVAL);
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
                    "Can't delete the directory of allocation {}; that is tried again in {} s",
                    allocationId,
                    wait.toSeconds(),
                    e);
            deleteLater(allocationId, failures + 1, wait);
        }
    }

    /** By another name: the allocation may have come back by then. */
    private void deleteLater(String allocationId, int failures, Duration wait) {
        try {
            String aside = directories.setAside(allocationId);
            var unused = thread.schedule(() -> delete(aside, failures), wait.toMillis(), TimeUnit.MILLISECONDS);
        } catch (IOException e) {
            LOG.warn(
                    "The directory of allocation {} can't be moved either: it stays until the next start",
                    allocationId,
                    e);
        }
    }
}
