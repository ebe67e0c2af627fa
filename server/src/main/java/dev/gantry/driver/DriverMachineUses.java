package dev.gantry.driver;

import dev.gantry.model.ArtifactSource;
import dev.gantry.restriction.MachineUse;
import dev.gantry.restriction.MachineUses;
import dev.gantry.v1.Artifact;
import dev.gantry.v1.Task;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Finds what tasks ask of their machine, each by its driver, and where their artifacts come from. */
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
        MachineUse ofDriver = driver == null ? MachineUse.NONE : driver.machineUse(task);
        return task.getArtifactsCount() == 0 ? ofDriver : ofDriver.withArtifacts(artifacts(task));
    }

    /** Returns the sources of artifacts that are known before the task is on a node. */
    private static List<String> artifacts(Task task) {
        return task.getArtifactsList().stream()
                .filter(artifact -> !artifact.getSource().contains("${"))
                .flatMap(artifact -> place(artifact).stream())
                .distinct()
                .toList();
    }

    private static Optional<String> place(Artifact artifact) {
        Map<String, String> known = new HashMap<>(artifact.getOptionsMap());
        known.values().removeIf(value -> value.contains("${"));
        try {
            return Optional.of(ArtifactSource.parse(artifact.getSource(), known).place());
        } catch (ArtifactSource.InvalidException e) {
            // The node decides about it.
            return Optional.empty();
        }
    }
}
