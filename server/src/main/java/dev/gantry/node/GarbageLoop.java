package dev.gantry.node;

import dev.gantry.driver.TaskDriver;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets drivers remove what nobody uses any more, again and again, on a thread that they may hold up. */
public final class GarbageLoop implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(GarbageLoop.class);

    private final List<TaskDriver> drivers;
    private final ScheduledFuture<?> ticking;

    /**
     * Begins.
     *
     * @param drivers decide themselves when it is time
     * @param thread one thread; not ended by this
     * @param interval how long to wait before the first call and between calls
     */
    public GarbageLoop(Collection<TaskDriver> drivers, ScheduledExecutorService thread, Duration interval) {
        this.drivers = List.copyOf(drivers);
        this.ticking = thread.scheduleWithFixedDelay(
                this::collect, interval.toNanos(), interval.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Calls no more. */
    @Override
    public void close() {
        ticking.cancel(false);
    }

    private void collect() {
        for (TaskDriver driver : drivers) {
            try {
                driver.collectGarbage();
            } catch (RuntimeException e) {
                // It would not be called again.
                LOG.error("Driver {} can't remove what nobody uses", driver.name(), e);
            }
        }
    }
}
