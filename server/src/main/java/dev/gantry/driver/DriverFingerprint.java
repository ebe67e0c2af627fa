package dev.gantry.driver;

import dev.gantry.v1.DriverHealth;
import java.util.Map;

/**
 * The fingerprint of a driver on this machine.
 *
 * @param attributes the attributes for constraints, such as {@code driver.rkt.version}; without values for a driver
 *     that is not offered
 * @param health whether the driver is offered, and why not
 */
public record DriverFingerprint(Map<String, String> attributes, DriverHealth health) {

    /** Makes the map immutable. */
    public DriverFingerprint {
        attributes = Map.copyOf(attributes);
    }
}
