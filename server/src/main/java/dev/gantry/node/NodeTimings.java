package dev.gantry.node;

import dev.gantry.node.session.SessionTimings;
import java.time.Duration;

/**
 * The intervals and timeouts of a node.
 *
 * @param fingerprint the interval of fingerprints of the machine
 * @param firstFingerprint the longest wait for the drivers before the node connects without them
 * @param logs the interval at which followed logs are checked for new output
 * @param session the timeouts of the session with a server
 * @param removalRetry the wait before the first retry of a removal that failed, of ended allocations and of the remains
 *     of earlier processes
 * @param killTimeout the kill timeout of tasks without one of their own
 * @param disk the wait between two measurements of the disks of allocations, at least
 * @param diskGrace how long an allocation may have more on disk than its limit
 * @param dataRetry the wait before a question for data on another node is asked again
 * @param certificate the interval at which the node looks whether its certificate is to be renewed
 */
public record NodeTimings(
        Duration fingerprint,
        Duration firstFingerprint,
        Duration logs,
        SessionTimings session,
        Duration removalRetry,
        Duration killTimeout,
        Duration disk,
        Duration diskGrace,
        Duration dataRetry,
        Duration certificate) {

    /** The defaults; the kill timeout is Nomad's. */
    public static final NodeTimings STANDARD = new NodeTimings(
            Duration.ofSeconds(15),
            Duration.ofSeconds(5),
            Duration.ofMillis(200),
            SessionTimings.STANDARD,
            Duration.ofSeconds(10),
            Duration.ofSeconds(5),
            Duration.ofMinutes(1),
            Duration.ofMinutes(5),
            Duration.ofSeconds(2),
            Duration.ofHours(1));
}
