package dev.gantry.node;

import dev.gantry.node.session.SessionTimings;
import java.time.Duration;

/**
 * How often a node does things, and how long it waits.
 *
 * @param fingerprint how often to look whether what the machine has to give has changed
 * @param firstLook how long the drivers may take to answer before the node connects without knowing of them
 * @param logs how often to look for new output, for those who follow a log
 * @param session when to try again to reach a server
 * @param removalRetry how long to wait before what could not be removed, of ended allocations and of earlier processes, is
 *     tried again the first time
 * @param killTimeout how long a task that does not say may take to end once it is asked to
 */
public record NodeTimings(
        Duration fingerprint,
        Duration firstLook,
        Duration logs,
        SessionTimings session,
        Duration removalRetry,
        Duration killTimeout) {

    /** For all but tests; the kill timeout is Nomad's default. */
    public static final NodeTimings STANDARD = new NodeTimings(
            Duration.ofSeconds(15),
            Duration.ofSeconds(5),
            Duration.ofMillis(200),
            SessionTimings.STANDARD,
            Duration.ofSeconds(10),
            Duration.ofSeconds(5));
}
