package dev.gantry.model;

import dev.gantry.v1.Periodic;
import java.util.List;

/** The cron expressions of periodic jobs. */
public final class CronExpressions {

    private CronExpressions() {}

    /**
     * Returns all expressions of a job, from whichever of the two fields is set.
     *
     * @param periodic the job's periodic block
     * @return {@code crons}, or {@code cron} alone if that is set; at least one if the job is valid
     */
    public static List<String> of(Periodic periodic) {
        return periodic.getCron().isEmpty() ? periodic.getCronsList() : List.of(periodic.getCron());
    }
}
