package dev.gantry.rkt.cli;

import dev.gantry.rkt.RktException;
import dev.gantry.rkt.cli.Flags.Flag;
import dev.gantry.rkt.config.Settings;
import dev.gantry.rkt.pod.Flavor;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/**
 * Reads the flavor that the flags or the configuration name. rkt names images with {@code --stage1-*}; the flavors here
 * are built in.
 */
final class StageOneFlags {

    private static final String PREFIX = "stage1-";
    private static final Set<String> BY_NAME = Set.of("stage1-name", "stage1-from-dir");
    private static final Set<String> BY_IMAGE = Set.of("stage1-hash", "stage1-path", "stage1-url");

    private StageOneFlags() {}

    /**
     * Adds the configured stage1 if the flags name no stage1.
     *
     * @param pod the flags
     * @param settings the configuration
     * @return the flags
     * @throws RktException if the configured stage1 is unknown to this runtime
     */
    static Flags withConfigured(Flags pod, Settings settings) throws RktException {
        boolean isNamed = pod.all().stream().anyMatch(flag -> BY_NAME.contains(flag.name()));
        if (isNamed || settings.stage1().isEmpty()) {
            return pod;
        }
        Flag configured = new Flag("stage1-name", settings.stage1().get());
        if (flavorOf(configured.value()).isEmpty()) {
            throw new RktException(
                    "the stage1 \"%s\", which stage1.d of the configuration names, is none of those that are here:"
                                    .formatted(configured.value())
                            + " stage1-crun and stage1-fly; ask for one by --stage1-name");
        }
        return pod.with(configured);
    }

    /**
     * Returns the flavor of a pod.
     *
     * @param pod the flags
     * @param best the best flavor for which this machine has the programs
     * @return the flavor that the last of the flags names, such as {@code coreos.com/rkt/stage1-fly:1.30.0}; without a
     *     flag, the best
     * @throws UsageException if the flavor is unknown
     */
    static Flavor flavor(Flags pod, Flavor best) throws UsageException {
        Flavor flavor = best;
        for (Flag flag : pod.all()) {
            if (BY_IMAGE.contains(flag.name())) {
                throw UsageException.invalidValue(
                        flag, "the flavors here are built in: use --stage1-name=stage1-crun or stage1-fly");
            }
            if (BY_NAME.contains(flag.name())) {
                flavor = named(flag);
                if (flavor == Flavor.CRUN && best != Flavor.CRUN) {
                    throw UsageException.invalidValue(flag, "crun is not installed");
                }
            }
        }
        return flavor;
    }

    private static Flavor named(Flag flag) throws UsageException {
        return flavorOf(flag.value())
                .orElseThrow(
                        () -> UsageException.invalidValue(flag, "the flavors here are stage1-crun and stage1-fly"));
    }

    private static Optional<Flavor> flavorOf(String stage1) {
        String file = stage1.substring(stage1.lastIndexOf('/') + 1);
        String name = file.split("[:,.]", 2)[0];
        return Arrays.stream(Flavor.values())
                .filter(flavor -> name.equals(PREFIX + flavor.label()))
                .findFirst();
    }
}
