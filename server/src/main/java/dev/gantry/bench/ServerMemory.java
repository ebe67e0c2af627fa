package dev.gantry.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The memory of a server.
 *
 * @param liveHeapMib what a collection of the whole heap leaves of it, in MiB
 * @param directMib what Java has allocated outside of its heap for programs, such as the buffers of connections, in MiB; 0 if
 *     its Java does not count that or has no jcmd. What libraries in C allocate, such as those of TLS, is not in it
 * @param residentMib all memory of the process (VmRSS), in MiB
 */
record ServerMemory(double liveHeapMib, double directMib, double residentMib) {

    private static final double KIB_PER_MIB = 1024;
    private static final Pattern DIRECT = Pattern.compile("Other \\(reserved=\\d+KB, committed=(\\d+)KB\\)");
    private static final Pattern RESIDENT = Pattern.compile("(?m)^VmRSS:\\s+(\\d+) kB$");

    /** Reads the memory of a process whose heap is known. */
    static ServerMemory of(long pid, double liveHeapMib) throws IOException {
        return new ServerMemory(
                liveHeapMib,
                kib(DIRECT, jcmd(pid, "VM.native_memory", "summary")) / KIB_PER_MIB,
                kib(RESIDENT, Files.readString(Path.of("/proc", Long.toString(pid), "status"))) / KIB_PER_MIB);
    }

    /** Returns what jcmd says; nothing if this Java has none. */
    static String jcmd(long pid, String... command) throws IOException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        if (!Files.isExecutable(jcmd)) {
            return "";
        }
        ProcessBuilder builder = new ProcessBuilder(jcmd.toString(), Long.toString(pid));
        builder.command().addAll(List.of(command));
        Process process = builder.redirectErrorStream(true).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private static double kib(Pattern pattern, String text) {
        Matcher found = pattern.matcher(text);
        return found.find() ? Long.parseLong(found.group(1)) : 0;
    }
}
