package dev.gantry.driver.rkt;

import java.time.Duration;

/**
 * Time limits of calls of rkt.
 *
 * @param call for short calls: version, status, list, cat-manifest, stop, rm
 * @param trust for fetching the keys of a publisher
 * @param prepare for fetching and unpacking an image
 * @param forced for the end of a killed pod
 * @param garbage for removing unused pods or images; starts of tasks wait for the removal of images
 */
record RktTimeouts(Duration call, Duration trust, Duration prepare, Duration forced, Duration garbage) {

    static final RktTimeouts DEFAULT = new RktTimeouts(
            Duration.ofSeconds(30),
            Duration.ofMinutes(2),
            Duration.ofMinutes(30),
            Duration.ofSeconds(10),
            Duration.ofMinutes(5));
}
