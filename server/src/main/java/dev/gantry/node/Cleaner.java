package dev.gantry.node;

import dev.gantry.node.allocation.AllocationDirectories;
import dev.gantry.node.allocation.AllocationRun;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes the directories of allocations that nobody speaks of any more, on a thread of its own: they may be large. What
 * is not done when the node ends is done after its next start.
 */
public final class Cleaner {

    private static final Logger LOG = LoggerFactory.getLogger(Cleaner.class);

    private static final Duration REMOVAL = Duration.ofSeconds(30);

    private final AllocationDirectories directories;
    private final Executor thread;

    /**
     * Makes a cleaner.
     *
     * @param directories where allocations live
     * @param thread one thread; its queue holds one entry an allocation at most
     */
    public Cleaner(AllocationDirectories directories, Executor thread) {
        this.directories = directories;
        this.thread = thread;
    }

    /** Deletes what an allocation has left behind, once its drivers are done with it. */
    void clean(String allocationId, Optional<AllocationRun> run) {
        thread.execute(() -> {
            try {
                if (run.isPresent()) {
                    run.get().join(REMOVAL);
                }
                directories.delete(allocationId);
            } catch (IOException e) {
                LOG.warn("Can't delete the directory of allocation {}", allocationId, e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }
}
