package dev.gantry.node;

import dev.gantry.driver.TaskDriver;
import dev.gantry.node.artifact.Artifacts;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls the garbage collection of the drivers and of artifacts at an interval, on a thread that they may block. */
public final class GarbageLoop implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(GarbageLoop.class);

    private final List<TaskDriver> drivers;
    private final Artifacts artifacts;
    private final ScheduledFuture<?> schedule;

    /**
     * Starts the loop.
     *
     * @param drivers the drivers; each decides itself whether it has garbage to collect
     * @param artifacts fetches artifacts, and keeps downloads
     * @param thread an executor with one thread; {@link #close()} does not end it
     * @param interval the wait before the first call and between calls
     */
    public GarbageLoop(
            Collection<TaskDriver> drivers, Artifacts artifacts, ScheduledExecutorService thread, Duration interval) {
        this.drivers = List.copyOf(drivers);
        this.artifacts = artifacts;
        this.schedule = thread.scheduleWithFixedDelay(
                this::collect, interval.toNanos(), interval.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Ends the loop. */
    @Override
    public void close() {
        schedule.cancel(false);
    }

    private void collect() {
        for (TaskDriver driver : drivers) {
            try {
                driver.collectGarbage();
            } catch (RuntimeException e) {
                // An exception would end the schedule.
                LOG.error("Driver {} can't collect its garbage", driver.name(), e);
            }
        }
        try {
            artifacts.collectGarbage();
        } catch (IOException | RuntimeException e) {
            LOG.error("Can't delete downloads that are not used any more", e);
        }
    }
}
