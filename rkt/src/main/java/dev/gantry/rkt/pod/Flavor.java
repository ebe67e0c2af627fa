package dev.gantry.rkt.pod;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** The ways to run a pod: rkt calls them flavors of stage1. */
public enum Flavor {
    /** A change of root and no other isolation. */
    FLY,
    /** Namespaces, control groups, capabilities and a filter of system calls, by crun. */
    CRUN;

    /**
     * Returns the best flavor for which this machine has the programs.
     *
     * @param searchPath directories separated by colons, as in {@code PATH}
     * @return crun if it is installed, else fly
     */
    public static Flavor bestOf(String searchPath) {
        for (String directory : searchPath.split(":", -1)) {
            if (!directory.isEmpty() && Files.isExecutable(Path.of(directory, "crun"))) {
                return CRUN;
            }
        }
        return FLY;
    }

    /**
     * Its name for people and in the files of a pod.
     *
     * @return the name in small letters
     */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
