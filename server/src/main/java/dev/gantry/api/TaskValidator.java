package dev.gantry.api;

import dev.gantry.driver.TaskConfigCheck;
import dev.gantry.model.FieldPath;
import dev.gantry.model.JobDefaults;
import dev.gantry.model.LogLimits;
import dev.gantry.v1.EphemeralDisk;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskGroup;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Validates the tasks of a group. */
final class TaskValidator {

    /**
     * The directory that the tasks of an allocation share. It is a sibling of the tasks' directories, which have the
     * tasks' names.
     */
    private static final String SHARED_DIRECTORY = "alloc";

    private final Map<String, TaskConfigCheck> drivers;

    TaskValidator(List<TaskConfigCheck> drivers) {
        this.drivers = drivers.stream().collect(Collectors.toMap(TaskConfigCheck::driver, Function.identity()));
    }

    void check(TaskGroup group, String path, Violations violations) {
        if (group.getTasksCount() == 0) {
            violations.add(path + ".tasks", "is empty: a group has at least one task");
        }
        violations.checkUnique(path + ".tasks", "name", group.getTasksList(), Task::getName);
        if (group.hasEphemeralDisk()) {
            checkDisk(group, path, violations);
        }
        PortValidator ports = new PortValidator(group, path);
        ports.checkDeclarations(violations);
        for (int i = 0; i < group.getTasksCount(); i++) {
            String taskPath = FieldPath.element(path + ".tasks", i);
            check(group, group.getTasks(i), taskPath, violations);
            ports.checkUses(group.getTasks(i), taskPath, violations);
        }
    }

    /** As in Nomad, the logs of each task must fit into the group's disk. */
    private static void checkDisk(TaskGroup group, String path, Violations violations) {
        EphemeralDisk disk = group.getEphemeralDisk();
        int size = disk.hasSizeMib() ? disk.getSizeMib() : JobDefaults.DISK_MIB;
        String field = path + ".ephemeral_disk.size_mib";
        if (size < JobDefaults.LEAST_DISK_MIB) {
            violations.add(field, "%d MiB is less than %d MiB".formatted(size, JobDefaults.LEAST_DISK_MIB));
            return;
        }
        for (Task task : group.getTasksList()) {
            LogLimits logs = LogLimits.of(task.getLogs());
            long most = (long) logs.maxFiles() * logs.maxFileSizeMib();
            if (!task.getLogs().getDisabled() && most >= size) {
                violations.add(
                        field,
                        "%d MiB has no room for the logs of task \"%s\", which may get %d MiB: make it larger, or the logs smaller"
                                .formatted(size, task.getName(), most));
            }
        }
    }

    /** Validates the checks of a group's services; {@code whole} is the group with its defaults. */
    void checkServices(TaskGroup whole, TaskGroup group, String path, Violations violations) {
        for (int i = 0; i < group.getTasksCount(); i++) {
            Task task = group.getTasks(i);
            CheckValidator checks = new CheckValidator(PortValidator.labels(task), violations);
            for (int j = 0; j < task.getServicesCount(); j++) {
                checks.check(
                        task.getServices(j),
                        whole.getTasks(i).getServices(j),
                        FieldPath.element(FieldPath.element(path + ".tasks", i) + ".services", j));
            }
        }
    }

    private void check(TaskGroup group, Task task, String path, Violations violations) {
        violations.checkName(path + ".name", task.getName());
        if (task.getName().equals(SHARED_DIRECTORY)) {
            violations.add(
                    path + ".name", "\"%s\" is reserved: give the task another name".formatted(SHARED_DIRECTORY));
        }
        JobValidator.checkConstraints(task.getConstraintsList(), path + ".constraints", violations);
        checkResources(task, path + ".resources", violations);
        violations.checkEnvironment(path + ".env", task.getEnvMap());
        violations.checkMeta(path + ".meta", task.getMetaMap());
        ArtifactValidator.check(task, path + ".artifacts", violations);
        Optional.ofNullable(drivers.get(task.getDriver()))
                .ifPresentOrElse(
                        driver -> violations.addAll(driver.check(group, task, path)),
                        () -> violations.add(path + ".driver", unknownDriver(task.getDriver())));
    }

    private String unknownDriver(String name) {
        String known = drivers.keySet().stream().sorted().collect(Collectors.joining(", "));
        return name.isEmpty()
                ? "is missing; known drivers: " + known
                : "\"%s\" is no known driver; known drivers: %s".formatted(name, known);
    }

    private static void checkResources(Task task, String path, Violations violations) {
        var resources = task.getResources();
        if (resources.hasCpu() && resources.getCpu() < JobDefaults.LEAST_CPU) {
            violations.add(
                    path + ".cpu",
                    "%d MHz is less than a task needs, %d MHz".formatted(resources.getCpu(), JobDefaults.LEAST_CPU));
        }
        if (resources.hasMemoryMib() && resources.getMemoryMib() < JobDefaults.LEAST_MEMORY_MIB) {
            violations.add(
                    path + ".memory_mib",
                    "%d MiB is less than a task needs, %d MiB"
                            .formatted(resources.getMemoryMib(), JobDefaults.LEAST_MEMORY_MIB));
        }
        // 0 Mbit/s is the default.
        if (resources.getMbits() < 0) {
            violations.add(path + ".mbits", "%d Mbit/s is below 0".formatted(resources.getMbits()));
        }
    }
}
