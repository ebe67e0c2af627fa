package dev.gantry.node.fingerprint;

import static java.util.stream.Collectors.toUnmodifiableMap;

import dev.gantry.model.NodeLimits;
import dev.gantry.v1.DriverHealth;
import dev.gantry.v1.Fingerprint;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeResources;
import java.util.Map;

/**
 * The attributes, drivers and resources of a node at one time.
 *
 * @param attributes the attributes, which constraints can refer to
 * @param drivers the health of each driver, by its name
 * @param resources the resources for tasks
 */
public record NodeFingerprint(
        Map<String, String> attributes, Map<String, DriverHealth> drivers, NodeResources resources) {

    /** Copies the maps, and cuts values that exceed the bounds of the server. */
    public NodeFingerprint {
        attributes = Map.copyOf(NodeLimits.attributes(attributes));
        drivers = drivers.entrySet().stream()
                .collect(toUnmodifiableMap(Map.Entry::getKey, driver -> NodeLimits.health(driver.getValue())));
    }

    /**
     * Sets the attributes, drivers and resources of a node.
     *
     * @param node the node
     * @return the node with those of this fingerprint
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
     * Converts the fingerprint to the message for the server.
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
