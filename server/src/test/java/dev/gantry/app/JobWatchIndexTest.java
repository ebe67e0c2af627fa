package dev.gantry.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.gantry.v1.StopJobRequest;
import dev.gantry.v1.WatchJobRequest;
import dev.gantry.v1.WatchJobResponse;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tests the index in the messages of a watch of a job. */
@Timeout(300)
class JobWatchIndexTest {

    private static final int CHANGES = 200;

    @RegisterExtension
    private final TestServer server = TestServer.extension();

    @Test
    void a_watcher_is_told_an_index_that_covers_all_that_it_was_told() {
        server.jobs().submitJob(TestJobs.submit(TestJobs.job("watched", "nowhere")));
        AtomicLong index = new AtomicLong();
        AtomicLong highest = new AtomicLong();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        server.jobsAsync()
                .watchJob(WatchJobRequest.newBuilder().setJobId("watched").build(), new StreamObserver<>() {
                    @Override
                    public void onNext(WatchJobResponse update) {
                        update.getEvaluationsList()
                                .forEach(
                                        evaluation -> highest.accumulateAndGet(evaluation.getModifyIndex(), Math::max));
                        highest.accumulateAndGet(update.getJob().getModifyIndex(), Math::max);
                        index.set(update.getIndex());
                    }

                    @Override
                    public void onError(Throwable e) {
                        failure.set(e);
                    }

                    @Override
                    public void onCompleted() {}
                });

        for (int i = 0; i < CHANGES; i++) {
            long before = highest.get();
            if (i % 2 == 0) {
                server.jobs()
                        .stopJob(StopJobRequest.newBuilder().setJobId("watched").build());
            } else {
                server.jobs().submitJob(TestJobs.submit(TestJobs.job("watched", "nowhere")));
            }
            await().atMost(Duration.ofSeconds(10))
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> highest.get() > before && index.get() >= highest.get());
        }
        assertThat(failure.get()).isNull();
    }
}
