package dev.gantry.scheduler;

import dev.gantry.v1.PlacementFailure;
import java.util.Optional;

/**
 * What a plan does to one group.
 *
 * @param taskGroup the group
 * @param place how many allocations it makes
 * @param stop how many it stops
 * @param keep how many stay as they are, those that ended by themselves included
 * @param failure why some could not be placed; empty if all were
 */
public record GroupOutcome(String taskGroup, int place, int stop, int keep, Optional<PlacementFailure> failure) {}
