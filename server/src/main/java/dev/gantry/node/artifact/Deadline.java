package dev.gantry.node.artifact;

import java.time.Duration;

/** The end of the time for one artifact. Also notices that the thread is to end. */
final class Deadline {

    private final long end;
    private final Duration time;

    private Deadline(long end, Duration time) {
        this.end = end;
        this.time = time;
    }

    static Deadline in(Duration time) {
        return new Deadline(System.nanoTime() + time.toNanos(), time);
    }

    /**
     * Returns what is left.
     *
     * @throws ArtifactException if nothing is left
     */
    Duration left() throws ArtifactException {
        long nanos = end - System.nanoTime();
        if (nanos <= 0) {
            throw ArtifactException.retry("it takes longer than " + time.toSeconds() + " s");
        }
        return Duration.ofNanos(nanos);
    }

    /**
     * To be called within long work.
     *
     * @throws ArtifactException if nothing is left
     * @throws InterruptedException if the thread is interrupted
     */
    void check() throws ArtifactException, InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("The thread is to end");
        }
        left();
    }
}
