package dev.gantry.driver.rkt;

import java.time.Duration;

/**
 * Time limits of calls of rkt.
 *
 * @param call for what takes a moment: version, status, list, cat-manifest, stop, rm
 * @param trust for fetching the keys of a publisher
 * @param prepare for fetching and unpacking an image
 * @param forced for a pod to be gone after it was killed
 * @param garbage for removing pods or images that nobody uses; starts of tasks wait for the latter
 */
record RktTimeouts(Duration call, Duration trust, Duration prepare, Duration forced, Duration garbage) {

    static final RktTimeouts DEFAULT = new RktTimeouts(
            Duration.ofSeconds(30),
            Duration.ofMinutes(2),
            Duration.ofMinutes(30),
            Duration.ofSeconds(10),
            Duration.ofMinutes(5));
}
