package dev.gantry.cluster.scheduling;

import dev.gantry.cluster.SerialTask;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * The timers of the {@link EvaluationLoop}: each of them calls the loop's turn. One thread owns them, the executor's.
 */
final class EvaluationTimers {

    private final ScheduledExecutorService executor;
    private final SerialTask turn;
    private final InstantSource steady;

    private boolean pausing;
    private ScheduledFuture<?> alarm;
    private Instant alarmTime = Instant.MAX;

    /**
     * Prepares the timers.
     *
     * @param executor runs the turn
     * @param turn the loop's turn
     * @param steady the clock that alarms go by
     */
    EvaluationTimers(ScheduledExecutorService executor, SerialTask turn, InstantSource steady) {
        this.executor = executor;
        this.turn = turn;
        this.steady = steady;
    }

    /** Runs an action on the loop's thread after a delay, and then a turn. */
    void after(long millis, Runnable action) {
        var unused = executor.schedule(
                () -> {
                    action.run();
                    turn.call();
                },
                millis,
                TimeUnit.MILLISECONDS);
    }

    /** Begins a pause, unless there is one already. */
    void pause(long millis) {
        if (!pausing) {
            pausing = true;
            after(millis, () -> pausing = false);
        }
    }

    /** Returns true during a pause. */
    boolean isPausing() {
        return pausing;
    }

    /**
     * Sets the only alarm, which calls the turn.
     *
     * @param next when, by the steady clock; {@link Instant#MAX}: never
     */
    void setAlarm(Instant next) {
        if (next.equals(alarmTime)) {
            return;
        }
        if (alarm != null) {
            alarm.cancel(false);
        }
        alarmTime = next;
        alarm = null;
        if (!next.equals(Instant.MAX)) {
            long millis = Math.max(0, Duration.between(steady.instant(), next).toMillis()) + 1;
            alarm = executor.schedule(this::ring, millis, TimeUnit.MILLISECONDS);
        }
    }

    private void ring() {
        // The clock may lag behind the timer; then the turn sets a new alarm.
        alarmTime = Instant.MAX;
        turn.call();
    }
}
