package dev.gantry.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.services.HealthStatusManager;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests calls to a server that can't answer them rightly now. */
@Timeout(60)
class ServingGateTest {

    @Test
    void calls_are_told_to_try_again_until_the_server_is_complete() throws IOException {
        ServingGate gate = new ServingGate(() -> true);
        try (LoopbackServer server = LoopbackServer.start(
                builder -> builder.intercept(gate).addService(new HealthStatusManager().getHealthService()))) {
            assertThatThrownBy(() -> check(server))
                    .hasMessageContaining("UNAVAILABLE")
                    .hasMessageContaining("The server is starting: try again");

            gate.open();

            assertThat(check(server)).isEqualTo(HealthCheckResponse.ServingStatus.SERVING);
        }
    }

    @Test
    void calls_are_refused_while_another_server_may_lead() throws IOException {
        AtomicBoolean isLeader = new AtomicBoolean(true);
        ServingGate gate = new ServingGate(isLeader::get);
        gate.open();
        try (LoopbackServer server = LoopbackServer.start(
                builder -> builder.intercept(gate).addService(new HealthStatusManager().getHealthService()))) {
            isLeader.set(false);
            assertThatThrownBy(() -> check(server))
                    .hasMessageContaining("UNAVAILABLE")
                    .hasMessageContaining("not certain that it still leads");

            isLeader.set(true);
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
