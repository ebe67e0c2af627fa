package dev.gantry.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Durations;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProtoTimesTest {

    @ParameterizedTest
    @CsvSource({
        "1580674820, 5, 2020-02-02T20:20:20.000000005Z",
        "0, 0, 1970-01-01T00:00:00Z",
        "9223372036854775807, 999999999, 9999-12-31T23:59:59.999999999Z",
        "-9223372036854775808, 0, 0001-01-01T00:00:00Z",
        "0, -1, 1970-01-01T00:00:00Z",
        "0, 2147483647, 1970-01-01T00:00:00.999999999Z"
    })
    void a_timestamp_beyond_its_range_is_the_nearest_within(long seconds, int nanos, Instant expected) {
        assertThat(ProtoTimes.toInstant(Timestamp.newBuilder()
                        .setSeconds(seconds)
                        .setNanos(nanos)
                        .build()))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "90, 1, PT1M30.000000001S",
        "9223372036854775807, 999999999, PT87660000H0.999999999S",
        "-9223372036854775808, 0, PT-87660000H"
    })
    void a_duration_beyond_its_range_is_the_nearest_within(long seconds, int nanos, Duration expected) {
        assertThat(ProtoTimes.toDuration(com.google.protobuf.Duration.newBuilder()
                        .setSeconds(seconds)
                        .setNanos(nanos)
                        .build()))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"+1000000000-12-31T23:59:59Z, 253402300799", "-1000000000-01-01T00:00:00Z, -62135596800"})
    void any_time_has_a_timestamp(Instant time, long seconds) {
        assertThat(ProtoTimes.toTimestamp(time).getSeconds()).isEqualTo(seconds);
    }

    @ParameterizedTest
    @CsvSource({
        "PT1M30.000000001S, 90, 1",
        "PT-0.5S, 0, -500000000",
        "PT-1.5S, -1, -500000000",
        "PT-2S, -2, 0",
        "PT2562047788015215H30M7S, 315576000000, 0",
        "PT-2562047788015215H, -315576000000, 0"
    })
    void any_duration_has_a_message(Duration duration, long seconds, int nanos) {
        com.google.protobuf.Duration message = ProtoTimes.toDuration(duration);

        assertThat(message.getSeconds()).isEqualTo(seconds);
        assertThat(message.getNanos()).isEqualTo(nanos);
        assertThat(Durations.isValid(message)).isTrue();
    }
}
