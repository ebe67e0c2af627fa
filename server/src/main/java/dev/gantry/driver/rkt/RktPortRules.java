package dev.gantry.driver.rkt;

import dev.gantry.model.FieldPath;
import dev.gantry.model.Spelling;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The rules for the ports of a task and its {@code port_map}. */
final class RktPortRules {

    private static final String KEY = "port_map";

    private RktPortRules() {}

    /**
     * Finds entries that name no port of the group.
     *
     * @param config the task's config
     * @param declared labels of all ports of the task's group
     */
    static List<ConfigFault> undeclared(RktTaskConfig config, Collection<String> declared) {
        List<ConfigFault> faults = new ArrayList<>();
        for (String label : new TreeMap<>(config.portMap()).keySet()) {
            if (!declared.contains(label)) {
                faults.add(new ConfigFault(FieldPath.entry(KEY, label), undeclared(label, declared)));
            }
        }
        return faults;
    }

    private static String undeclared(String label, Collection<String> declared) {
        String fault = "No task of the group has a port \"" + label + "\" in its resources; ";
        return fault + (declared.isEmpty() ? "declare it there" : Spelling.hint(label, declared));
    }

    /**
     * Finds names that rkt would refuse, and ports that would not be mapped.
     *
     * @param config the task's config
     * @param labels labels of the task's own ports
     * @param interpolation the state of the config
     */
    static List<ConfigFault> unmappable(RktTaskConfig config, Collection<String> labels, Interpolation interpolation) {
        List<ConfigFault> faults = new ArrayList<>();
        for (Map.Entry<String, String> entry : new TreeMap<>(config.portMap()).entrySet()) {
            if (!RktNames.isValid(entry.getValue()) && !interpolation.mayChange(entry.getValue())) {
                faults.add(new ConfigFault(FieldPath.entry(KEY, entry.getKey()), badName(entry.getValue())));
            }
        }
        if (!config.usesHostNetwork() && config.net().stream().noneMatch(interpolation::mayChange)) {
            labels.stream()
                    .filter(label -> !config.portMap().containsKey(label))
                    .forEach(label -> faults.add(new ConfigFault(KEY, unmapped(label))));
        }
        return faults;
    }

    private static String badName(String name) {
        return "Must be the name of a port in the image: lower-case letters and digits with single dashes between, not \""
                + name + "\"";
    }

    private static String unmapped(String label) {
        return "Port \"" + label + "\" needs an entry that names the image's port, such as port_map { " + label
                + " = \"8080-tcp\" }, or net = [\"host\"]";
    }
}
