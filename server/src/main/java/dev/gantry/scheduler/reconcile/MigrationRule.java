package dev.gantry.scheduler.reconcile;

import dev.gantry.scheduler.state.Demand;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.JobType;
import java.util.List;

/**
 * Says how many allocations of a group may move away from draining nodes at once: as many as leaves all but
 * {@code max_parallel} of the group's count up (Nomad's drainer). Those that are down move at any time. Batch jobs do not
 * move before the deadline: they may end until then, and what they have done would be lost.
 *
 * <p>Of a group with an {@code update} block, one that runs is up once it was found healthy; until then it is neither up nor
 * down. Of the version before nothing needs to be found out: it may have had no such block.
 */
final class MigrationRule {

    private MigrationRule() {}

    static boolean movesBeforeDeadline(Demand demand) {
        return demand.job().getType() == JobType.JOB_TYPE_SERVICE;
    }

    /** How many that are not down may move now. */
    static int movable(Demand demand, List<Allocation> running) {
        int parallel = demand.group().hasUpdate() ? demand.group().getUpdate().getMaxParallel() : 1;
        int up = (int) running.stream().filter(one -> isUp(demand, one)).count();
        return Math.max(0, up - (demand.group().getCount() - parallel));
    }

    /** Whether nothing is lost when it goes. */
    static boolean isDown(Allocation allocation) {
        return allocation.getClientStatus() != ClientStatus.CLIENT_STATUS_RUNNING
                || (allocation.hasHealthy() && !allocation.getHealthy());
    }

    private static boolean isUp(Demand demand, Allocation allocation) {
        boolean needsProof = demand.group().hasUpdate() && allocation.getJobVersion() == demand.jobVersion();
        return !isDown(allocation) && (!needsProof || allocation.getHealthy());
    }
}
