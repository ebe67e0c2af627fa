package dev.gantry.node.check;

import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Asks a service for its health by the gRPC Health Checking Protocol. Each probe has a connection of its own, so that it
 * also tests whether the service takes one.
 *
 * @param address the address of the service
 * @param security whether the connection uses TLS
 * @param service the service that is asked for; empty for the server as a whole
 * @param limit the longest time until the answer
 */
record GrpcProbe(InetSocketAddress address, ProbeSecurity security, String service, Duration limit)
        implements CheckProbe {

    @Override
    public Result probe() throws InterruptedException {
        ManagedChannel channel = Grpc.newChannelBuilderForAddress(
                        address.getHostString(), address.getPort(), credentials())
                .build();
        try {
            HealthCheckResponse response = HealthGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(limit.toNanos(), TimeUnit.NANOSECONDS)
                    .check(HealthCheckRequest.newBuilder().setService(service).build());
            return new Result(response.getStatus() == ServingStatus.SERVING, "gRPC health: " + response.getStatus());
        } catch (StatusRuntimeException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException("The check was interrupted");
            }
            return new Result(
                    false,
                    "gRPC health of %s:%d: %s".formatted(address.getHostString(), address.getPort(), e.getMessage()));
        } finally {
            channel.shutdownNow();
        }
    }

    private ChannelCredentials credentials() {
        return switch (security) {
            case PLAIN -> InsecureChannelCredentials.create();
            case VERIFIED -> TlsChannelCredentials.create();
            case UNVERIFIED ->
                TlsChannelCredentials.newBuilder()
                        .trustManager(new AnyCertificate())
                        .build();
        };
    }
}
