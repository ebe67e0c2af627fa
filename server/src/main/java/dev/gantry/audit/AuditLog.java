package dev.gantry.audit;

import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes lines to the audit log. One thread owns the file; lines wait for it in a bounded queue. A line that can't be
 * written is counted. The first failure is logged, and so is its end; then a line in the file says how many are missing.
 */
public final class AuditLog implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(AuditLog.class);

    private static final int MOST_WAITING = 4096;
    private static final int MOST_AT_ONCE = 256;
    private static final long POLL_MILLIS = 200;
    private static final long GRACE_SECONDS = 5;

    private final AuditOptions options;
    private final InstantSource clock;
    private final AuditFile file;
    private final BlockingQueue<Waiting> queue = new LinkedBlockingQueue<>(MOST_WAITING);
    private final Thread writer = new Thread(this::writeAll, "audit");

    /** Lines that were lost since the server has started. */
    private final AtomicLong lost = new AtomicLong();

    private volatile Optional<String> fault = Optional.empty();
    private volatile boolean closed;

    /** How many of the lost lines the file knows of. Owned by the writer. */
    private long told;

    private record Waiting(String line, CompletableFuture<Void> written) {}

    /**
     * The state of an audit log.
     *
     * @param fault why lines can't be written at present; empty if they can
     * @param lost how many lines were lost since the server has started
     */
    public record State(Optional<String> fault, long lost) {}

    private AuditLog(AuditOptions options, InstantSource clock, AuditFile file) {
        this.options = options;
        this.clock = clock;
        this.file = file;
    }

    /**
     * Opens the log.
     *
     * @param options where it is
     * @param clock the time for lines about lost lines
     * @return the log
     * @throws AuditException if the file can't be used
     */
    public static AuditLog open(AuditOptions options, InstantSource clock) {
        try {
            AuditLog log = new AuditLog(options, clock, AuditFile.open(options));
            log.writer.start();
            return log;
        } catch (IOException e) {
            throw new AuditException(
                    "Can't open the audit log %s: %s. Name another file with --audit-log, or say --audit-log off"
                            .formatted(options.file(), e),
                    e);
        }
    }

    /**
     * Returns how calls are recorded.
     *
     * @return the options
     */
    public AuditOptions options() {
        return options;
    }

    /**
     * Returns the state at this moment.
     *
     * @return the state
     */
    public State state() {
        return new State(fault, lost.get());
    }

    /**
     * Writes a line. Never blocks.
     *
     * @param line the line
     * @return completed once the line is in the file, and on disk if the options want it; fails with
     *     {@link AuditException} if it can't be written
     */
    public CompletableFuture<Void> append(AuditLine line) {
        Waiting waiting = new Waiting(line.text(), new CompletableFuture<>());
        if (closed || !queue.offer(waiting)) {
            lose(
                    List.of(waiting),
                    closed
                            ? "the server is stopping"
                            : "%d lines wait to be written already: the disk is too slow".formatted(MOST_WAITING),
                    null);
        }
        return waiting.written();
    }

    /** Writes the lines that wait, then closes the file. */
    @Override
    public void close() {
        closed = true;
        try {
            writer.join(TimeUnit.SECONDS.toMillis(GRACE_SECONDS));
            if (writer.isAlive()) {
                LOG.warn("The audit log {} is still being written; its last lines may be lost", options.file());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void writeAll() {
        try {
            while (!closed || !queue.isEmpty()) {
                Waiting first = queue.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
                if (first != null) {
                    List<Waiting> batch = new ArrayList<>(List.of(first));
                    queue.drainTo(batch, MOST_AT_ONCE - 1);
                    write(batch);
                }
            }
            file.close();
        } catch (IOException e) {
            LOG.error("Can't close the audit log {}: its last lines may be lost", options.file(), e);
        } catch (InterruptedException e) {
            throw new IllegalStateException("Nobody interrupts this thread", e);
        }
    }

    private void write(List<Waiting> batch) {
        long lostBefore = lost.get();
        List<String> lines = new ArrayList<>();
        if (lostBefore > told) {
            lines.add(AuditLine.gap(clock.instant(), lostBefore - told, fault.orElse("the server could not write them"))
                    .text());
        }
        batch.forEach(waiting -> lines.add(waiting.line()));
        try {
            file.append(lines);
        } catch (IOException | AuditException e) {
            lose(batch, e instanceof AuditException ? e.getMessage() : e.toString(), e);
            return;
        }
        told = lostBefore;
        if (fault.isPresent()) {
            fault = Optional.empty();
            LOG.warn("Calls are recorded in the audit log {} again; {} lines were lost", options.file(), lostBefore);
        }
        batch.forEach(waiting -> waiting.written().complete(null));
    }

    private synchronized void lose(List<Waiting> lines, String why, Exception failure) {
        lost.addAndGet(lines.size());
        if (fault.isEmpty()) {
            fault = Optional.of(why);
            LOG.error(
                    "Calls can't be recorded in the audit log {}: {}. {}",
                    options.file(),
                    why,
                    options.isRequired() ? "They are refused until it can be written" : "They go on without");
        }
        AuditException refusal =
                new AuditException("The call can't be recorded in the server's audit log: %s".formatted(why), failure);
        lines.forEach(waiting -> waiting.written().completeExceptionally(refusal));
    }
}
