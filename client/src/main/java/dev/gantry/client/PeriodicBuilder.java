package dev.gantry.client;

import dev.gantry.v1.Periodic;
import java.time.ZoneId;

/** Describes when a job is run; see {@link Jobs#cron}. */
public final class PeriodicBuilder {

    private final Periodic.Builder periodic;

    PeriodicBuilder(String expression) {
        this.periodic = Periodic.newBuilder().setCron(expression);
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
     * The time zone of the expression. Default: UTC.
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
