package dev.gantry.bench;

import dev.gantry.v1.Allocation;
import dev.gantry.v1.DesiredStatus;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Measures the times of placements. Latencies count from the call of submit: a submission that waits in a queue delays its
 * placements.
 */
final class PlacementClock implements FleetListener {

    private static final double NANOS_PER_SECOND = 1e9;

    private final Map<String, Long> submissions = new ConcurrentHashMap<>();
    private final Latencies placed;
    private final Latencies running;
    private final CountDownLatch unregistered;
    private final CountDownLatch notRunning;
    private final AtomicReference<Duration> heartbeatInterval = new AtomicReference<>();
    private final AtomicLong lastPlaced = new AtomicLong();
    private final AtomicLong lastRunning = new AtomicLong();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    PlacementClock(int nodes, int placements) {
        this.placed = new Latencies(placements);
        this.running = new Latencies(placements);
        this.unregistered = new CountDownLatch(nodes);
        this.notRunning = new CountDownLatch(placements);
    }

    /** Notes that a job is about to be submitted. */
    void submitting(String jobId) {
        submissions.put(jobId, System.nanoTime());
    }

    /** Waits until all nodes are registered. Returns the interval of their heartbeats. */
    Duration awaitRegistered() throws InterruptedException {
        await(unregistered);
        return heartbeatInterval.get();
    }

    void awaitRunning() throws InterruptedException {
        await(notRunning);
    }

    Latencies placed() {
        return placed;
    }

    Latencies running() {
        return running;
    }

    long placements() {
        return placed.count();
    }

    double secondsToPlace(long started) {
        return (lastPlaced.get() - started) / NANOS_PER_SECOND;
    }

    double secondsToRun(long started) {
        return (lastRunning.get() - started) / NANOS_PER_SECOND;
    }

    @Override
    public void registered(Duration interval) {
        heartbeatInterval.set(interval);
        unregistered.countDown();
    }

    @Override
    public void placed(Allocation allocation) {
        if (allocation.getDesiredStatus() == DesiredStatus.DESIRED_STATUS_RUN) {
            long now = System.nanoTime();
            placed.record(now - submissions.get(allocation.getJobId()));
            lastPlaced.accumulateAndGet(now, Math::max);
        }
    }

    @Override
    public void running(String jobId) {
        long now = System.nanoTime();
        running.record(now - submissions.get(jobId));
        lastRunning.accumulateAndGet(now, Math::max);
        notRunning.countDown();
    }

    @Override
    public void lost(String nodeName, Throwable cause) {
        if (failure.compareAndSet(
                null, new IllegalStateException("The session of " + nodeName + " has ended", cause))) {
            release(unregistered);
            release(notRunning);
        }
    }

    private void await(CountDownLatch latch) throws InterruptedException {
        latch.await();
        if (failure.get() != null) {
            throw new IllegalStateException("A node was lost: the figures would say nothing", failure.get());
        }
    }

    private static void release(CountDownLatch latch) {
        while (latch.getCount() > 0) {
            latch.countDown();
        }
    }
}
