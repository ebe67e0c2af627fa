package dev.gantry.client;

import java.time.Duration;
import java.time.Instant;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * A watch that opens a new stream when one breaks.
 *
 * <p>All state belongs to the reading thread, except {@code closed} and {@code stream}, by which other threads close
 * the watch.
 */
final class ResumingWatch<T> implements Watch<T> {

    private final Supplier<ResponseStream<T>> open;
    private final Predicate<T> news;
    private final BooleanSupplier resumable;
    private final ReconnectPolicy resumption;
    private final BooleanSupplier clientClosed;

    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile ResponseStream<T> stream;

    private T next;
    private boolean ended;
    private int failures;
    private Instant brokenSince;
    private Instant resumeAt;

    /**
     * Makes a watch that has not connected yet.
     *
     * @param open opens a stream that continues after the last response
     * @param news gets each response, remembers where to resume, and returns true if the response is to be returned
     * @param resumable called when a stream broke; returns true if another stream can continue
     * @param resumption when to open the next stream
     * @param clientClosed returns true if the client is closed
     */
    ResumingWatch(
            Supplier<ResponseStream<T>> open,
            Predicate<T> news,
            BooleanSupplier resumable,
            ReconnectPolicy resumption,
            BooleanSupplier clientClosed) {
        this.open = open;
        this.news = news;
        this.resumable = resumable;
        this.resumption = resumption;
        this.clientClosed = clientClosed;
        this.resumeAt = resumption.clock().instant();
    }

    @Override
    public boolean hasNext() {
        return advance(resumption.clock().instant().plus(ResponseStream.FOREVER));
    }

    @Override
    public T next() {
        if (!hasNext()) {
            throw new NoSuchElementException("The watch has ended");
        }
        return take();
    }

    @Override
    public Optional<T> poll(Duration timeout) {
        return advance(resumption.clock().instant().plus(timeout)) ? Optional.of(take()) : Optional.empty();
    }

    @Override
    public boolean isEnded() {
        return ended;
    }

    @Override
    public void close() {
        closed.countDown();
        ResponseStream<T> open = stream;
        if (open != null) {
            open.close();
        }
    }

    private T take() {
        T taken = next;
        next = null;
        return taken;
    }

    /** Waits until there is a next item. Returns false if there is none by the limit. */
    private boolean advance(Instant limit) {
        while (next == null && !ended) {
            try {
                if (stream != null || connect(limit)) {
                    read(limit);
                }
            } catch (TimeoutException e) {
                return false;
            } catch (UnavailableException e) {
                breakOff(e);
            } catch (RuntimeException e) {
                endUnlessClosed(e);
            }
        }
        return next != null;
    }

    /** Opens a stream. Returns false if the watch was closed while it waited for the next attempt. */
    private boolean connect(Instant limit) throws TimeoutException {
        if (awaitClose(earlier(resumeAt, limit))) {
            ended = true;
            return false;
        }
        if (limit.isBefore(resumeAt)) {
            throw new TimeoutException();
        }
        stream = open.get();
        if (isClosed()) {
            // close() may have come before there was a stream to end
            stream.close();
        }
        return true;
    }

    private void read(Instant limit) throws TimeoutException {
        Duration timeout = Duration.between(resumption.clock().instant(), limit);
        Optional<T> answer = stream.read(timeout);
        failures = 0;
        brokenSince = null;
        ended = answer.isEmpty();
        next = answer.filter(news).orElse(null);
    }

    private void breakOff(UnavailableException failure) {
        Instant now = resumption.clock().instant();
        stream = null;
        failures++;
        brokenSince = brokenSince == null ? now : brokenSince;
        resumeAt = now.plus(resumption.delay(failures, failure));
        if (!resumable.getAsBoolean() || resumeAt.isAfter(brokenSince.plus(resumption.patience()))) {
            endUnlessClosed(failure);
        }
    }

    private void endUnlessClosed(RuntimeException failure) {
        ended = true;
        if (!isClosed()) {
            throw failure;
        }
    }

    private boolean isClosed() {
        return closed.getCount() == 0 || clientClosed.getAsBoolean();
    }

    private boolean awaitClose(Instant until) {
        Duration pause = Duration.between(resumption.clock().instant(), until);
        try {
            return closed.await(pause.toMillis(), TimeUnit.MILLISECONDS) || clientClosed.getAsBoolean();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new GantryException("Interrupted while waiting for the server", e);
        }
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }
}
