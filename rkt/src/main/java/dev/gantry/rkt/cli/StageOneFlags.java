package dev.gantry.rkt.cli;

import dev.gantry.rkt.pod.Flavor;
import java.util.Set;

/** Reads which flavor is asked for. rkt names images with {@code --stage1-*}; the flavors here are built in. */
final class StageOneFlags {

    private static final String PREFIX = "stage1-";
    private static final Set<String> BY_NAME = Set.of("stage1-name", "stage1-from-dir");
    private static final Set<String> BY_IMAGE = Set.of("stage1-hash", "stage1-path", "stage1-url");

    private StageOneFlags() {}

    /**
     * The flavor of a pod.
     *
     * @param pod the flags
     * @param best the best flavor that this machine has the programs for
     * @return what the last of the flags names, such as {@code coreos.com/rkt/stage1-fly:1.30.0}; else the best
     * @throws UsageException if it is none that is here
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
        String file = flag.value().substring(flag.value().lastIndexOf('/') + 1);
        String name = file.split("[:,.]", 2)[0];
        for (Flavor flavor : Flavor.values()) {
            if (name.equals(PREFIX + flavor.label())) {
                return flavor;
            }
        }
        throw UsageException.invalidValue(flag, "the flavors here are stage1-crun and stage1-fly");
    }
}
