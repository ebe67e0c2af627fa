package dev.gantry.cluster.scheduling;

import dev.gantry.cluster.FailureLog;
import org.slf4j.Logger;

/**
 * The failures in a row of the {@link EvaluationLoop} itself, not of an evaluation. Each doubles the pause that follows
 * it.
 *
 * <p>Owned by the thread of the loop.
 */
final class FailedTurns {

    private static final long LONGEST_PAUSE_MILLIS = 30_000;

    private final Logger log;
    private final long firstPauseMillis;
    private long pauseMillis;
    private String last = "";

    /**
     * Creates the count.
     *
     * @param log tells of failures
     * @param firstPauseMillis the pause after the first failure
     */
    FailedTurns(Logger log, long firstPauseMillis) {
        this.log = log;
        this.firstPauseMillis = firstPauseMillis;
        this.pauseMillis = firstPauseMillis;
    }

    /**
     * Logs a failure: with its stack trace once, then in one line, since a damaged database fails each read alike.
     *
     * @return the pause before the next turn, in milliseconds
     */
    long fail(Throwable failure) {
        long pause = pauseMillis;
        String consequence = "Scheduling failed; the state of the cluster is read again in %d ms".formatted(pause);
        if (failure.toString().equals(last)) {
            log.warn("{}, as before: {}", consequence, failure.getMessage());
        } else {
            FailureLog.tell(log, consequence, failure);
        }
        last = failure.toString();
        pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, 2 * pauseMillis);
        return pause;
    }

    /** Forgets the failures after a turn that has succeeded. */
    void end() {
        pauseMillis = firstPauseMillis;
        last = "";
    }
}
