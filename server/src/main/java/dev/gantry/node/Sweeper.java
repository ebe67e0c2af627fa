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
 * Removes what earlier processes of this node have left behind of allocations that nobody knows any more: their pods, one
 * after the other, then their directories. It has a thread of its own, since a driver may take half a minute for each pod. What
 * can't be removed is tried again, after waits that double.
 *
 * <p>The owner thread says what to spare, and calls for a sweep once the server has named all its allocations.
 */
public final class Sweeper {

    private static final Logger LOG = LoggerFactory.getLogger(Sweeper.class);

    private final List<TaskDriver> drivers;
    private final AllocationDirectories directories;
    private final DirectoryCleaner cleaner;
    private final ScheduledExecutorService thread;
    private final RetryDelay retry;
    private final Set<String> spared = ConcurrentHashMap.newKeySet();

    // Owned by the thread.
    private boolean isBegun;

    /**
     * Removes nothing yet.
     *
     * @param drivers whose tasks may have left something
     * @param directories where allocations live
     * @param cleaner deletes directories
     * @param thread one thread; its queue holds one entry a session at most, and one for the next try
     * @param firstRetry how long to wait before what could not be removed is tried again the first time
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

    /** Leaves an allocation alone from now on; to be called before anything of it is made. */
    void spare(String allocationId) {
        spared.add(allocationId);
    }

    /** Ends that. */
    void spareNoMore(String allocationId) {
        spared.remove(allocationId);
    }

    /**
     * Removes what is left of all others, soon; once for each process, since only an earlier one leaves anything. Of what has
     * ended the directory stays, but no pod: one that still runs is beyond anybody's reach, and may run elsewhere again.
     *
     * @param ended allocations that are spared and have ended
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
            LOG.warn("What could not be removed is tried again in {} s", wait.toSeconds());
            var unused = thread.schedule(() -> sweep(ended, failures + 1), wait.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** Returns false if something is left. */
    private boolean sweepAll(Set<String> ended) {
        boolean areTasksGone = true;
        for (TaskDriver driver : drivers) {
            areTasksGone &= driver.sweep(id -> spared.contains(id) && !ended.contains(id));
        }
        if (!areTasksGone) {
            LOG.warn("Not all that earlier allocations have left could be removed; their directories stay");
            return false;
        }
        try {
            for (String id : directories.list()) {
                if (!spared.contains(id)) {
                    LOG.info("Removing what is left of allocation {}, which nobody knows", id);
                    cleaner.clean(directories.setAside(id), Optional.empty());
                }
            }
            return true;
        } catch (IOException e) {
            LOG.warn("Can't look for what earlier allocations have left behind", e);
            return false;
        }
    }
}
