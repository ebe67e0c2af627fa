package dev.gantry.client;

import dev.gantry.v1.Periodic;
import java.time.ZoneId;

/** Builds the times of a periodic job; see {@link Jobs#cron}. */
public final class PeriodicBuilder {

    private final Periodic.Builder periodic;

    PeriodicBuilder(Periodic.Builder periodic) {
        this.periodic = periodic;
    }

    /**
     * Skips a launch while an earlier child still runs.
     *
     * @return this
     */
    public PeriodicBuilder prohibitOverlap() {
        periodic.setProhibitOverlap(true);
        return this;
    }

    /**
     * Sets the time zone of the expressions. Default: UTC.
     *
     * @param zone the zone
     * @return this
     */
    public PeriodicBuilder in(ZoneId zone) {
        periodic.setTimeZone(zone.getId());
        return this;
    }

    /** Builds the times. */
    Periodic build() {
        return periodic.build();
    }
}
