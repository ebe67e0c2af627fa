package dev.gantry.node.log;

import dev.gantry.driver.TaskLog;
import dev.gantry.model.ProtoTimes;
import dev.gantry.v1.LogChunk;
import dev.gantry.v1.ReadLog;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Reads pieces of the logs of tasks. Reads that wait for new output are checked at an interval by one thread, which
 * owns them, so a waiting read needs no thread of its own.
 */
public final class LogReader implements AutoCloseable {

    private static final int LARGEST_PIECE = 64 * 1024;
    private static final int MOST_READS = 512;

    private final ScheduledExecutorService thread;
    private final InstantSource clock;
    private final ScheduledFuture<?> schedule;
    private final AtomicInteger open = new AtomicInteger();
    private final List<PendingRead> waiting = new ArrayList<>();

    private record PendingRead(
            ReadLog request, LogSource source, long offset, Instant deadline, Consumer<LogChunk> answer) {}

    /**
     * Creates a reader and starts its schedule.
     *
     * @param thread an executor with one thread, the log thread; {@link #close()} does not end it
     * @param clock measures the deadlines of reads
     * @param interval the interval at which pending reads are checked for new output
     */
    public LogReader(ScheduledExecutorService thread, InstantSource clock, Duration interval) {
        this.thread = thread;
        this.clock = clock;
        this.schedule = thread.scheduleWithFixedDelay(
                this::checkPending, interval.toNanos(), interval.toNanos(), TimeUnit.NANOSECONDS);
    }

    /**
     * Begins a read. Does not block.
     *
     * @param request the piece to read
     * @param source the log
     * @param answer gets the piece or an error, on the log thread
     */
    public void read(ReadLog request, LogSource source, Consumer<LogChunk> answer) {
        if (open.incrementAndGet() > MOST_READS) {
            open.decrementAndGet();
            answer.accept(error(request, "The node is reading %d logs already: try again".formatted(MOST_READS)));
            return;
        }
        thread.execute(() -> begin(request, source, answer));
    }

    /** Drops all pending reads, since the session that they came from has ended. */
    public void dropAll() {
        thread.execute(() -> {
            open.addAndGet(-waiting.size());
            waiting.clear();
        });
    }

    /** Ends the schedule; pending reads get no answer. */
    @Override
    public void close() {
        schedule.cancel(false);
    }

    /**
     * Makes the answer to a read that failed.
     *
     * @param request the request
     * @param why the error, for people
     * @return the answer
     */
    public static LogChunk error(ReadLog request, String why) {
        return LogChunk.newBuilder()
                .setRequestId(request.getRequestId())
                .setError(why)
                .build();
    }

    private void begin(ReadLog request, LogSource source, Consumer<LogChunk> answer) {
        Instant deadline = clock.instant().plus(ProtoTimes.toDuration(request.getWait()));
        try {
            if (source.whyNoFiles().isPresent() && !source.log().exists()) {
                fail(request, source.whyNoFiles().get(), answer);
                return;
            }
            long offset = firstByte(request, source);
            PendingRead first = new PendingRead(request, source, offset, deadline, answer);
            if (!answerIfPossible(first)) {
                waiting.add(first);
            }
        } catch (IOException | IllegalArgumentException e) {
            fail(request, problem(source, e), answer);
        }
    }

    private void checkPending() {
        Iterator<PendingRead> all = waiting.iterator();
        while (all.hasNext()) {
            PendingRead next = all.next();
            try {
                if (answerIfPossible(next)) {
                    all.remove();
                }
            } catch (IOException e) {
                all.remove();
                fail(next.request(), problem(next.source(), e), next.answer());
            }
        }
    }

    private void fail(ReadLog request, String why, Consumer<LogChunk> answer) {
        open.decrementAndGet();
        answer.accept(error(request, why));
    }

    private static String problem(LogSource source, Exception failure) {
        return failure instanceof NoSuchFileException gone
                ? "The output of %s is gone: there is no directory %s".formatted(source.owner(), gone.getFile())
                : "Can't read the output of %s: %s".formatted(source.owner(), failure);
    }

    /** Answers the read if there is output or the wait is over; returns true if it did. */
    private boolean answerIfPossible(PendingRead read) throws IOException {
        // Read this before the log, so that no output is missed that the task wrote before its end.
        boolean isDead = read.source().isDead().getAsBoolean();
        TaskLog log = read.source().log();
        TaskLog.Piece piece = log.read(read.offset(), LARGEST_PIECE);
        if (piece.data().isEmpty() && !isDead && clock.instant().isBefore(read.deadline())) {
            return false;
        }
        open.decrementAndGet();
        read.answer()
                .accept(LogChunk.newBuilder()
                        .setRequestId(read.request().getRequestId())
                        .setOffset(piece.offset())
                        .setData(piece.data())
                        .setNextOffset(piece.end())
                        .setEnd(isDead && piece.end() >= log.end())
                        .build());
        return true;
    }

    private static long firstByte(ReadLog request, LogSource source) throws IOException {
        return switch (request.getPositionCase()) {
            case OFFSET -> notNegative("offset", request.getOffset());
            case TAIL_LINES -> source.log().offsetOfLastLines(notNegative("tail_lines", request.getTailLines()));
            case POSITION_NOT_SET -> 0;
        };
    }

    private static long notNegative(String what, long value) {
        if (value < 0) {
            throw new IllegalArgumentException("%s %d is below 0".formatted(what, value));
        }
        return value;
    }
}
