package dev.gantry.scheduler.reconcile;

import dev.gantry.scheduler.state.Demand;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.JobType;
import java.util.List;

/**
 * Decides how many allocations of a group may move away from draining nodes at once. As in Nomad, all but {@code
 * max_parallel} of the group's count stay up, by its {@code migrate} block; with 0 none that is up moves before the deadline. Allocations that are down move at any time. Allocations of batch jobs do
 * not move before the drain's deadline: they may complete until then, and moving loses their work.
 *
 * <p>A running allocation of a group with an {@code update} or a {@code migrate} block is up once it is healthy. While its health is
 * unknown, the allocation counts as neither up nor down. An allocation of an older version is up when it runs, since
 * its version may have had no such block.
 */
final class MigrationRule {

    private MigrationRule() {}

    /** Returns true if allocations of the group may move before the drain's deadline. */
    static boolean movesBeforeDeadline(Demand demand) {
        return demand.job().getType() == JobType.JOB_TYPE_SERVICE;
    }

    /**
     * Returns how many allocations that are not down may move now, 0 or more.
     *
     * @param demand the group
     * @param running the group's allocations that stay so far
     */
    static int movable(Demand demand, List<Allocation> running) {
        long parallel =
                demand.group().hasMigrate() ? demand.group().getMigrate().getMaxParallel() : 1;
        long up = running.stream().filter(one -> isUp(demand, one)).count();
        return (int) Math.min(running.size(), Math.max(0, up - (demand.group().getCount() - parallel)));
    }

    /** Returns true if the allocation does not run or is unhealthy, so that moving it takes nothing down. */
    static boolean isDown(Allocation allocation) {
        return allocation.getClientStatus() != ClientStatus.CLIENT_STATUS_RUNNING
                || (allocation.hasHealthy() && !allocation.getHealthy());
    }

    private static boolean isUp(Demand demand, Allocation allocation) {
        boolean needsProof = (demand.group().hasUpdate() || demand.group().hasMigrate())
                && allocation.getJobVersion() == demand.jobVersion();
        return !isDown(allocation) && (!needsProof || allocation.getHealthy());
    }
}
