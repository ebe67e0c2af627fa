package dev.gantry.node.fingerprint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * The processor, read once: where its clock goes up and down, what a node has to give must not.
 *
 * @param cores how many there are for this process
 * @param frequency of one core in MHz
 * @param model its name; empty if the system does not tell
 */
record Cpu(int cores, long frequency, String model) {

    /** What Nomad takes where the system does not tell. */
    private static final long UNKNOWN_FREQUENCY = 1000;

    private static final Path HIGHEST_FREQUENCY_KHZ =
            Path.of("sys", "devices", "system", "cpu", "cpu0", "cpufreq", "cpuinfo_max_freq");

    /** Reads what the system tells under a root directory, usually {@code /}. */
    static Cpu read(Path root, int cores) {
        Map<String, String> info = KeyValueFile.read(root.resolve(Path.of("proc", "cpuinfo")), ':');
        return new Cpu(cores, frequency(root, info), info.getOrDefault("model name", ""));
    }

    long total() {
        return cores * frequency;
    }

    private static long frequency(Path root, Map<String, String> info) {
        try {
            String kilohertz = Files.readString(root.resolve(HIGHEST_FREQUENCY_KHZ));
            return positiveOrUnknown(Double.parseDouble(kilohertz.strip()) / 1000);
        } catch (IOException | NumberFormatException e) {
            return currentFrequency(info);
        }
    }

    private static long currentFrequency(Map<String, String> info) {
        try {
            return positiveOrUnknown(Double.parseDouble(info.getOrDefault("cpu MHz", "0")));
        } catch (NumberFormatException e) {
            return UNKNOWN_FREQUENCY;
        }
    }

    private static long positiveOrUnknown(double megahertz) {
        return megahertz >= 1 ? (long) megahertz : UNKNOWN_FREQUENCY;
    }
}
