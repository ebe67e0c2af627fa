package dev.gantry.client;

import dev.gantry.v1.Periodic;
import java.time.ZoneId;

/** Describes when a job is run; see {@link Jobs#cron}. */
public final class PeriodicBuilder {

    private final Periodic.Builder periodic;

    PeriodicBuilder(Periodic.Builder periodic) {
        this.periodic = periodic;
    }

    /**
     * Leaves a time out while a child of an earlier one still runs.
     *
     * @return this
     */
    public PeriodicBuilder prohibitOverlap() {
        periodic.setProhibitOverlap(true);
        return this;
    }

    /**
     * The time zone of the expressions. Default: UTC.
     *
     * @param zone the zone
     * @return this
     */
    public PeriodicBuilder in(ZoneId zone) {
        periodic.setTimeZone(zone.getId());
        return this;
    }

    /** The times. */
    Periodic build() {
        return periodic.build();
    }
}
