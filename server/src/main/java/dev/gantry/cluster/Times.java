package dev.gantry.cluster;

import com.google.protobuf.Timestamp;
import dev.gantry.model.ProtoTimes;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Converts times as stored messages have them: whole milliseconds. */
public final class Times {

    private Times() {}

    /** Returns a time in whole milliseconds as a message. */
    public static Timestamp toTimestamp(Instant instant) {
        return ProtoTimes.toTimestamp(instant.truncatedTo(ChronoUnit.MILLIS));
    }

    /** Returns a message's time in whole milliseconds. */
    public static Instant toInstant(Timestamp timestamp) {
        return ProtoTimes.toInstant(timestamp).truncatedTo(ChronoUnit.MILLIS);
    }
}
