package dev.gantry.driver.rkt;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Reaches processes that Java has no words for: whole groups, and what a dead leader has left behind. */
final class ProcessGroups {

    /** Where the session stands in {@code /proc/PID/stat} after the name in parentheses: it is field 6, see proc(5). */
    private static final int SESSION_FIELD = 3;

    private ProcessGroups() {}

    /** The command line that kills a group. */
    static List<String> killLine(long leader) {
        return List.of("/bin/sh", "-c", "kill -KILL -- \"-$1\"", "sh", Long.toString(leader));
    }

    /**
     * Kills what is left of a session whose leader has died, but not the copiers of its output: they end by themselves,
     * when they have copied all.
     *
     * @param leader the leader's process id
     * @param uuid of the pod; only processes with this on their command line: the id may long belong to somebody else's
     *     session
     */
    static void killLeftOf(long leader, String uuid) {
        ProcessHandle.allProcesses()
                .filter(process -> isOf(process.pid(), leader, uuid) && !Copiers.isCopier(process, uuid))
                .forEach(ProcessHandle::destroyForcibly);
    }

    private static boolean isOf(long pid, long session, String word) {
        Path proc = Path.of("/proc", Long.toString(pid));
        try {
            String stat = Files.readString(proc.resolve("stat"), StandardCharsets.ISO_8859_1);
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            String line = Files.readString(proc.resolve("cmdline"), StandardCharsets.ISO_8859_1);
            return Long.parseLong(fields[SESSION_FIELD]) == session && line.contains(word);
        } catch (IOException e) {
            // It has ended meanwhile.
            return false;
        }
    }
}
