package dev.gantry.node.fingerprint;

import static java.util.stream.Collectors.toUnmodifiableMap;

import dev.gantry.model.NodeLimits;
import dev.gantry.v1.DriverHealth;
import dev.gantry.v1.Fingerprint;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeResources;
import java.util.Map;

/**
 * What a node has to give at one time.
 *
 * @param attributes what constraints can name
 * @param drivers whether each driver is offered, by its name
 * @param resources what can be given to tasks
 */
public record NodeFingerprint(
        Map<String, String> attributes, Map<String, DriverHealth> drivers, NodeResources resources) {

    /** Makes the maps immutable, and cuts what a server would refuse. */
    public NodeFingerprint {
        attributes = Map.copyOf(NodeLimits.attributes(attributes));
        drivers = drivers.entrySet().stream()
                .collect(toUnmodifiableMap(Map.Entry::getKey, driver -> NodeLimits.health(driver.getValue())));
    }

    /**
     * Describes a node by this fingerprint.
     *
     * @param node who the node is
     * @return the same with its attributes, drivers and resources
     */
    public Node describe(Node node) {
        return node.toBuilder()
                .clearAttributes()
                .putAllAttributes(attributes)
                .clearDrivers()
                .putAllDrivers(drivers)
                .setResources(resources)
                .build();
    }

    /**
     * This as a message for the server.
     *
     * @return the message
     */
    public Fingerprint toMessage() {
        return Fingerprint.newBuilder()
                .putAllAttributes(attributes)
                .putAllDrivers(drivers)
                .setResources(resources)
                .build();
    }
}
