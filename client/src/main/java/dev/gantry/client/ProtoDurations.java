package dev.gantry.client;

import java.time.Duration;

/** Converts durations to messages. */
final class ProtoDurations {

    private ProtoDurations() {}

    static com.google.protobuf.Duration of(Duration duration) {
        return com.google.protobuf.Duration.newBuilder()
                .setSeconds(duration.getSeconds())
                .setNanos(duration.getNano())
                .build();
    }
}
