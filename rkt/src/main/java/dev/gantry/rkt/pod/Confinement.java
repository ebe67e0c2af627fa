package dev.gantry.rkt.pod;

import java.util.ArrayList;
import java.util.List;

/**
 * The protections of the host from an app; {@code --insecure-options} removes them.
 *
 * @param capabilities whether it has rkt's set of capabilities, or the one asked for, and not all
 * @param paths whether files of the kernel in {@code /proc} and {@code /sys} are hidden or read-only
 * @param systemCalls whether its system calls are filtered
 */
public record Confinement(boolean capabilities, boolean paths, boolean systemCalls) {

    /** All protections. */
    public static final Confinement FULL = new Confinement(true, true, true);

    /** The protections by the names that {@code --insecure-options} has for them. */
    List<String> names() {
        List<String> names = new ArrayList<>();
        if (capabilities) {
            names.add("capabilities");
        }
        if (paths) {
            names.add("paths");
        }
        if (systemCalls) {
            names.add("seccomp");
        }
        return names;
    }
}
