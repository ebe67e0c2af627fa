package dev.gantry.client;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ConnectivityState;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * As many connections to one server as its streams need. A server accepts about a thousand streams on one connection,
 * and gRPC silently delays calls beyond HTTP/2's limit. Unary calls use the first connection.
 *
 * <p>Of several servers, a channel keeps the one that it is connected to. {@link #leave} makes it go on to the next: a server
 * may accept connections and be unable to serve, for instance without its database.
 */
final class ChannelPool extends ManagedChannel {

    /** Somewhat less than the server's limit of 1,024. */
    static final int STREAMS_PER_CONNECTION = 1000;

    /** Far longer than gRPC takes from the failure of calls to the change of the state. */
    private static final long STATE_CHANGE_MILLIS = 200;

    private record Line(ManagedChannel channel, AtomicInteger streams) {

        boolean take() {
            int before = streams.getAndUpdate(open -> open < STREAMS_PER_CONNECTION ? open + 1 : open);
            return before < STREAMS_PER_CONNECTION;
        }
    }

    private final Supplier<? extends ManagedChannel> maker;
    private final Optional<AtomicInteger> turn;
    private final List<Line> lines = new CopyOnWriteArrayList<>();

    /**
     * Makes a pool with one channel, which connects on the first call.
     *
     * @param maker makes channels to the server, or to one of several
     * @param turn how often the pool has gone on to the next server, by which the channels choose theirs; empty if there is
     *     only one
     */
    ChannelPool(Supplier<? extends ManagedChannel> maker, Optional<AtomicInteger> turn) {
        this.maker = maker;
        this.turn = turn;
        lines.add(new Line(maker.get(), new AtomicInteger()));
    }

    @Override
    public <Q, A> ClientCall<Q, A> newCall(MethodDescriptor<Q, A> method, CallOptions options) {
        if (method.getType() == MethodType.UNARY) {
            return first().newCall(method, options);
        }
        Line line = take();
        return new Counted<>(line.channel().newCall(method, options), line.streams());
    }

    /** Returns the number of channels. */
    int connections() {
        return lines.size();
    }

    @Override
    public String authority() {
        return first().authority();
    }

    @Override
    public ConnectivityState getState(boolean requestConnection) {
        return first().getState(requestConnection);
    }

    /**
     * Makes failed channels reconnect on the next call. Otherwise such a channel fails each call with the reason of its
     * last attempt until its own next attempt, up to two minutes later, succeeds.
     */
    void forgetFailures() {
        lines.stream()
                .map(Line::channel)
                .filter(channel -> channel.getState(false) == ConnectivityState.TRANSIENT_FAILURE)
                .forEach(ManagedChannel::enterIdle);
    }

    /** Returns how often the pool has gone on to the next server. */
    int turn() {
        return turn.map(AtomicInteger::get).orElse(0);
    }

    /**
     * Makes the channels connect to the next server at the next call. Calls that are open go on. Does nothing if the pool has
     * gone on since a turn: calls that failed together leave one server, not several.
     *
     * @param before the turn in which the server has failed
     */
    void leave(int before) {
        if (turn.filter(count -> count.compareAndSet(before, before + 1)).isPresent()) {
            lines.forEach(line -> line.channel().enterIdle());
        }
    }

    /**
     * Waits until the failure of an attempt to connect shows in the state of the first channel. gRPC fails the calls that
     * waited for the attempt before it changes the state, so that {@link #forgetFailures} of a next call could miss it.
     */
    void awaitFailure() {
        CountDownLatch failed = new CountDownLatch(1);
        first().notifyWhenStateChanged(ConnectivityState.CONNECTING, failed::countDown);
        try {
            // If another call has begun a next attempt, there is nothing to wait for.
            boolean unused = failed.await(STATE_CHANGE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public synchronized ManagedChannel shutdown() {
        lines.forEach(line -> line.channel().shutdown());
        return this;
    }

    @Override
    public synchronized ManagedChannel shutdownNow() {
        lines.forEach(line -> line.channel().shutdownNow());
        return this;
    }

    @Override
    public boolean isShutdown() {
        return first().isShutdown();
    }

    @Override
    public boolean isTerminated() {
        return lines.stream().allMatch(line -> line.channel().isTerminated());
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        long deadline = System.nanoTime() + unit.toNanos(timeout);
        for (Line line : lines) {
            if (!line.channel().awaitTermination(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                return false;
            }
        }
        return true;
    }

    private ManagedChannel first() {
        return lines.get(0).channel();
    }

    private synchronized Line take() {
        for (Line line : lines) {
            if (line.take()) {
                return line;
            }
        }
        if (isShutdown()) {
            // A new channel would never be closed. A call on a closed channel fails at once.
            return lines.get(0);
        }
        Line line = new Line(maker.get(), new AtomicInteger(1));
        lines.add(line);
        return line;
    }

    /** A call that decrements the number of streams when it has ended. */
    private static final class Counted<Q, A> extends SimpleForwardingClientCall<Q, A> {

        private final AtomicInteger streams;
        private final AtomicBoolean ended = new AtomicBoolean();
        private boolean started;

        Counted(ClientCall<Q, A> call, AtomicInteger streams) {
            super(call);
            this.streams = streams;
        }

        @Override
        public void start(Listener<A> listener, Metadata headers) {
            started = true;
            try {
                super.start(new Ended(listener), headers);
            } catch (RuntimeException e) {
                end();
                throw e;
            }
        }

        @Override
        public void cancel(String message, Throwable cause) {
            super.cancel(message, cause);
            if (!started) {
                end();
            }
        }

        private void end() {
            if (ended.compareAndSet(false, true)) {
                streams.decrementAndGet();
            }
        }

        private final class Ended extends SimpleForwardingClientCallListener<A> {

            Ended(Listener<A> listener) {
                super(listener);
            }

            @Override
            public void onClose(Status status, Metadata trailers) {
                end();
                super.onClose(status, trailers);
            }
        }
    }
}
