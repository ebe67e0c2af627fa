package dev.gantry.app;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class TestServerTest {

    @Test
    void a_test_fails_at_once_when_a_thread_ends_by_a_failure() throws Exception {
        TestServer server = TestServer.extension();
        server.beforeEach(null);
        CountDownLatch answer = new CountDownLatch(1);
        Error failure = new AssertionError("on purpose");

        assertThatThrownBy(() -> server.interceptTestMethod(
                        () -> {
                            new Thread(() -> {
                                        throw failure;
                                    })
                                    .start();
                            answer.await();
                            return null;
                        },
                        null,
                        null))
                .isInstanceOf(InterruptedException.class);
        assertThatThrownBy(() -> server.afterEach(null)).hasCause(failure);
    }
}
