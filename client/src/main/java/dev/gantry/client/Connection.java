package dev.gantry.client;

import dev.gantry.v1.AclServiceGrpc;
import dev.gantry.v1.AclServiceGrpc.AclServiceBlockingV2Stub;
import dev.gantry.v1.AllocationServiceGrpc;
import dev.gantry.v1.AllocationServiceGrpc.AllocationServiceBlockingV2Stub;
import dev.gantry.v1.ClusterServiceGrpc;
import dev.gantry.v1.ClusterServiceGrpc.ClusterServiceBlockingV2Stub;
import dev.gantry.v1.DiscoveryServiceGrpc;
import dev.gantry.v1.DiscoveryServiceGrpc.DiscoveryServiceBlockingV2Stub;
import dev.gantry.v1.JobServiceGrpc;
import dev.gantry.v1.JobServiceGrpc.JobServiceBlockingV2Stub;
import dev.gantry.v1.NodeServiceGrpc;
import dev.gantry.v1.NodeServiceGrpc.NodeServiceBlockingV2Stub;
import dev.gantry.v1.VariableServiceGrpc;
import dev.gantry.v1.VariableServiceGrpc.VariableServiceBlockingV2Stub;
import io.grpc.ConnectivityState;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.AbstractStub;
import io.grpc.stub.BlockingClientCall;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * The channel to the server and the rules for calls over it.
 *
 * @param channel the channel, shared by all calls
 * @param address the server's address, for messages
 * @param deadline the deadline of unary calls
 * @param resumption when to retry calls and to resume watches after the connection broke
 */
record Connection(ChannelPool channel, String address, Duration deadline, ReconnectPolicy resumption) {

    /** A unary call. */
    @FunctionalInterface
    interface Call<S, T> {

        T on(S stub) throws StatusException;
    }

    /** A streaming call. */
    @FunctionalInterface
    interface StreamCall<S, T> {

        BlockingClientCall<?, T> on(S stub);
    }

    JobServiceBlockingV2Stub jobs() {
        return JobServiceGrpc.newBlockingV2Stub(channel);
    }

    AllocationServiceBlockingV2Stub allocations() {
        return AllocationServiceGrpc.newBlockingV2Stub(channel);
    }

    NodeServiceBlockingV2Stub nodes() {
        return NodeServiceGrpc.newBlockingV2Stub(channel);
    }

    DiscoveryServiceBlockingV2Stub services() {
        return DiscoveryServiceGrpc.newBlockingV2Stub(channel);
    }

    AclServiceBlockingV2Stub acl() {
        return AclServiceGrpc.newBlockingV2Stub(channel);
    }

    VariableServiceBlockingV2Stub variables() {
        return VariableServiceGrpc.newBlockingV2Stub(channel);
    }

    ClusterServiceBlockingV2Stub cluster() {
        return ClusterServiceGrpc.newBlockingV2Stub(channel);
    }

    /**
     * Makes a call and waits for its response. While the server is unavailable, a call that is safe to repeat is
     * retried by the policy, within the deadline. A deadline that comes while an attempt waits for a connection does not
     * hide why the attempt before failed.
     */
    <S extends AbstractStub<S>, T> T call(S stub, Call<S, T> call) {
        Deadline end = end();
        Optional<UnavailableException> earlier = Optional.empty();
        for (int attempts = 1; ; attempts++) {
            prepare();
            int turn = channel.turn();
            CallAttempt attempt = new CallAttempt();
            try {
                return call.on(stub.withDeadline(end).withInterceptors(attempt));
            } catch (StatusException e) {
                if (earlier.isPresent() && isUnconnected(e, attempt)) {
                    throw earlier.get();
                }
                if (e.getStatus().getCode() == Status.Code.UNAVAILABLE && !attempt.isSent()) {
                    channel.awaitFailure();
                }
                RuntimeException failure = leaveIfUnable(turn, e, fail(e, attempt));
                if (!(failure instanceof UnavailableException unavailable)
                        || !attempt.repetition().isAllowed()) {
                    throw failure;
                }
                earlier = Optional.of(unavailable);
                if (attempts >= resumption.retry().maxAttempts()
                        || !pause(resumption.delay(attempts, unavailable), end)) {
                    throw failure;
                }
            }
        }
    }

    private Deadline end() {
        Deadline own = Deadline.after(deadline.toNanos(), TimeUnit.NANOSECONDS);
        Deadline caller = Context.current().getDeadline();
        return caller == null ? own : own.minimum(caller);
    }

    /**
     * Waits before the next attempt. Returns false at once if the deadline leaves no time for it. Closing the client
     * ends the wait.
     */
    private boolean pause(Duration delay, Deadline end) {
        if (end.timeRemaining(TimeUnit.NANOSECONDS) <= delay.toNanos()) {
            return false;
        }
        try {
            channel.awaitTermination(delay.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new GantryException("Interrupted while waiting for the server", e);
        }
    }

    /** Makes a streaming call. */
    <S extends AbstractStub<S>, T> ResponseStream<T> stream(S stub, StreamCall<S, T> call) {
        prepare();
        int turn = channel.turn();
        return new ResponseStream<>(call.on(stub), failure -> leaveIfUnable(turn, failure, fail(failure)));
    }

    /** Goes on to the next server after one has answered that it can't serve. */
    private RuntimeException leaveIfUnable(int turn, StatusException answer, RuntimeException failure) {
        if (answer.getStatus().getCode() == Status.Code.UNAVAILABLE
                && failure instanceof UnavailableException unable
                && unable.isServerReached()) {
            channel.leave(turn);
        }
        return failure;
    }

    /** Makes a watch that opens a new call when one breaks. */
    <T> Watch<T> watch(Supplier<ResponseStream<T>> open, Predicate<T> news) {
        return watch(open, news, () -> true);
    }

    /** Makes a watch that opens a new call when one breaks, while {@code resumable} returns true. */
    <T> Watch<T> watch(Supplier<ResponseStream<T>> open, Predicate<T> news, BooleanSupplier resumable) {
        return new ResumingWatch<>(open, news, resumable, resumption, channel::isShutdown);
    }

    private void prepare() {
        if (channel.isShutdown()) {
            throw closed(null);
        }
        channel.forgetFailures();
    }

    private RuntimeException fail(StatusException failure, CallAttempt attempt) {
        return isUnconnected(failure, attempt) ? Failures.unconnected(failure, deadline, address) : fail(failure);
    }

    private boolean isUnconnected(StatusException failure, CallAttempt attempt) {
        return failure.getStatus().getCode() == Status.Code.DEADLINE_EXCEEDED
                && !attempt.isSent()
                && channel.getState(false) != ConnectivityState.READY
                && !channel.isShutdown();
    }

    private RuntimeException fail(StatusException failure) {
        return channel.isShutdown() ? closed(failure) : Failures.toException(failure, address);
    }

    private static IllegalStateException closed(Throwable cause) {
        return new IllegalStateException("The client is closed", cause);
    }
}
