package dev.gantry.bench;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/** Durations of events, for their percentiles. Any thread may record; values beyond the capacity are refused. */
final class Latencies {

    private static final double NANOS_PER_MILLI = 1e6;

    private final long[] nanos;
    private final AtomicInteger recorded = new AtomicInteger();

    Latencies(int capacity) {
        this.nanos = new long[capacity];
    }

    void record(long elapsedNanos) {
        nanos[recorded.getAndIncrement()] = Math.max(0, elapsedNanos);
    }

    int capacity() {
        return nanos.length;
    }

    int count() {
        return recorded.get();
    }

    /** The time that a share of the events did not exceed, in milliseconds; 0 if there were none. */
    double percentileMillis(double share) {
        int count = count();
        if (count == 0) {
            return 0;
        }
        long[] sorted = Arrays.copyOf(nanos, count);
        Arrays.sort(sorted);
        int rank = (int) Math.ceil(share * count);
        return sorted[Math.max(0, rank - 1)] / NANOS_PER_MILLI;
    }
}
