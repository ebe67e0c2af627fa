package dev.gantry.rkt.pod;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Who this process is, told so that no other process on this machine is ever mistaken for it. */
public final class ProcessIdentity {

    /** The file of a directory in the making that tells who makes it; {@code gc} reads it. */
    private static final String FILE = "preparer";

    private ProcessIdentity() {}

    /**
     * Signs a directory: while this process lives, nobody takes it for abandoned.
     *
     * @param directory the directory
     * @throws IOException if that fails
     */
    public static void sign(Path directory) throws IOException {
        Files.writeString(directory.resolve(FILE), current() + "\n");
    }

    /**
     * Takes the signature away, for the directory is finished.
     *
     * @param directory the directory
     * @throws IOException if that fails
     */
    public static void unsign(Path directory) throws IOException {
        Files.delete(directory.resolve(FILE));
    }

    /** The pid, the time of its start in ticks since boot, and which boot: what is_alive in common.sh compares. */
    private static String current() throws IOException {
        // The name of a process, in parentheses, may hold anything; what follows it does not.
        String stat = Files.readString(Path.of("/proc/self/stat"), StandardCharsets.ISO_8859_1);
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        String boot =
                Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
        return ProcessHandle.current().pid() + " " + fields[19] + " " + boot;
    }
}
