package dev.gantry.node.fingerprint;

import dev.gantry.driver.DriverFingerprint;
import dev.gantry.driver.TaskDriver;
import dev.gantry.v1.DriverHealth;
import dev.gantry.v1.NodeResources;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Takes fingerprints of this machine and its drivers. May be used by several threads. */
public final class Fingerprinter {

    private static final long MEBIBYTE = 1024L * 1024;

    private final HostFacts host;
    private final Disk disk;
    private final NodeResources fixed;
    private final Map<String, String> ofNode;
    private final List<TaskDriver> drivers;

    private Fingerprinter(
            HostFacts host, Disk disk, NodeResources fixed, Map<String, String> ofNode, List<TaskDriver> drivers) {
        this.ofNode = Map.copyOf(ofNode);
        this.host = host;
        this.disk = disk;
        this.fixed = fixed;
        this.drivers = List.copyOf(drivers);
    }

    /**
     * Creates a fingerprinter, and reads the properties of the machine that do not change.
     *
     * @param dataDir the node's data directory, whose disk is measured
     * @param ports the address that ports are allocated on and the dynamic range; the other fields are ignored
     * @param version the version of this program
     * @param ofNode attributes of the node's own parts, which do not change
     * @param drivers the drivers
     * @return the fingerprinter
     */
    public static Fingerprinter create(
            Path dataDir, NodeResources ports, String version, Map<String, String> ofNode, List<TaskDriver> drivers) {
        HostFacts host = HostFacts.read(Path.of("/"), ports.getIp(), version);
        NodeResources fixed = ports.toBuilder()
                .setCpu(host.cpu().total())
                .setMemoryMib(host.memoryBytes() / MEBIBYTE)
                .build();
        return new Fingerprinter(host, new Disk(dataDir), fixed, ofNode, drivers);
    }

    /**
     * Returns the host name of this machine.
     *
     * @return the name; {@code localhost} if the machine has none
     */
    public static String hostname() {
        return HostFacts.hostname(Path.of("/"));
    }

    /**
     * Takes a fingerprint. Blocks until the drivers have answered.
     *
     * @return the fingerprint; equal to the previous one if there is no change to report
     */
    public NodeFingerprint fingerprint() {
        Map<String, String> attributes = new TreeMap<>(host.attributes());
        Map<String, DriverHealth> health = new TreeMap<>();
        for (TaskDriver driver : drivers) {
            DriverFingerprint found = driver.fingerprint();
            attributes.putAll(found.attributes());
            health.put(driver.name(), found.health());
        }
        return fingerprint(attributes, health);
    }

    /**
     * Takes a fingerprint of the machine without asking the drivers. Does not block.
     *
     * @return the fingerprint, with all drivers unhealthy
     */
    public NodeFingerprint fingerprintWithoutDrivers() {
        Map<String, DriverHealth> health = new TreeMap<>();
        drivers.forEach(driver -> health.put(
                driver.name(),
                DriverHealth.newBuilder()
                        .setDescription("The driver has not answered yet")
                        .build()));
        return fingerprint(new TreeMap<>(host.attributes()), health);
    }

    private NodeFingerprint fingerprint(Map<String, String> attributes, Map<String, DriverHealth> health) {
        Disk.Space space = disk.space();
        attributes.putAll(ofNode);
        attributes.put("unique.storage.bytestotal", Long.toString(space.total()));
        attributes.put("unique.storage.bytesfree", Long.toString(space.free()));
        // 0 would mean that the space is not known.
        NodeResources resources = fixed.toBuilder()
                .setDiskMib(Math.max(1, space.free() / MEBIBYTE))
                .build();
        return new NodeFingerprint(attributes, health, resources);
    }
}
