package dev.gantry.model;

import dev.gantry.v1.Periodic;
import java.util.List;

/** The times of periodic jobs, as expressions. */
public final class CronExpressions {

    private CronExpressions() {}

    /**
     * Returns all expressions of a job, whichever of the two fields they are in.
     *
     * @param periodic when the job is run
     * @return {@code crons}, or {@code cron} alone if that is set; one at least if the job is valid
     */
    public static List<String> of(Periodic periodic) {
        return periodic.getCron().isEmpty() ? periodic.getCronsList() : List.of(periodic.getCron());
    }
}
