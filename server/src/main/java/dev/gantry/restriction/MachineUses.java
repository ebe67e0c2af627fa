package dev.gantry.restriction;

import dev.gantry.v1.Task;

/** Finds what tasks ask of their machine. Only the driver of a task understands its settings. */
@FunctionalInterface
public interface MachineUses {

    /** Knows no driver. */
    MachineUses NONE = task -> MachineUse.NONE;

    /**
     * Finds what a task asks for, as far as the text of its job decides it.
     *
     * @param task a task of a valid job
     * @return what it asks for; nothing if its driver is unknown
     */
    MachineUse of(Task task);
}
