package dev.gantry.cluster;

import com.google.protobuf.Timestamp;
import dev.gantry.model.ProtoTimes;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Times of the clock as messages carry them: whole milliseconds. */
final class Times {

    private Times() {}

    static Timestamp toTimestamp(Instant instant) {
        return ProtoTimes.toTimestamp(instant.truncatedTo(ChronoUnit.MILLIS));
    }

    static Instant toInstant(Timestamp timestamp) {
        return ProtoTimes.toInstant(timestamp).truncatedTo(ChronoUnit.MILLIS);
    }
}
