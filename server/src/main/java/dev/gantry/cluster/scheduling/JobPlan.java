package dev.gantry.cluster.scheduling;

import dev.gantry.v1.FieldDiff;
import dev.gantry.v1.GroupPlan;
import java.util.List;

/**
 * The result of a dry run.
 *
 * @param groups the effect on each group, in the order of the job
 * @param modifyIndex the stored job's modify_index; 0 if the job is not stored
 * @param diff the fields that differ from the stored job; if the job is not stored, the fields that the client set
 */
public record JobPlan(List<GroupPlan> groups, long modifyIndex, List<FieldDiff> diff) {}
