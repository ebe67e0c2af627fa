package dev.gantry.jobfile;

import static java.util.Map.entry;

import com.google.protobuf.Descriptors.FieldDescriptor;
import java.util.Map;

/** The keys that the fields of {@code gantry.v1.Job} have in HCL. */
final class JobKeys {

    /** Stands for the label of the block. */
    static final String LABEL = "";

    /** The keys that differ from the names of their fields. */
    private static final Map<String, String> KEYS = Map.ofEntries(
            entry("Job.id", LABEL),
            entry("Job.task_groups", Keys.GROUP.kind()),
            entry("TaskGroup.name", LABEL),
            entry("TaskGroup.tasks", Keys.TASK.kind()),
            entry("Task.name", LABEL),
            entry("Task.services", Keys.SERVICE.kind()),
            entry("Task.artifacts", Keys.ARTIFACT.kind()),
            entry("Task.templates", Keys.TEMPLATE.kind()),
            entry("Task.dispatch_payload_file", "dispatch_payload.file"),
            entry("Service.checks", Keys.CHECK.kind()),
            entry("Check.headers", "header"),
            entry("Check.passes_initially", "initial_status"),
            entry("EphemeralDisk.size_mib", "size"),
            entry("LogConfig.max_file_size_mib", "max_file_size"),
            entry("Periodic.disabled", "enabled"),
            entry("Port.label", LABEL),
            entry("Port.static_port", "static"),
            entry("Resources.memory_mib", "memory"),
            entry("Resources.mbits", "network.mbits"),
            entry("Resources.ports", "network.port"),
            entry("Spread.targets", Keys.TARGET.kind()),
            entry("SpreadTarget.value", LABEL));

    /** The keys of fields that jobs, groups and tasks have. */
    private static final Map<String, String> COMMON = Map.of(
            "constraints", Keys.CONSTRAINT.kind(),
            "affinities", Keys.AFFINITY.kind(),
            "spreads", Keys.SPREAD.kind());

    private JobKeys() {}

    /**
     * Returns the key of a field.
     *
     * @return a key, {@code BLOCK.KEY} for the key of a block that the message does not have, or {@link #LABEL}
     */
    static String of(FieldDescriptor field) {
        String name = nameOf(field);
        return KEYS.getOrDefault(name, COMMON.getOrDefault(field.getName(), field.getName()));
    }

    /** Returns the name of a field with its message, such as {@code Task.driver}. */
    static String nameOf(FieldDescriptor field) {
        return field.getContainingType().getName() + "." + field.getName();
    }
}
