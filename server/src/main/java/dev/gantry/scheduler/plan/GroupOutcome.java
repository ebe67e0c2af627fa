package dev.gantry.scheduler.plan;

import dev.gantry.v1.Allocation;
import dev.gantry.v1.NodeScore;
import dev.gantry.v1.PlacementFailure;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The effect of a plan on one group, for {@code gantry job plan} and the evaluation's record.
 *
 * @param taskGroup the name of the group
 * @param place how many allocations the plan creates
 * @param stop how many allocations of the group the plan stops
 * @param update how many allocations the plan updates in place
 * @param keep how many allocations stay as they are, including those that ended by themselves
 * @param preempted allocations of less important jobs that the plan stops for this group
 * @param scores the best nodes for the group's last new allocation, best first, at most five; empty if the plan creates
 *     none
 * @param failure why allocations could not be placed; empty if all were
 */
public record GroupOutcome(
        String taskGroup,
        int place,
        int stop,
        int update,
        int keep,
        List<Allocation> preempted,
        List<NodeScore> scores,
        Optional<PlacementFailure> failure) {

    /** Copies the lists. */
    public GroupOutcome {
        preempted = List.copyOf(preempted);
        scores = List.copyOf(scores);
    }

    /**
     * Returns the outcome of a group that a plan only stops allocations of.
     *
     * @param taskGroup the group
     * @param stop the number of allocations that the plan stops
     * @param keep the number of allocations that stay as they are
     * @return the outcome
     */
    public static GroupOutcome stopOnly(String taskGroup, int stop, int keep) {
        return new GroupOutcome(taskGroup, 0, stop, 0, keep, List.of(), List.of(), Optional.empty());
    }

    /**
     * Adds the outcome of an older version of the group to this outcome of the newest version.
     *
     * @param older the outcome of the older version; its updates do not count
     * @return the outcome of the group
     */
    public GroupOutcome with(GroupOutcome older) {
        return new GroupOutcome(
                taskGroup,
                place + older.place,
                stop + older.stop,
                update,
                keep + older.keep,
                Stream.concat(preempted.stream(), older.preempted.stream()).toList(),
                scores.isEmpty() ? older.scores : scores,
                failure.or(older::failure));
    }
}
