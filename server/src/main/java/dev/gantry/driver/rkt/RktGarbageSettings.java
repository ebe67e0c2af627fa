package dev.gantry.driver.rkt;

import java.time.Duration;

/**
 * The settings of the garbage collection of rkt's pods and images.
 *
 * @param interval the time between two collections; zero: the node collects nothing
 * @param imageAge the time without a new pod after which an image is removed
 * @param diskPercent the use of the file system of rkt's data directory above which younger images are removed too, 1
 *     to 100 percent
 */
public record RktGarbageSettings(Duration interval, Duration imageAge, int diskPercent) {

    /** The settings of a node without options. */
    public static final RktGarbageSettings DEFAULT =
            new RktGarbageSettings(Duration.ofMinutes(10), Duration.ofDays(7), 80);

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if a value is invalid; the message names it
     */
    public RktGarbageSettings {
        if (interval.isNegative() || imageAge.isNegative()) {
            throw new IllegalArgumentException("The interval and the age of garbage can't be negative");
        }
        if (diskPercent < 1 || diskPercent > 100) {
            throw new IllegalArgumentException(
                    "The limit for a full disk is %d percent: set it to 1 to 100".formatted(diskPercent));
        }
    }
}
