package dev.gantry.node.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Durations;
import dev.gantry.v1.Registered;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeartbeatIntervalTest {

    @ParameterizedTest
    @CsvSource({"10, PT10S", "0, PT0.05S", "-9223372036854775808, PT0.05S", "9223372036854775807, PT24H"})
    void a_server_can_ask_for_an_interval_of_50_ms_to_a_day(long seconds, Duration expected) {
        Registered answer = Registered.newBuilder()
                .setHeartbeatInterval(com.google.protobuf.Duration.newBuilder().setSeconds(seconds))
                .build();

        assertThat(ServerSession.heartbeatInterval(answer)).isEqualTo(expected);
    }

    @Test
    void a_fraction_of_a_second_counts() {
        Registered answer = Registered.newBuilder()
                .setHeartbeatInterval(Durations.fromMillis(250))
                .build();

        assertThat(ServerSession.heartbeatInterval(answer)).isEqualTo(Duration.ofMillis(250));
    }
}
