package dev.gantry.bench;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.RetryInfo;
import dev.gantry.v1.AllocationServiceGrpc;
import dev.gantry.v1.ClusterServiceGrpc;
import dev.gantry.v1.GetJobRequest;
import dev.gantry.v1.GetStatusRequest;
import dev.gantry.v1.JobServiceGrpc;
import dev.gantry.v1.ListAllocationsRequest;
import dev.gantry.v1.SubmitJobRequest;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Submits jobs at a rate that does not depend on the answers, without repeating what is refused, and reads at a low rate
 * meanwhile. The latency of a read counts from when it was due, that of a submission from its call.
 */
final class PacedCalls implements AutoCloseable {

    private static final double NANOS_PER_SECOND = 1e9;
    private static final long READS_PER_SECOND = 100;
    private static final int CONNECTIONS = 16;

    /** Less than the server allows on one connection. */
    private static final int CALLS_PER_CONNECTION = 1000;

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final GetJobRequest FIRST_JOB =
            GetJobRequest.newBuilder().setJobId(Submissions.id("warm-up", 0)).build();
    private static final ListAllocationsRequest FIRST_PAGE =
            ListAllocationsRequest.newBuilder().setPageSize(20).build();

    private final List<ManagedChannel> writing;
    private final ManagedChannel reading;
    private final Semaphore open = new Semaphore(CONNECTIONS * CALLS_PER_CONNECTION);
    private int submitted;

    PacedCalls(String address) {
        this.writing =
                IntStream.range(0, CONNECTIONS).mapToObj(i -> channel(address)).toList();
        this.reading = channel(address);
    }

    private static ManagedChannel channel(String address) {
        return NettyChannelBuilder.forTarget(address)
                .usePlaintext()
                .disableRetry()
                .directExecutor()
                .build();
    }

    /** Counts the answers to the calls of one run. The threads of gRPC change its counters. */
    static final class Outcome {

        private final double seconds;
        private final Latencies stored;
        private final Latencies reads;
        private final AtomicLong offered = new AtomicLong();
        private final AtomicLong heldBack = new AtomicLong();
        private final AtomicLong refused = new AtomicLong();
        private final AtomicLong failed = new AtomicLong();
        private final AtomicLong failedReads = new AtomicLong();

        private Outcome(double seconds, int writes, int reads) {
            this.seconds = seconds;
            this.stored = new Latencies(writes);
            this.reads = new Latencies(reads);
        }

        /** Adds what became of the submissions. */
        void writes(Report to) {
            to.put("offered_jobs_per_second", offered.get() / seconds)
                    .put("stored_jobs_per_second", stored.count() / seconds)
                    .put("refused_jobs_per_second", refused.get() / seconds)
                    .put("held_back_jobs_per_second", heldBack.get() / seconds)
                    .put("failed_otherwise", failed.get())
                    .put("stored_p50_ms", stored.percentileMillis(0.50))
                    .put("stored_p99_ms", stored.percentileMillis(0.99));
        }

        /** Adds how long the reads took. */
        Report reads(Report to) {
            return to.put("reads", reads.count())
                    .put("reads_failed", failedReads.get())
                    .put("reads_p50_ms", reads.percentileMillis(0.50))
                    .put("reads_p99_ms", reads.percentileMillis(0.99));
        }
    }

    /**
     * Calls for a time, and waits for the answers.
     *
     * @param jobsPerSecond how many jobs are submitted a second; 0: none
     * @param time how long
     * @return what became of the calls
     */
    Outcome run(double jobsPerSecond, Duration time) throws InterruptedException {
        double seconds = time.toNanos() / NANOS_PER_SECOND;
        long writes = Math.round(jobsPerSecond * seconds);
        long reads = Math.round(READS_PER_SECOND * seconds);
        Outcome outcome = new Outcome(seconds, (int) writes, (int) reads);
        Semaphore unanswered = new Semaphore(0);
        long started = System.nanoTime();
        long written = 0;
        long read = 0;
        while (written < writes || read < reads) {
            double elapsed = (System.nanoTime() - started) / NANOS_PER_SECOND;
            for (; written < Math.min((double) writes, elapsed * jobsPerSecond); written++) {
                submit(outcome, unanswered);
            }
            for (; read < Math.min((double) reads, elapsed * READS_PER_SECOND); read++) {
                read(read, started + Math.round(read * NANOS_PER_SECOND / READS_PER_SECOND), outcome, unanswered);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
        int calls = Math.toIntExact(writes + reads);
        if (!unanswered.tryAcquire(calls, PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new IllegalStateException("%d of %d calls were not answered within %d s"
                    .formatted(calls - unanswered.availablePermits(), calls, PATIENCE.toSeconds()));
        }
        return outcome;
    }

    private void submit(Outcome outcome, Semaphore answered) {
        int number = submitted++;
        if (!open.tryAcquire()) {
            outcome.heldBack.incrementAndGet();
            answered.release();
            return;
        }
        outcome.offered.incrementAndGet();
        SubmitJobRequest request = SubmitJobRequest.newBuilder()
                .setRequestId(UUID.randomUUID().toString())
                .setJob(Submissions.job(Submissions.id("paced", number)))
                .build();
        long sent = System.nanoTime();
        ManagedChannel channel = writing.get(number % CONNECTIONS);
        JobServiceGrpc.newStub(channel)
                .submitJob(
                        request,
                        answer(
                                () -> {
                                    outcome.stored.record(System.nanoTime() - sent);
                                    open.release();
                                    answered.release();
                                },
                                failure -> {
                                    (isShed(failure) ? outcome.refused : outcome.failed).incrementAndGet();
                                    open.release();
                                    answered.release();
                                }));
    }

    private void read(long number, long due, Outcome outcome, Semaphore answered) {
        Runnable read = () -> {
            outcome.reads.record(System.nanoTime() - due);
            answered.release();
        };
        Consumer<Throwable> failed = failure -> {
            outcome.failedReads.incrementAndGet();
            answered.release();
        };
        switch ((int) (number % 3)) {
            case 0 ->
                ClusterServiceGrpc.newStub(reading)
                        .getStatus(GetStatusRequest.getDefaultInstance(), answer(read, failed));
            case 1 -> JobServiceGrpc.newStub(reading).getJob(FIRST_JOB, answer(read, failed));
            default -> AllocationServiceGrpc.newStub(reading).listAllocations(FIRST_PAGE, answer(read, failed));
        }
    }

    /** Tells whether a server has refused a write since it has too much to do, and has said when to try again. */
    private static boolean isShed(Throwable failure) {
        com.google.rpc.Status status = StatusProto.fromThrowable(failure);
        return status != null
                && status.getCode() == Status.Code.RESOURCE_EXHAUSTED.value()
                && status.getDetailsList().stream().anyMatch(detail -> {
                    try {
                        return detail.is(RetryInfo.class)
                                && detail.unpack(RetryInfo.class).hasRetryDelay();
                    } catch (InvalidProtocolBufferException e) {
                        throw new IllegalStateException("The server's RetryInfo can't be read", e);
                    }
                });
    }

    private static <T> StreamObserver<T> answer(Runnable answered, Consumer<Throwable> failed) {
        return new StreamObserver<>() {
            @Override
            public void onNext(T answer) {}

            @Override
            public void onError(Throwable failure) {
                failed.accept(failure);
            }

            @Override
            public void onCompleted() {
                answered.run();
            }
        };
    }

    @Override
    public void close() {
        writing.forEach(ManagedChannel::shutdownNow);
        reading.shutdownNow();
    }
}
