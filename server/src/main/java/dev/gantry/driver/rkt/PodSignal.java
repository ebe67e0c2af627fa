package dev.gantry.driver.rkt;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds the process that must get a signal, since {@code rkt stop} sends only SIGTERM and SIGKILL. The pod's process is
 * the app itself, except with a stage1 that runs systemd as the pod's first process: there the apps are children of
 * systemd.
 */
final class PodSignal {

    private static final String INIT = "systemd";

    private PodSignal() {}

    /** Returns the command line that sends a signal, such as SIGINT, to the app of the pod with the given process. */
    static List<String> killLine(String signal, long pid) {
        List<String> line = new ArrayList<>(
                List.of("/bin/sh", "-c", "signal=${1#SIG}; shift; kill -s \"$signal\" -- \"$@\"", "sh", signal));
        apps(pid).forEach(app -> line.add(Long.toString(app)));
        return line;
    }

    private static List<Long> apps(long pid) {
        if (!name(pid).equals(INIT)) {
            return List.of(pid);
        }
        List<Long> children = ProcessHandle.of(pid).stream()
                .flatMap(ProcessHandle::children)
                .map(ProcessHandle::pid)
                .filter(child -> !name(child).startsWith(INIT))
                .toList();
        return children.isEmpty() ? List.of(pid) : children;
    }

    private static String name(long pid) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), "comm"))
                    .strip();
        } catch (IOException e) {
            // The process has just ended.
            return "";
        }
    }
}
