package dev.gantry.node.log;

import dev.gantry.driver.TaskLog;
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
 * Answers questions about logs. Those that wait for a task to write are looked at again and again by one thread, which
 * owns them: a reader that waits costs no thread of its own.
 */
public final class LogReader implements AutoCloseable {

    private static final int LARGEST_PIECE = 64 * 1024;
    private static final int LIMIT = 512;

    private final ScheduledExecutorService thread;
    private final InstantSource clock;
    private final ScheduledFuture<?> ticking;
    private final AtomicInteger open = new AtomicInteger();
    private final List<Waiting> waiting = new ArrayList<>();

    private record Waiting(
            ReadLog question, LogSource source, long offset, Instant deadline, Consumer<LogChunk> answer) {}

    /**
     * Begins to look.
     *
     * @param thread the log thread, one; not ended by this
     * @param clock tells when who waits has waited long enough
     * @param interval how often to look whether something was written, for those who wait
     */
    public LogReader(ScheduledExecutorService thread, InstantSource clock, Duration interval) {
        this.thread = thread;
        this.clock = clock;
        this.ticking = thread.scheduleWithFixedDelay(
                this::lookAgain, interval.toNanos(), interval.toNanos(), TimeUnit.NANOSECONDS);
    }

    /**
     * Takes a question. Does not wait.
     *
     * @param question what to read
     * @param source what it is about
     * @param answer told the piece, or what is wrong, on the log thread
     */
    public void read(ReadLog question, LogSource source, Consumer<LogChunk> answer) {
        if (open.incrementAndGet() > LIMIT) {
            open.decrementAndGet();
            answer.accept(error(question, "The node is being asked for %d logs already: try again".formatted(LIMIT)));
            return;
        }
        thread.execute(() -> begin(question, source, answer));
    }

    /** Drops all questions: who asked them is gone. */
    public void dropAll() {
        thread.execute(() -> {
            open.addAndGet(-waiting.size());
            waiting.clear();
        });
    }

    /** Looks no more; what was asked stays unanswered. */
    @Override
    public void close() {
        ticking.cancel(false);
    }

    /**
     * Says why there is no such log.
     *
     * @param question the question
     * @param why what is wrong, for people
     * @return the answer
     */
    public static LogChunk error(ReadLog question, String why) {
        return LogChunk.newBuilder()
                .setRequestId(question.getRequestId())
                .setError(why)
                .build();
    }

    private void begin(ReadLog question, LogSource source, Consumer<LogChunk> answer) {
        Instant deadline = clock.instant().plusMillis(question.getWaitMillis());
        try {
            if (source.whyNoFiles().isPresent() && !source.log().exists()) {
                fail(question, source.whyNoFiles().get(), answer);
                return;
            }
            long offset = firstByte(question, source);
            Waiting first = new Waiting(question, source, offset, deadline, answer);
            if (!answerIfPossible(first)) {
                waiting.add(first);
            }
        } catch (IOException | IllegalArgumentException e) {
            fail(question, problem(source, e), answer);
        }
    }

    private void lookAgain() {
        Iterator<Waiting> all = waiting.iterator();
        while (all.hasNext()) {
            Waiting next = all.next();
            try {
                if (answerIfPossible(next)) {
                    all.remove();
                }
            } catch (IOException e) {
                all.remove();
                fail(next.question(), problem(next.source(), e), next.answer());
            }
        }
    }

    private void fail(ReadLog question, String why, Consumer<LogChunk> answer) {
        open.decrementAndGet();
        answer.accept(error(question, why));
    }

    private static String problem(LogSource source, Exception failure) {
        return failure instanceof NoSuchFileException gone
                ? "The output of %s is gone: there is no directory %s".formatted(source.owner(), gone.getFile())
                : "Can't read the output of %s: %s".formatted(source.owner(), failure);
    }

    /** Whether the question is answered now. */
    private boolean answerIfPossible(Waiting read) throws IOException {
        // Asked before reading: what a task wrote before it ended must not be missed.
        boolean isDead = read.source().isDead().getAsBoolean();
        TaskLog log = read.source().log();
        TaskLog.Piece piece = log.read(read.offset(), LARGEST_PIECE);
        if (piece.data().isEmpty() && !isDead && clock.instant().isBefore(read.deadline())) {
            return false;
        }
        open.decrementAndGet();
        read.answer()
                .accept(LogChunk.newBuilder()
                        .setRequestId(read.question().getRequestId())
                        .setOffset(piece.offset())
                        .setData(piece.data())
                        .setNextOffset(piece.end())
                        .setEnd(isDead && piece.end() >= log.end())
                        .build());
        return true;
    }

    private static long firstByte(ReadLog question, LogSource source) throws IOException {
        return switch (question.getPositionCase()) {
            case OFFSET -> notNegative("offset", question.getOffset());
            case TAIL_LINES -> source.log().offsetOfLastLines(notNegative("tail_lines", question.getTailLines()));
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
