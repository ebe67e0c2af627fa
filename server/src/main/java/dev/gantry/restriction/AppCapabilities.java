package dev.gantry.restriction;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Refuses isolators of images that weaken the confinement of a pod, or make a task root that runs as another user. */
final class AppCapabilities {

    private static final String RETAIN = "os/linux/capabilities-retain-set";

    /** Isolators that take the place of a filter or a profile. They may be weaker than what they replace. */
    private static final Set<String> FILTERS = Set.of(
            "os/linux/seccomp-retain-set",
            "os/linux/seccomp-remove-set",
            "os/linux/apparmor-profile",
            "os/linux/selinux-context");

    /** The capabilities of an app without isolators (rkt's "Capabilities Isolators Guide"). */
    private static final Set<String> USUAL = Stream.of(
                    ("AUDIT_WRITE CHOWN DAC_OVERRIDE FSETID FOWNER KILL MKNOD NET_RAW NET_BIND_SERVICE SETUID SETGID"
                                    + " SETPCAP SETFCAP SYS_CHROOT")
                            .split(" ", -1))
            .map(name -> "CAP_" + name)
            .collect(Collectors.toUnmodifiableSet());

    /**
     * The capabilities among the usual ones by which a process becomes another user, or does with files what only root may:
     * an image that retains them gives them to its processes from their start, whatever user they run as.
     */
    private static final Set<String> OF_ROOT = Stream.of(
                    "SETUID", "SETGID", "SETPCAP", "SETFCAP", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "MKNOD")
            .map(name -> "CAP_" + name)
            .collect(Collectors.toUnmodifiableSet());

    private final Set<String> named;
    private final Set<String> allowed;

    /**
     * Takes the rule.
     *
     * @param more the capabilities that the node's owner allows by name
     */
    AppCapabilities(List<String> more) {
        this.named = Set.copyOf(more);
        this.allowed = Stream.concat(USUAL.stream(), more.stream()).collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Returns why isolators are not allowed where no task may be root, as {@link #refusals} does.
     *
     * @param isolators the sets of an image by the names of its isolators
     */
    Optional<String> refusalOfRoot(Map<String, List<String>> isolators) {
        Set<String> ofRoot = new TreeSet<>(isolators.getOrDefault(RETAIN, List.of()));
        ofRoot.removeIf(name -> named.contains(name) || (USUAL.contains(name) && !OF_ROOT.contains(name)));
        return ofRoot.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        ("does not allow a task to act as root, and the image retains %s: use another image, or add"
                                        + " them to allow_caps of the node")
                                .formatted(String.join(", ", ofRoot)));
    }

    /**
     * Returns why isolators are not allowed where raw capabilities are denied, each reason as the rest of a sentence about
     * the node.
     *
     * @param isolators the sets of an image by the names of its isolators
     */
    List<String> refusals(Map<String, List<String>> isolators) {
        List<String> refusals = new ArrayList<>();
        Set<String> beyond = new TreeSet<>(isolators.getOrDefault(RETAIN, List.of()));
        beyond.removeAll(allowed);
        if (!beyond.isEmpty()) {
            refusals.add("does not allow raw capabilities, and the image retains %s: use another image, or add them to"
                            .formatted(String.join(", ", beyond))
                    + " allow_caps of the node");
        }
        new TreeSet<>(isolators.keySet())
                .stream()
                        .filter(FILTERS::contains)
                        .forEach(name -> refusals.add(
                                "does not allow raw capabilities, and the image has the isolator %s: use another image"
                                        .formatted(name)));
        return refusals;
    }
}
