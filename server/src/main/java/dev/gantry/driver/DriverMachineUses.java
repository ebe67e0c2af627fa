package dev.gantry.driver;

import dev.gantry.restriction.MachineUse;
import dev.gantry.restriction.MachineUses;
import dev.gantry.v1.Task;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Finds what tasks ask of their machine, each by its driver. */
public final class DriverMachineUses implements MachineUses {

    private final Map<String, TaskConfigCheck> drivers;

    /**
     * Makes it.
     *
     * @param drivers understand the settings of the known drivers
     */
    public DriverMachineUses(List<TaskConfigCheck> drivers) {
        this.drivers = drivers.stream().collect(Collectors.toMap(TaskConfigCheck::driver, Function.identity()));
    }

    @Override
    public MachineUse of(Task task) {
        TaskConfigCheck driver = drivers.get(task.getDriver());
        return driver == null ? MachineUse.NONE : driver.machineUse(task);
    }
}
