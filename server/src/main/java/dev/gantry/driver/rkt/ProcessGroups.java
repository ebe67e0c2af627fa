package dev.gantry.driver.rkt;

import java.util.List;

/** Signals process groups, which Java can't. */
final class ProcessGroups {

    private ProcessGroups() {}

    /** Returns the command line that kills a group. */
    static List<String> killLine(long leader) {
        return List.of("/bin/sh", "-c", "kill -KILL -- \"-$1\"", "sh", Long.toString(leader));
    }
}
