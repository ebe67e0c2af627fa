package dev.gantry.node;

import dev.gantry.driver.TaskDriver;
import dev.gantry.node.allocation.AllocationDirectories;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes first the pods and then the directories of unknown allocations, which earlier processes of this node have
 * left. It has a thread of its own, since a driver may take half a minute for each pod. A removal that fails is
 * retried, after waits that double.
 *
 * <p>The owner thread adds the known allocations, which are spared, and starts the sweep once the server has named all
 * allocations of the node.
 */
public final class Sweeper {

    private static final Logger LOG = LoggerFactory.getLogger(Sweeper.class);

    private final List<TaskDriver> drivers;
    private final AllocationDirectories directories;
    private final DirectoryCleaner cleaner;
    private final ScheduledExecutorService thread;
    private final RetryDelay retry;
    private final Set<String> spared = ConcurrentHashMap.newKeySet();

    // Owned by the sweeper's thread.
    private boolean isBegun;

    /**
     * Creates a sweeper; it removes nothing before {@link #sweep}.
     *
     * @param drivers the drivers whose pods may be left behind
     * @param directories the directories of allocations
     * @param cleaner deletes directories
     * @param thread an executor with one thread; its queue holds at most one entry for each session, and one retry
     * @param firstRetry the wait before the first retry
     */
    public Sweeper(
            Collection<TaskDriver> drivers,
            AllocationDirectories directories,
            DirectoryCleaner cleaner,
            ScheduledExecutorService thread,
            Duration firstRetry) {
        this.drivers = List.copyOf(drivers);
        this.directories = directories;
        this.cleaner = cleaner;
        this.thread = thread;
        this.retry = new RetryDelay(firstRetry);
    }

    /** Spares an allocation from now on. To be called before the allocation's directory or pods are created. */
    void spare(String allocationId) {
        spared.add(allocationId);
    }

    /** Removes an allocation from the spared ones. */
    void spareNoMore(String allocationId) {
        spared.remove(allocationId);
    }

    /**
     * Starts the removal of all allocations that are not spared. Only the first call does so, since only earlier
     * processes leave anything behind. If a spared allocation has ended, its directory stays and its pods are removed:
     * such a pod could not be stopped, and the allocation may have been replaced.
     *
     * @param ended the spared allocations that have ended
     */
    void sweep(Set<String> ended) {
        thread.execute(() -> {
            if (!isBegun) {
                isBegun = true;
                sweep(ended, 0);
            }
        });
    }

    private void sweep(Set<String> ended, int failures) {
        if (!sweepAll(ended)) {
            Duration wait = retry.after(failures + 1);
            LOG.warn("Retrying the removal of unknown allocations in {} s", wait.toSeconds());
            var unused = thread.schedule(() -> sweep(ended, failures + 1), wait.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** Returns false if a removal failed. */
    private boolean sweepAll(Set<String> ended) {
        boolean areTasksGone = true;
        for (TaskDriver driver : drivers) {
            areTasksGone &= driver.sweep(id -> spared.contains(id) && !ended.contains(id));
        }
        if (!areTasksGone) {
            LOG.warn("Can't remove all pods of unknown allocations; the directories of these allocations stay");
            return false;
        }
        try {
            for (String id : directories.list()) {
                if (!spared.contains(id)) {
                    LOG.info("Removing the directory of allocation {}: neither the node nor the server knows it", id);
                    cleaner.clean(directories.setAside(id), Optional.empty());
                }
            }
            return true;
        } catch (IOException e) {
            LOG.warn("Can't list the directories of allocations", e);
            return false;
        }
    }
}
