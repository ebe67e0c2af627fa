package dev.gantry.driver.rkt;

import dev.gantry.driver.TaskConfigCheck;
import dev.gantry.v1.JobViolation;
import dev.gantry.v1.Port;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskGroup;
import java.util.List;
import java.util.stream.Stream;

/** Checks the config block of rkt tasks. Has no state; may be used by several threads at once. */
public final class RktConfigCheck implements TaskConfigCheck {

    /** Needs nothing: what it checks is known without any machine. */
    public RktConfigCheck() {}

    @Override
    public String driver() {
        return RktDriver.NAME;
    }

    @Override
    public List<JobViolation> check(TaskGroup group, Task task, String path) {
        RktConfigReader.Reading reading = RktConfigReader.read(task.getConfig(), Interpolation.PENDING);
        return Stream.of(
                        reading.faults(),
                        RktConfigRules.check(reading.config(), Interpolation.PENDING),
                        RktPortRules.undeclared(reading.config(), labels(group.getTasksList())),
                        RktPortRules.unmappable(reading.config(), labels(List.of(task)), Interpolation.PENDING))
                .flatMap(List::stream)
                .map(fault -> violation(path, fault))
                .toList();
    }

    private static List<String> labels(List<Task> tasks) {
        return tasks.stream()
                .flatMap(task -> task.getResources().getPortsList().stream())
                .map(Port::getLabel)
                .distinct()
                .toList();
    }

    private static JobViolation violation(String path, ConfigFault fault) {
        return JobViolation.newBuilder()
                .setField(path + ".config." + fault.field())
                .setDescription(fault.description())
                .build();
    }
}
