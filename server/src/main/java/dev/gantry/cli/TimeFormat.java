package dev.gantry.cli;

import com.google.protobuf.Timestamp;
import dev.gantry.model.ProtoTimes;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/** Formats points in time. */
record TimeFormat(InstantSource clock) {

    /** Formats the age of a time, such as {@code 5m12s ago}; a dash for an unset time. */
    String ago(Timestamp moment) {
        return isSet(moment)
                ? DurationText.format(Duration.between(ProtoTimes.toInstant(moment), clock.instant())) + " ago"
                : "-";
    }

    /** Formats a time, such as {@code 2026-01-31T12:00:00Z}; a dash for an unset time. */
    static String exact(Timestamp moment) {
        return isSet(moment)
                ? ProtoTimes.toInstant(moment).truncatedTo(ChronoUnit.SECONDS).toString()
                : "-";
    }

    private static boolean isSet(Timestamp moment) {
        return !moment.equals(Timestamp.getDefaultInstance());
    }
}
