package dev.gantry.app;

import dev.gantry.driver.TaskDriver;
import dev.gantry.driver.rkt.ResourceLimits;
import dev.gantry.driver.rkt.RktDriver;
import dev.gantry.driver.rkt.RktExecutable;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The drivers that a node offers, set up as its configuration says. */
final class NodeDrivers {

    private static final String VOLUMES = "rkt.volumes.enabled";
    private static final Set<String> OPTIONS = Set.of(VOLUMES);

    private NodeDrivers() {}

    static List<TaskDriver> create(NodeConfig config, Path allocations, InstantSource clock) {
        return List.of(new RktDriver(
                RktExecutable.onThisMachine(config.rkt()),
                isEnabled(config.options(), VOLUMES, true),
                ResourceLimits.ofNode(config.options()),
                allocations,
                clock));
    }

    /**
     * Checks that all options are known and can be used.
     *
     * @throws IllegalArgumentException naming the first that can't
     */
    static void checkOptions(Map<String, String> options) {
        options.keySet().stream()
                .filter(key -> !OPTIONS.contains(key) && !ResourceLimits.isOption(key))
                .findFirst()
                .ifPresent(key -> {
                    throw new IllegalArgumentException("Option \"%s\" is not known; known options: %s, %sNAME"
                            .formatted(key, String.join(", ", OPTIONS), ResourceLimits.OPTION));
                });
        isEnabled(options, VOLUMES, true);
        ResourceLimits.ofNode(options);
    }

    private static boolean isEnabled(Map<String, String> options, String key, boolean without) {
        String value = options.getOrDefault(key, Boolean.toString(without));
        return switch (value) {
            case "true", "1" -> true;
            case "false", "0" -> false;
            default ->
                throw new IllegalArgumentException("Option %s is \"%s\": say true or false".formatted(key, value));
        };
    }
}
