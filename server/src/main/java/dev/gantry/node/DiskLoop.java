package dev.gantry.node;

import dev.gantry.node.allocation.DiskUse;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures the disks of the allocations that have a limit, one after the other, on a thread of its own. It rests for twenty times
 * as long as the measurements took, so that they take a twentieth of the disk's time at most.
 */
public final class DiskLoop {

    private static final Logger LOG = LoggerFactory.getLogger(DiskLoop.class);

    private static final int REST = 20;

    private final Executor owner;
    private final NodeAllocations allocations;
    private final DiskMeter meter;
    private final ScheduledExecutorService thread;
    private final Duration interval;
    private final LongSupplier nanoTime;

    /**
     * Prepares the loop.
     *
     * @param owner the owner thread
     * @param allocations the node's allocations, which get the measurements
     * @param meter measures directories
     * @param thread an executor with one thread, which ends the loop when it is shut down
     * @param interval the rest between two rounds, at least
     * @param nanoTime tells elapsed time, in nanoseconds
     */
    public DiskLoop(
            Executor owner,
            NodeAllocations allocations,
            DiskMeter meter,
            ScheduledExecutorService thread,
            Duration interval,
            LongSupplier nanoTime) {
        this.owner = owner;
        this.allocations = allocations;
        this.meter = meter;
        this.thread = thread;
        this.interval = interval;
        this.nanoTime = nanoTime;
    }

    /** Starts the loop. */
    public void start() {
        next(interval.toNanos());
    }

    private void next(long nanos) {
        if (!thread.isShutdown()) {
            var unused = thread.schedule(this::run, nanos, TimeUnit.NANOSECONDS);
        }
    }

    private void run() {
        long begin = nanoTime.getAsLong();
        try {
            measureAll();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        } catch (RuntimeException | ExecutionException e) {
            LOG.error("Can't measure the disks of allocations", e);
        }
        next(Math.max(interval.toNanos(), REST * (nanoTime.getAsLong() - begin)));
    }

    private void measureAll() throws InterruptedException, ExecutionException {
        for (DiskUse disk : disks()) {
            OptionalLong size = meter.measure(disk.directory());
            if (size.isPresent()) {
                owner.execute(() -> allocations.measured(disk.allocationId(), size.getAsLong()));
            }
        }
    }

    private List<DiskUse> disks() throws InterruptedException, ExecutionException {
        return CompletableFuture.supplyAsync(allocations::disks, owner).get();
    }
}
