package dev.gantry.driver.rkt;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;

/**
 * Finds the remaining processes of a pod that has no control group of the node, or has left the group. Each property
 * that identifies a process contains the pod's UUID, so that no other process is mistaken for one of the pod.
 */
final class PodProcesses {

    /** A variable of the supervisor, which rkt and its helpers inherit, but apps do not. */
    static final String MARK = "GANTRY_POD_ID";

    private static final Path PROCESSES = Path.of("/proc");

    /** The index of the session in {@code /proc/PID/stat} after the name in parentheses: field 6, see proc(5). */
    private static final int SESSION_FIELD = 3;

    private PodProcesses() {}

    /**
     * Finds the processes, except the supervisor and its copiers, which end by themselves.
     *
     * @param uuid the pod
     * @param session the supervisor's session, if it was of this boot
     */
    static List<ProcessHandle> find(String uuid, OptionalLong session) {
        // Get the handle first: it records the start time, so it never kills a later process with the same pid.
        return ProcessHandle.allProcesses()
                .filter(process -> isOf(PROCESSES.resolve(Long.toString(process.pid())), uuid, session)
                        && !Supervisor.isPart(process, uuid))
                .toList();
    }

    private static boolean isOf(Path process, String uuid, OptionalLong session) {
        try {
            return hasRootIn(process, uuid)
                    || isInGroupOf(process, uuid)
                    || hasMark(process, uuid)
                    || (session.isPresent()
                            && sessionOf(process) == session.getAsLong()
                            && read(process.resolve("cmdline")).contains(uuid));
        } catch (IOException e) {
            // The process has just ended, or is a thread of the kernel.
            return false;
        }
    }

    /** Decides whether a process has its root in the directory of the pod, as apps of the fly stage1 do. */
    private static boolean hasRootIn(Path process, String uuid) throws IOException {
        return Files.readSymbolicLink(process.resolve("root")).toString().contains("/" + uuid + "/");
    }

    /**
     * Decides whether a process is in a control group that an OCI runtime has made for the pod, such as {@code
     * rkt-UUID}.
     */
    private static boolean isInGroupOf(Path process, String uuid) throws IOException {
        return read(process.resolve("cgroup")).contains(uuid);
    }

    private static boolean hasMark(Path process, String uuid) throws IOException {
        return Arrays.asList(read(process.resolve("environ")).split("\0", -1)).contains(MARK + "=" + uuid);
    }

    private static long sessionOf(Path process) throws IOException {
        String stat = read(process.resolve("stat"));
        return Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[SESSION_FIELD]);
    }

    private static String read(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.ISO_8859_1);
    }
}
