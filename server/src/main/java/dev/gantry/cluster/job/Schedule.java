package dev.gantry.cluster.job;

import dev.gantry.model.CronExpressions;
import dev.gantry.v1.Periodic;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;

/**
 * The schedule of a periodic job: the times of all its cron expressions.
 *
 * @param crons the expressions, at least one
 * @param zone the time zone of all of them
 * @param last the last launch, or the submission; only later times count
 * @param next the first time after {@code last}, kept since it is read each second; empty if there is none
 */
record Schedule(List<Cron> crons, ZoneId zone, Instant last, Optional<Instant> next) {

    /**
     * The periods in which the latest time is searched, nearest first, so that a search walks over a few thousand times
     * at most.
     */
    private static final List<Duration> WINDOWS = List.of(Duration.ofHours(1), Duration.ofDays(1), Duration.ofDays(31));

    /**
     * Reads the schedule of a job.
     *
     * @throws IllegalArgumentException if an expression is malformed
     * @throws java.time.DateTimeException if the time zone is unknown
     */
    static Schedule of(Periodic periodic, Instant last) {
        ZoneId zone = periodic.getTimeZone().isEmpty() ? ZoneId.of("UTC") : ZoneId.of(periodic.getTimeZone());
        return of(CronExpressions.of(periodic).stream().map(Cron::parse).toList(), zone, last);
    }

    private static Schedule of(List<Cron> crons, ZoneId zone, Instant last) {
        return new Schedule(crons, zone, last, next(crons, zone, last));
    }

    /** Returns the same schedule after a launch. */
    Schedule since(Instant launched) {
        return of(crons, zone, launched);
    }

    /** Returns the latest time that has come; earlier ones are skipped, as in Nomad. Empty if none has come. */
    Optional<Instant> due(Instant now) {
        if (next.filter(time -> !time.isAfter(now)).isEmpty()) {
            return Optional.empty();
        }
        return WINDOWS.stream()
                .map(now::minus)
                .filter(last::isBefore)
                .flatMap(begin -> latest(begin, now).stream())
                .findFirst()
                .or(() -> latest(last, now));
    }

    private Optional<Instant> latest(Instant after, Instant now) {
        Optional<Instant> found = Optional.empty();
        Optional<Instant> candidate = next(crons, zone, after);
        while (candidate.isPresent() && !candidate.get().isAfter(now)) {
            found = candidate;
            candidate = next(crons, zone, candidate.get());
        }
        return found;
    }

    private static Optional<Instant> next(List<Cron> crons, ZoneId zone, Instant after) {
        return crons.stream().flatMap(cron -> cron.next(after, zone).stream()).min(Instant::compareTo);
    }
}
