package dev.gantry.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import dev.gantry.cluster.FullStore;
import dev.gantry.store.Store;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatusMappingTest {

    @Test
    void a_client_whose_write_finds_no_place_is_told_when_to_repeat_it(@TempDir Path dir) throws Exception {
        try (Store store = Store.open(dir)) {
            FullStore full = FullStore.of(store);

            Throwable failure = catchThrowable(
                    () -> store.writeOfClient(transaction -> null).join());

            full.release();
            StatusRuntimeException answer = StatusMapping.toStatus(failure);
            assertThat(answer.getStatus().getCode()).isEqualTo(io.grpc.Status.Code.RESOURCE_EXHAUSTED);
            Status details = StatusProto.fromThrowable(answer);
            assertThat(details.getDetails(0)
                            .unpack(RetryInfo.class)
                            .getRetryDelay()
                            .getSeconds())
                    .isEqualTo(1);
        }
    }
}
