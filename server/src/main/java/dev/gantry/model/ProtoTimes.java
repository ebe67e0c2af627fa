package dev.gantry.model;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * Converts times and durations between messages and Java. Never throws: a value beyond the range that a message may
 * have, which an old database can hold, becomes the nearest value of that range.
 */
public final class ProtoTimes {

    private static final int GREATEST_NANOS = 999_999_999;
    private static final Instant FIRST = exactly(Timestamps.MIN_VALUE);
    private static final Instant LAST = exactly(Timestamps.MAX_VALUE);

    private ProtoTimes() {}

    /**
     * Converts a message's time.
     *
     * @param timestamp the time
     * @return the same time, between the years 1 and 9999
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
     * Converts a time for a message.
     *
     * @param instant the time
     * @return the same time, between the years 1 and 9999
     */
    public static Timestamp toTimestamp(Instant instant) {
        Instant within = instant.isBefore(FIRST) ? FIRST : instant.isAfter(LAST) ? LAST : instant;
        return Timestamp.newBuilder()
                .setSeconds(within.getEpochSecond())
                .setNanos(within.getNano())
                .build();
    }

    /**
     * Converts a time for a stored message: those have whole milliseconds.
     *
     * @param instant the time
     * @return the time without its fraction of a millisecond
     */
    public static Timestamp toTimestampMillis(Instant instant) {
        return toTimestamp(instant.truncatedTo(ChronoUnit.MILLIS));
    }

    /**
     * Converts a stored message's time, in whole milliseconds.
     *
     * @param timestamp the time
     * @return the time without its fraction of a millisecond
     */
    public static Instant toInstantMillis(Timestamp timestamp) {
        return toInstant(timestamp).truncatedTo(ChronoUnit.MILLIS);
    }

    /**
     * Converts a message's duration.
     *
     * @param duration the duration
     * @return the same duration, ten thousand years at most in either direction
     */
    public static Duration toDuration(com.google.protobuf.Duration duration) {
        long most = Durations.MAX_VALUE.getSeconds();
        return Duration.ofSeconds(
                Math.max(-most, Math.min(most, duration.getSeconds())),
                Math.max(-GREATEST_NANOS, Math.min(GREATEST_NANOS, duration.getNanos())));
    }

    /**
     * Converts a duration for a message.
     *
     * @param duration the duration
     * @return the same duration, ten thousand years at most in either direction
     */
    public static com.google.protobuf.Duration toDuration(Duration duration) {
        Duration most = Duration.ofSeconds(Durations.MAX_VALUE.getSeconds());
        Duration within = duration.compareTo(most) > 0
                ? most
                : duration.compareTo(most.negated()) < 0 ? most.negated() : duration;
        // A negative duration has negative nanoseconds in a message, and positive ones in Java.
        boolean isFraction = within.getSeconds() < 0 && within.getNano() > 0;
        return com.google.protobuf.Duration.newBuilder()
                .setSeconds(within.getSeconds() + (isFraction ? 1 : 0))
                .setNanos(within.getNano() - (isFraction ? 1_000_000_000 : 0))
                .build();
    }

    private static Instant exactly(Timestamp timestamp) {
        return Instant.ofEpochSecond(timestamp.getSeconds(), timestamp.getNanos());
    }
}
