package dev.gantry.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.gantry.v1.AclServiceGrpc;
import dev.gantry.v1.AclTokenType;
import dev.gantry.v1.CreateAclTokenRequest;
import dev.gantry.v1.GetStatusRequest;
import dev.gantry.v1.JobServiceGrpc;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tests health, reflection and the status of a server. */
class EndpointTest {

    @RegisterExtension
    private static final TestServer server = TestServer.extension();

    @Test
    void health_is_serving_for_the_server_and_for_each_service() {
        assertThat(health("")).isEqualTo(ServingStatus.SERVING);
        assertThat(health(JobServiceGrpc.SERVICE_NAME)).isEqualTo(ServingStatus.SERVING);
    }

    @Test
    void reflection_names_the_services() {
        CompletableFuture<ServerReflectionResponse> answer = new CompletableFuture<>();
        StreamObserver<ServerReflectionRequest> questions = ServerReflectionGrpc.newStub(server.channel())
                .serverReflectionInfo(new StreamObserver<>() {
                    @Override
                    public void onNext(ServerReflectionResponse response) {
                        answer.complete(response);
                    }

                    @Override
                    public void onError(Throwable failure) {
                        answer.completeExceptionally(failure);
                    }

                    @Override
                    public void onCompleted() {}
                });
        questions.onNext(
                ServerReflectionRequest.newBuilder().setListServices("").build());

        assertThat(answer.orTimeout(10, TimeUnit.SECONDS)
                        .join()
                        .getListServicesResponse()
                        .getServiceList())
                .extracting(ServiceResponse::getName)
                .contains("gantry.v1.JobService", "gantry.v1.AllocationService", "gantry.v1.NodeService");
        questions.onCompleted();
    }

    @Test
    void the_status_tells_the_version() {
        assertThat(server.cluster()
                        .getStatus(GetStatusRequest.getDefaultInstance())
                        .getVersion())
                .isEqualTo(ProgramVersion.get());
    }

    @Test
    void the_status_of_a_server_that_asks_for_no_token_says_so() {
        assertThat(server.cluster()
                        .getStatus(GetStatusRequest.getDefaultInstance())
                        .getInsecure())
                .isTrue();
    }

    @Test
    void a_server_that_asks_for_no_token_makes_none_that_would_last_longer() {
        StatusRuntimeException refusal = catchThrowableOfType(
                StatusRuntimeException.class,
                () -> AclServiceGrpc.newBlockingStub(server.channel())
                        .createAclToken(CreateAclTokenRequest.newBuilder()
                                .setType(AclTokenType.ACL_TOKEN_TYPE_MANAGEMENT)
                                .build()));

        assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
        assertThat(refusal).hasMessageContaining("start the server without --insecure");
    }

    private static ServingStatus health(String service) {
        return HealthGrpc.newBlockingStub(server.channel())
                .check(HealthCheckRequest.newBuilder().setService(service).build())
                .getStatus();
    }
}
