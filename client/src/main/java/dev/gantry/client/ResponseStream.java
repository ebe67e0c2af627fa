package dev.gantry.client;

import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** The responses of one streaming call. Read by one thread, closed by any thread. */
final class ResponseStream<T> implements AutoCloseable {

    /** Stands for no timeout; gRPC does not accept a longer one. */
    static final Duration FOREVER = Duration.ofDays(10_000);

    private final BlockingClientCall<?, T> call;
    private final Function<StatusException, RuntimeException> failures;

    ResponseStream(BlockingClientCall<?, T> call, Function<StatusException, RuntimeException> failures) {
        this.call = call;
        this.failures = failures;
    }

    /** Returns the next response; empty at the end of the stream. */
    Optional<T> read(Duration timeout) throws TimeoutException {
        try {
            return Optional.ofNullable(call.read(timeout.toNanos(), TimeUnit.NANOSECONDS));
        } catch (StatusException e) {
            throw failures.apply(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new GantryException("Interrupted while waiting for the server", e);
        }
    }

    /** Cancels the call; a reading thread gets a CANCELLED status. */
    @Override
    public void close() {
        call.cancel("Closed by the client", null);
    }
}
