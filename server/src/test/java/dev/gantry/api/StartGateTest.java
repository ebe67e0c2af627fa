package dev.gantry.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.services.HealthStatusManager;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests calls to a server that listens already and is not complete yet. */
@Timeout(60)
class StartGateTest {

    @Test
    void calls_are_told_to_try_again_until_the_server_is_complete() throws IOException {
        StartGate gate = new StartGate();
        try (LoopbackServer server = LoopbackServer.start(
                builder -> builder.intercept(gate).addService(new HealthStatusManager().getHealthService()))) {
            assertThatThrownBy(() -> check(server))
                    .hasMessageContaining("UNAVAILABLE")
                    .hasMessageContaining("The server is starting: try again");

            gate.open();

            assertThat(check(server)).isEqualTo(HealthCheckResponse.ServingStatus.SERVING);
        }
    }

    private static HealthCheckResponse.ServingStatus check(LoopbackServer server) {
        return HealthGrpc.newBlockingStub(server.channel())
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .check(HealthCheckRequest.getDefaultInstance())
                .getStatus();
    }
}
