package dev.gantry.rkt.pod;

import java.util.ArrayList;
import java.util.List;

/**
 * The protections of the host from an app; {@code --insecure-options} removes them.
 *
 * @param capabilities true if the app has rkt's set of capabilities or the requested set; false if it has all
 * @param paths true if files of the kernel in {@code /proc} and {@code /sys} are hidden or read-only
 * @param systemCalls true if the system calls of the app are filtered
 */
public record Confinement(boolean capabilities, boolean paths, boolean systemCalls) {

    /** All protections. */
    public static final Confinement FULL = new Confinement(true, true, true);

    /** Returns the names of the protections in {@code --insecure-options}. */
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
