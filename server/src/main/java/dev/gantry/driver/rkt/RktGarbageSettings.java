package dev.gantry.driver.rkt;

import java.time.Duration;

/**
 * When the node removes what rkt has stored and nobody uses any more.
 *
 * @param interval how long to wait between two collections; zero: the node collects nothing
 * @param imageAge how long no pod must have been made of an image that is removed
 * @param diskPercent how full the file system of rkt's data directory may be, 1 to 100; above that, images go that are
 *     younger
 */
public record RktGarbageSettings(Duration interval, Duration imageAge, int diskPercent) {

    /** The settings of a node without options. */
    public static final RktGarbageSettings DEFAULT =
            new RktGarbageSettings(Duration.ofMinutes(10), Duration.ofDays(7), 80);

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException naming the one that can't be used
     */
    public RktGarbageSettings {
        if (interval.isNegative() || imageAge.isNegative()) {
            throw new IllegalArgumentException("The interval and the age of garbage can't be negative");
        }
        if (diskPercent < 1 || diskPercent > 100) {
            throw new IllegalArgumentException("A disk can't be %d percent full: say 1 to 100".formatted(diskPercent));
        }
    }
}
