package dev.gantry.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.rpc.Code;
import com.google.rpc.RetryInfo;
import io.grpc.StatusException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ReconnectPolicyTest {

    private final ReconnectPolicy policy =
            new ReconnectPolicy(RetryPolicy.DEFAULT, Duration.ofMinutes(5), InstantSource.system(), new Random(1));

    @Test
    void a_delay_is_at_least_as_long_as_the_server_asks_for() {
        assertThat(policy.delay(1, refusal(3, 500_000_000))).hasMillis(3500);
        assertThat(policy.delay(5, refusal(0, 1))).isGreaterThan(Duration.ofSeconds(2));
        assertThat(policy.delay(5, new UnavailableException("down", true, null)))
                .isGreaterThan(Duration.ofSeconds(2));
    }

    @Test
    void a_delay_that_makes_no_sense_is_bounded() {
        assertThat(refusal(Long.MAX_VALUE, 0).retryDelay()).isEqualTo(Duration.ofHours(1));
        assertThat(refusal(-5, -1).retryDelay()).isZero();
    }

    /** Returns what a refusal with a RetryInfo becomes. */
    private static UnavailableException refusal(long seconds, int nanos) {
        RetryInfo retry = RetryInfo.newBuilder()
                .setRetryDelay(com.google.protobuf.Duration.newBuilder()
                        .setSeconds(seconds)
                        .setNanos(nanos))
                .build();
        StatusException status = StatusProto.toStatusException(com.google.rpc.Status.newBuilder()
                .setCode(Code.RESOURCE_EXHAUSTED_VALUE)
                .setMessage("too many")
                .addDetails(Any.pack(retry))
                .build());
        return (UnavailableException) Failures.toException(status, "127.0.0.1:7470");
    }
}
