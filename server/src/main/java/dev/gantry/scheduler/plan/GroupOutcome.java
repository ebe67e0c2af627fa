package dev.gantry.scheduler.plan;

import dev.gantry.v1.Allocation;
import dev.gantry.v1.NodeScore;
import dev.gantry.v1.PlacementFailure;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a plan does to one group.
 *
 * @param taskGroup the group
 * @param place how many allocations it makes
 * @param stop how many it stops of the group
 * @param update how many it updates in place
 * @param keep how many stay as they are, those that ended by themselves included
 * @param preempted the less important allocations of other jobs that it stops to make room
 * @param scores the best nodes when its last allocation was placed, best first, at most five; empty if it places none
 * @param failure why some could not be placed; empty if all were
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

    /** Of a group that two versions are placed of: this one counts for the newest. */
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
