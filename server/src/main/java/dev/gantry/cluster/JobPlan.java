package dev.gantry.cluster;

import dev.gantry.v1.FieldDiff;
import dev.gantry.v1.GroupPlan;
import java.util.List;

/**
 * What a submission would do.
 *
 * @param groups one for each group, in the job's order
 * @param modifyIndex the stored job's modify_index; 0 if it is not stored
 * @param diff what differs from the stored job, field by field; all of it if none is stored
 */
public record JobPlan(List<GroupPlan> groups, long modifyIndex, List<FieldDiff> diff) {}
