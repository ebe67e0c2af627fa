package dev.gantry.app;

import dev.gantry.cli.DurationText;
import dev.gantry.driver.TaskDriver;
import dev.gantry.driver.rkt.ResourceLimits;
import dev.gantry.driver.rkt.RktDriver;
import dev.gantry.driver.rkt.RktExecutable;
import dev.gantry.driver.rkt.RktGarbageSettings;
import dev.gantry.restriction.Restrictions;
import dev.gantry.v1.HostVolumeRestriction;
import dev.gantry.v1.NodeRestrictions;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;

/** Makes the drivers of a node from its configuration. */
final class NodeDrivers {

    private static final String VOLUMES = "rkt.volumes.enabled";
    private static final String GC_INTERVAL = "rkt.gc.interval";
    private static final String GC_IMAGE_AGE = "rkt.gc.image_age";
    private static final String GC_DISK_PERCENT = "rkt.gc.disk_percent";
    private static final List<String> OPTIONS = List.of(VOLUMES, GC_INTERVAL, GC_IMAGE_AGE, GC_DISK_PERCENT);

    private NodeDrivers() {}

    static List<TaskDriver> create(NodeConfig config, Path allocations, InstantSource clock) {
        return List.of(new RktDriver(
                RktExecutable.onThisMachine(config.rkt()),
                Restrictions.of(config.restrictions()),
                ResourceLimits.ofNode(config.options()),
                allocations,
                garbage(config.options()),
                clock));
    }

    /**
     * Validates the options of drivers.
     *
     * @throws IllegalArgumentException if an option is unknown or can't be used; the message names it
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
        garbage(options);
    }

    /**
     * Adds the restrictions that options of drivers mean.
     *
     * @throws IllegalArgumentException if an option forbids what the restrictions allow
     */
    static NodeRestrictions restrictions(Map<String, String> options, NodeRestrictions restrictions) {
        if (isEnabled(options, VOLUMES, true)) {
            return restrictions;
        }
        HostVolumeRestriction none = HostVolumeRestriction.getDefaultInstance();
        if (restrictions.hasHostVolumes() && !restrictions.getHostVolumes().equals(none)) {
            throw new IllegalArgumentException(
                    "Option %s is false, but host_volumes of the restrictions allows paths: take one of the two out"
                            .formatted(VOLUMES));
        }
        return restrictions.toBuilder().setHostVolumes(none).build();
    }

    private static RktGarbageSettings garbage(Map<String, String> options) {
        RktGarbageSettings usual = RktGarbageSettings.DEFAULT;
        return new RktGarbageSettings(
                duration(options, GC_INTERVAL, usual.interval()),
                duration(options, GC_IMAGE_AGE, usual.imageAge()),
                percent(options, GC_DISK_PERCENT, usual.diskPercent()));
    }

    private static Duration duration(Map<String, String> options, String key, Duration without) {
        if (!options.containsKey(key)) {
            return without;
        }
        try {
            return DurationText.parse(options.get(key));
        } catch (CommandLine.TypeConversionException e) {
            throw new IllegalArgumentException("Option %s: %s".formatted(key, e.getMessage()), e);
        }
    }

    private static int percent(Map<String, String> options, String key, int without) {
        String value = options.getOrDefault(key, Integer.toString(without));
        if (!value.matches("[1-9][0-9]?|100")) {
            throw new IllegalArgumentException("Option %s is \"%s\": say 1 to 100".formatted(key, value));
        }
        return Integer.parseInt(value);
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
