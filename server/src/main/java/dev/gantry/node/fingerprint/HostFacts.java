package dev.gantry.node.fingerprint;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The properties of a machine that do not change while its node runs, read once.
 *
 * @param attributes the attributes, with Nomad's names
 * @param cpu the processor
 * @param memoryBytes the memory of the machine, or the limit of the container around this process
 */
record HostFacts(Map<String, String> attributes, Cpu cpu, long memoryBytes) {

    /** The release of Nomad whose attributes, variables and driver options these are. */
    private static final String NOMAD_VERSION = "0.8.7";

    /**
     * Reads the properties.
     *
     * @param root the directory that holds the system's files, usually {@code /}
     * @param ip the node's address
     * @param version the version of this program
     */
    static HostFacts read(Path root, String ip, String version) {
        Cpu cpu = Cpu.read(root, Runtime.getRuntime().availableProcessors());
        long memory = ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getTotalMemorySize();

        Map<String, String> attributes = new TreeMap<>();
        addSystem(attributes, root);
        addCpu(attributes, cpu);
        attributes.put("memory.totalbytes", Long.toString(memory));
        attributes.put("unique.hostname", hostname(root));
        attributes.put("unique.network.ip-address", ip);
        attributes.put("gantry.version", version);
        attributes.put("nomad.version", NOMAD_VERSION);
        attributes.put("template", "1");
        attributes.values().removeIf(String::isEmpty);
        return new HostFacts(Map.copyOf(attributes), cpu, memory);
    }

    /** Returns the host name of the machine; {@code localhost} if it can't be read. */
    static String hostname(Path root) {
        try {
            return Files.readString(root.resolve(Path.of("proc", "sys", "kernel", "hostname")))
                    .strip();
        } catch (IOException e) {
            return "localhost";
        }
    }

    private static void addSystem(Map<String, String> attributes, Path root) {
        Map<String, String> release = KeyValueFile.read(root.resolve(Path.of("etc", "os-release")), '=');
        attributes.put("kernel.name", System.getProperty("os.name").toLowerCase(Locale.ROOT));
        attributes.put("kernel.version", System.getProperty("os.version"));
        attributes.put("os.name", release.getOrDefault("ID", ""));
        attributes.put("os.version", release.getOrDefault("VERSION_ID", ""));
    }

    private static void addCpu(Map<String, String> attributes, Cpu cpu) {
        attributes.put("arch", architecture());
        attributes.put("cpu.arch", architecture());
        attributes.put("cpu.numcores", Integer.toString(cpu.cores()));
        attributes.put("cpu.frequency", Long.toString(cpu.frequency()));
        attributes.put("cpu.totalcompute", Long.toString(cpu.total()));
        attributes.put("cpu.modelname", cpu.model());
    }

    /** Returns the architecture by Go's name, which Nomad uses. */
    private static String architecture() {
        String name = System.getProperty("os.arch");
        return switch (name) {
            case "x86_64" -> "amd64";
            case "aarch64" -> "arm64";
            case "i386", "i686", "x86" -> "386";
            default -> name;
        };
    }
}
