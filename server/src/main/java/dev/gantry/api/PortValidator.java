package dev.gantry.api;

import com.google.protobuf.Value;
import dev.gantry.model.FieldPath;
import dev.gantry.v1.Port;
import dev.gantry.v1.Service;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskGroup;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Validates the ports of a group: their declarations and the references to them. */
final class PortValidator {

    private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9_]{1,64}");
    private static final Pattern USE =
            Pattern.compile("\\$\\{(?:NOMAD|GANTRY)_(?:PORT|ADDR|IP|HOST_PORT)_([A-Za-z0-9_-]+)}");
    private static final int HIGHEST_PORT = 65535;

    private final TaskGroup group;
    private final String path;
    private final Set<String> labels = new HashSet<>();

    /** The labels, and as in Nomad for ports of other tasks, TASK_LABEL. */
    private final Set<String> known = new HashSet<>();

    PortValidator(TaskGroup group, String path) {
        this.group = group;
        this.path = path;
        for (Task task : group.getTasksList()) {
            for (Port port : task.getResources().getPortsList()) {
                labels.add(port.getLabel());
                known.add(port.getLabel());
                known.add(task.getName() + "_" + port.getLabel());
            }
        }
    }

    void checkDeclarations(Violations violations) {
        Map<Integer, String> statics = new HashMap<>();
        for (int task = 0; task < group.getTasksCount(); task++) {
            Set<String> seen = new HashSet<>();
            List<Port> ports = group.getTasks(task).getResources().getPortsList();
            for (int i = 0; i < ports.size(); i++) {
                String field = FieldPath.element(FieldPath.element(path + ".tasks", task) + ".resources.ports", i);
                checkDeclaration(ports.get(i), field, seen, statics, violations);
            }
        }
    }

    void checkUses(Task task, String taskPath, Violations violations) {
        Set<String> own = labels(task);
        for (int i = 0; i < task.getServicesCount(); i++) {
            checkService(own, task.getServices(i), FieldPath.element(taskPath + ".services", i) + ".port", violations);
        }
        task.getEnvMap().forEach((name, value) -> checkText(taskPath + ".env." + name, value, violations));
        task.getConfig()
                .getFieldsMap()
                .forEach((key, value) -> checkValue(FieldPath.entry(taskPath + ".config", key), value, violations));
    }

    private static void checkDeclaration(
            Port port, String field, Set<String> seen, Map<Integer, String> statics, Violations violations) {
        if (!LABEL.matcher(port.getLabel()).matches()) {
            violations.add(
                    field + ".label", "\"%s\" is no label: use 1 to 64 of A-Z a-z 0-9 _".formatted(port.getLabel()));
        } else if (!seen.add(port.getLabel())) {
            violations.add(field + ".label", "\"%s\" is used twice in the task".formatted(port.getLabel()));
        }
        // 0 means a dynamic port. The job file reader refuses "static = 0".
        if (port.getStaticPort() < 0 || port.getStaticPort() > HIGHEST_PORT) {
            violations.add(field + ".static_port", "%d is not within 1 and 65535".formatted(port.getStaticPort()));
        } else if (port.getStaticPort() != 0) {
            String other = statics.putIfAbsent(port.getStaticPort(), port.getLabel());
            if (other != null) {
                violations.add(
                        field + ".static_port", "%d is port \"%s\" already".formatted(port.getStaticPort(), other));
            }
        }
    }

    private static void checkService(Set<String> own, Service service, String field, Violations violations) {
        if (!service.getPort().isEmpty() && !own.contains(service.getPort())) {
            violations.add(field, undeclared(service.getPort(), own));
        }
    }

    private void checkValue(String field, Value value, Violations violations) {
        switch (value.getKindCase()) {
            case STRING_VALUE -> checkText(field, value.getStringValue(), violations);
            case LIST_VALUE -> {
                for (int i = 0; i < value.getListValue().getValuesCount(); i++) {
                    checkValue(FieldPath.element(field, i), value.getListValue().getValues(i), violations);
                }
            }
            case STRUCT_VALUE ->
                value.getStructValue()
                        .getFieldsMap()
                        .forEach((key, inner) -> checkValue(FieldPath.entry(field, key), inner, violations));
            case NULL_VALUE, NUMBER_VALUE, BOOL_VALUE, KIND_NOT_SET -> {}
        }
    }

    /**
     * Reports references to unknown ports. The task would get them uninterpolated, and its failure would be hard to
     * explain.
     */
    private void checkText(String field, String text, Violations violations) {
        Matcher uses = USE.matcher(text);
        while (uses.find()) {
            if (!known.contains(uses.group(1))) {
                violations.add(field, undeclared(uses.group(1), labels));
            }
        }
    }

    static Set<String> labels(Task task) {
        Set<String> labels = new HashSet<>();
        task.getResources().getPortsList().forEach(port -> labels.add(port.getLabel()));
        return labels;
    }

    static String undeclared(String label, Set<String> labels) {
        String remedy = labels.isEmpty()
                ? "none is: add port \"%s\" {} to resources".formatted(label)
                : "declared are " + labels.stream().sorted().collect(Collectors.joining(", "));
        return "port \"%s\" is not declared; %s".formatted(label, remedy);
    }
}
