package dev.gantry.scheduler.plan;

import com.google.protobuf.Timestamp;
import dev.gantry.v1.Allocation;
import java.util.ArrayList;
import java.util.List;

/**
 * The reschedules after failures that have led to an allocation.
 *
 * @param times their times, oldest first
 * @param step the place of the newest one's delay in the growing sequence of delays of the policy: 0 for the first delay,
 *     to which a reset returns
 */
public record RescheduleHistory(List<Timestamp> times, int step) {

    /** The history of an allocation that succeeds no failed one. */
    public static final RescheduleHistory NONE = new RescheduleHistory(List.of(), 0);

    /** Copies the list. */
    public RescheduleHistory {
        times = List.copyOf(times);
    }

    /**
     * Reads the history of an allocation.
     *
     * @param allocation the allocation. If it is older than the field for the step, its delay was never reset
     * @return its history
     */
    public static RescheduleHistory of(Allocation allocation) {
        List<Timestamp> times = allocation.getRescheduleTimesList();
        int step = allocation.hasRescheduleStep() ? allocation.getRescheduleStep() : Math.max(0, times.size() - 1);
        return new RescheduleHistory(times, step);
    }

    /**
     * Returns the history with one more reschedule.
     *
     * @param time its time
     * @param newStep the place of its delay
     * @return the longer history
     */
    public RescheduleHistory plus(Timestamp time, int newStep) {
        List<Timestamp> more = new ArrayList<>(times);
        more.add(time);
        return new RescheduleHistory(more, newStep);
    }
}
