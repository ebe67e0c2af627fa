package dev.gantry.model;

import dev.gantry.v1.TaskGroup;

/** Rules about the disks of allocations. */
public final class EphemeralDisks {

    private EphemeralDisks() {}

    /**
     * Tells whether a successor takes over the data of an allocation. As in Nomad, {@code migrate} implies {@code sticky}.
     *
     * @param group the group
     * @return true if it does
     */
    public static boolean areSticky(TaskGroup group) {
        return group.getEphemeralDisk().getSticky() || group.getEphemeralDisk().getMigrate();
    }
}
