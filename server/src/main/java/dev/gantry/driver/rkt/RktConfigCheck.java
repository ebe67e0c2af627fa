package dev.gantry.driver.rkt;

import dev.gantry.driver.FeatureUse;
import dev.gantry.driver.TaskConfigCheck;
import dev.gantry.model.FieldPath;
import dev.gantry.restriction.MachineUse;
import dev.gantry.v1.JobViolation;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskGroup;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Checks the config block of rkt tasks. Stateless and thread-safe. */
public final class RktConfigCheck implements TaskConfigCheck {

    /** Creates the check. */
    public RktConfigCheck() {}

    @Override
    public String driver() {
        return RktDriver.NAME;
    }

    @Override
    public List<JobViolation> check(TaskGroup group, Task task, String path) {
        RktConfigReader.Reading reading = RktConfigReader.read(task.getConfig(), Interpolation.PENDING);
        List<ConfigFault> faults = new ArrayList<>(reading.faults());
        faults.addAll(RktConfigRules.check(reading.config(), Interpolation.PENDING));
        faults.addAll(RktPortRules.undeclared(reading.config(), labels(group.getTasksList())));
        faults.addAll(RktPortRules.unmappable(reading.config(), labels(List.of(task)), Interpolation.PENDING));
        return faults.stream().map(fault -> violation(path, fault)).toList();
    }

    @Override
    public List<FeatureUse> features(Task task, String path) {
        return RktFeatures.of(task, path);
    }

    @Override
    public MachineUse machineUse(Task task) {
        return RktMachineUse.ofJob(task);
    }

    private static Set<String> labels(List<Task> tasks) {
        Set<String> labels = new LinkedHashSet<>();
        tasks.forEach(task -> task.getResources().getPortsList().forEach(port -> labels.add(port.getLabel())));
        return labels;
    }

    private static JobViolation violation(String path, ConfigFault fault) {
        return JobViolation.newBuilder()
                .setField(FieldPath.within(path + ".config", fault.field()))
                .setDescription(fault.description())
                .build();
    }
}
