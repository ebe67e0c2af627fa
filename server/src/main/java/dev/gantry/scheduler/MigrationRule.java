package dev.gantry.scheduler;

import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.JobType;
import java.util.List;

/**
 * Says how many allocations of a group may move away from draining nodes at once: as many as leaves all but
 * {@code max_parallel} of the group's count up (Nomad's drainer). Those that are not up move at any time. Batch jobs do not
 * move before the deadline: they may end until then, and what they have done would be lost.
 */
final class MigrationRule {

    private MigrationRule() {}

    static boolean movesBeforeDeadline(Demand demand) {
        return demand.job().getType() == JobType.JOB_TYPE_SERVICE;
    }

    /** How many that are up may move now. */
    static int movable(Demand demand, List<Allocation> running) {
        int parallel = demand.group().hasUpdate() ? demand.group().getUpdate().getMaxParallel() : 1;
        int up = (int) running.stream().filter(MigrationRule::isUp).count();
        return Math.max(0, up - (demand.group().getCount() - parallel));
    }

    static boolean isUp(Allocation allocation) {
        return allocation.getClientStatus() == ClientStatus.CLIENT_STATUS_RUNNING
                && (!allocation.hasHealthy() || allocation.getHealthy());
    }
}
