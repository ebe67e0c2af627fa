package dev.gantry.node.fingerprint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * The processor, read once: its current frequency changes, but the CPU of a node must not.
 *
 * @param cores the number of cores that this process may use
 * @param frequency the frequency of one core in MHz
 * @param model the name of the model; empty if the system does not name it
 */
record Cpu(int cores, long frequency, String model) {

    /** Nomad's value if the system does not name the frequency. */
    private static final long UNKNOWN_FREQUENCY = 1000;

    private static final Path HIGHEST_FREQUENCY_KHZ =
            Path.of("sys", "devices", "system", "cpu", "cpu0", "cpufreq", "cpuinfo_max_freq");

    /** Reads the files of the system below a root directory, usually {@code /}. */
    static Cpu read(Path root, int cores) {
        Map<String, String> info = KeyValueFile.read(root.resolve(Path.of("proc", "cpuinfo")), ':');
        return new Cpu(cores, frequency(root, info), info.getOrDefault("model name", ""));
    }

    /** Returns the MHz of all cores. */
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
