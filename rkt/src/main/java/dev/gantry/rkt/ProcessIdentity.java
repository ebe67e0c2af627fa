package dev.gantry.rkt;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Identifies processes of this machine by a line that no other process ever has: the pid, the start time and the boot.
 * The launcher writes and compares the same line in {@code common.sh}. The server's driver has its own class of this
 * name, since the runtime shares no code with Gantry.
 */
public final class ProcessIdentity {

    /** The file with the identity of the process that works in an unfinished directory; {@code gc} reads it. */
    private static final String FILE = "preparer";

    private ProcessIdentity() {}

    /**
     * Writes the identity of this process into a directory. While this process lives, {@code gc} keeps the directory.
     *
     * @param directory the directory
     * @throws IOException if that fails
     */
    public static void sign(Path directory) throws IOException {
        Files.writeString(directory.resolve(FILE), current() + "\n");
    }

    /**
     * Removes the identity from a finished directory.
     *
     * @param directory the directory
     * @throws IOException if that fails
     */
    public static void unsign(Path directory) throws IOException {
        Files.delete(directory.resolve(FILE));
    }

    /**
     * Returns true if the process whose identity is the first line of a file is alive.
     *
     * @param file the file
     * @return true if the process is alive; false if there is no such file
     * @throws IOException if the file can't be read
     */
    public static boolean isAlive(Path file) throws IOException {
        if (!Files.exists(file)) {
            return false;
        }
        String recorded = Files.readString(file).split("\n", 2)[0];
        String pid = recorded.split(" ", 2)[0];
        if (!pid.matches("\\d{1,10}")) {
            return false;
        }
        try {
            return recorded.equals(of(pid));
        } catch (IOException e) {
            // The process has ended.
            return false;
        }
    }

    /**
     * Returns the identity of this process.
     *
     * @return a line of text
     * @throws IOException if the kernel does not tell
     */
    public static String current() throws IOException {
        return of(Long.toString(ProcessHandle.current().pid()));
    }

    /**
     * Returns the pid, the start time in ticks since boot, and the id of the boot, as is_alive in common.sh compares
     * them. A zombie has no identity.
     */
    private static String of(String pid) throws IOException {
        // The process name, in parentheses, may contain any character; parse after the last parenthesis.
        String stat = Files.readString(Path.of("/proc", pid, "stat"), StandardCharsets.ISO_8859_1);
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        if (fields[0].equals("Z") || fields[0].equals("X")) {
            return "";
        }
        String boot =
                Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
        return pid + " " + fields[19] + " " + boot;
    }
}
