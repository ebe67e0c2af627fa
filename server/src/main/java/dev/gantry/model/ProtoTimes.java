package dev.gantry.model;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import java.time.Duration;
import java.time.Instant;

/**
 * Times of messages as Java has them. Never throws: what is beyond the range that a message may have, which an old database
 * can hold, is taken for the nearest that it may.
 */
public final class ProtoTimes {

    private static final int GREATEST_NANOS = 999_999_999;
    private static final Instant FIRST = exactly(Timestamps.MIN_VALUE);
    private static final Instant LAST = exactly(Timestamps.MAX_VALUE);

    private ProtoTimes() {}

    /**
     * A point in time.
     *
     * @param timestamp as a message has it
     * @return the same, between the years 1 and 9999
     */
    public static Instant toInstant(Timestamp timestamp) {
        if (timestamp.getSeconds() < FIRST.getEpochSecond()) {
            return FIRST;
        }
        if (timestamp.getSeconds() > LAST.getEpochSecond()) {
            return LAST;
        }
        return Instant.ofEpochSecond(
                timestamp.getSeconds(), Math.max(0, Math.min(GREATEST_NANOS, timestamp.getNanos())));
    }

    /**
     * A point in time for a message.
     *
     * @param instant the time
     * @return the same, between the years 1 and 9999
     */
    public static Timestamp toTimestamp(Instant instant) {
        Instant within = instant.isBefore(FIRST) ? FIRST : instant.isAfter(LAST) ? LAST : instant;
        return Timestamp.newBuilder()
                .setSeconds(within.getEpochSecond())
                .setNanos(within.getNano())
                .build();
    }

    /**
     * A duration.
     *
     * @param duration as a message has it
     * @return the same, ten thousand years at most in either direction
     */
    public static Duration toDuration(com.google.protobuf.Duration duration) {
        long most = Durations.MAX_VALUE.getSeconds();
        return Duration.ofSeconds(
                Math.max(-most, Math.min(most, duration.getSeconds())),
                Math.max(-GREATEST_NANOS, Math.min(GREATEST_NANOS, duration.getNanos())));
    }

    private static Instant exactly(Timestamp timestamp) {
        return Instant.ofEpochSecond(timestamp.getSeconds(), timestamp.getNanos());
    }
}
