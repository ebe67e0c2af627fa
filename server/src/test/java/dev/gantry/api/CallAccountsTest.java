package dev.gantry.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.RetryInfo;
import dev.gantry.api.CallLimits.Limit;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class CallAccountsTest {

    private static final int MEBIBYTE = 1024 * 1024;

    private final AtomicLong now = new AtomicLong();

    private CallAccount account(Limit limit) {
        return new CallAccount("--token", "The token \"ci\"", limit, now::get);
    }

    private static Duration retryDelay(StatusRuntimeException refusal) throws Exception {
        com.google.rpc.Status status = StatusProto.fromThrowable(refusal);
        assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        com.google.protobuf.Duration delay =
                status.getDetails(0).unpack(RetryInfo.class).getRetryDelay();
        return Duration.ofSeconds(delay.getSeconds(), delay.getNanos());
    }

    @Test
    void calls_beyond_the_burst_are_refused_until_the_delay_that_the_refusal_names() throws Exception {
        CallAccount account = account(new Limit(2, 0, 0));
        for (int i = 0; i < 20; i++) {
            assertThat(account.enter(false)).isEmpty();
        }
        StatusRuntimeException refusal = account.enter(false).orElseThrow();

        assertThat(retryDelay(refusal)).hasMillis(500);
        assertThat(refusal.getStatus().getDescription())
                .contains("The token \"ci\" makes more than 2 calls a second", "--token-calls");
        now.addAndGet(Duration.ofMillis(500).toNanos());
        assertThat(account.enter(false)).isEmpty();
        assertThat(account.enter(false)).isPresent();
    }

    @Test
    void calls_wait_until_the_bytes_before_them_are_paid_for() throws Exception {
        CallAccount account = account(new Limit(0, 0, 1));
        account.use(10 * MEBIBYTE);
        assertThat(account.enter(false)).isEmpty();

        account.use(3 * MEBIBYTE);
        StatusRuntimeException refusal = account.enter(false).orElseThrow();

        assertThat(retryDelay(refusal)).hasSeconds(3);
        assertThat(refusal.getStatus().getDescription()).contains("more than 1 MiB a second", "--token-mib");
        now.addAndGet(Duration.ofSeconds(3).toNanos());
        assertThat(account.enter(false)).isEmpty();
    }

    @Test
    void streams_beyond_the_limit_are_refused_until_another_ends() {
        CallAccount account = account(new Limit(0, 1, 0));
        assertThat(account.enter(true)).isEmpty();

        StatusRuntimeException refusal = account.enter(true).orElseThrow();
        assertThat(refusal.getStatus().getDescription()).contains("1 open streams", "--token-streams");
        assertThat(StatusProto.fromThrowable(refusal).getDetailsList()).isEmpty();
        assertThat(account.enter(false)).isEmpty();

        account.leave(true);
        assertThat(account.enter(true)).isEmpty();
    }

    @Test
    void the_accounts_are_bounded_and_those_with_open_streams_stay() {
        CallAccounts<Integer> accounts = new CallAccounts<>("--peer", new Limit(1, 1, 1), 2, now::get);
        CallAccount busy = accounts.of(1, "1").orElseThrow();
        assertThat(busy.enter(true)).isEmpty();
        for (int i = 2; i < 100; i++) {
            assertThat(accounts.of(i, "other")).isPresent();
        }

        assertThat(accounts.size()).isEqualTo(2);
        assertThat(accounts.of(1, "1")).containsSame(busy);

        assertThat(accounts.of(200, "200").orElseThrow().enter(true)).isEmpty();
        assertThat(accounts.of(300, "300"))
                .as("the limits of what can't be counted")
                .isEmpty();
    }

    @Test
    void callers_without_limits_have_no_account() {
        assertThat(new CallAccounts<Integer>("--peer", Limit.NONE, 2, now::get).of(1, "1"))
                .isEmpty();
    }
}
