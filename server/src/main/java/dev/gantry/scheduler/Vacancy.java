package dev.gantry.scheduler;

import dev.gantry.v1.Allocation;
import java.util.Optional;

/**
 * A place in a group that no allocation of the job's newest version fills.
 *
 * @param index which one
 * @param outdated the allocation of an older version that fills it
 */
record Vacancy(int index, Optional<Allocation> outdated) {}
