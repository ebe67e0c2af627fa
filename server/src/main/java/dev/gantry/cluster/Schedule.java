package dev.gantry.cluster;

import dev.gantry.model.CronExpressions;
import dev.gantry.v1.Periodic;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;

/**
 * When a periodic job runs: at each time that one of its expressions matches.
 *
 * @param crons its expressions, one at least
 * @param zone the time zone of all of them
 * @param last only later times count
 * @param next the first time after {@code last}, kept since it is asked for each second; empty if none is left
 */
record Schedule(List<Cron> crons, ZoneId zone, Instant last, Optional<Instant> next) {

    /** How far to look back for the latest time, the nearest first: none of them holds more than a few thousand. */
    private static final List<Duration> WINDOWS = List.of(Duration.ofHours(1), Duration.ofDays(1), Duration.ofDays(31));

    /**
     * Reads a schedule.
     *
     * @throws IllegalArgumentException if one of its expressions can't be read
     * @throws java.time.DateTimeException if its time zone is not known
     */
    static Schedule of(Periodic periodic, Instant last) {
        ZoneId zone = periodic.getTimeZone().isEmpty() ? ZoneId.of("UTC") : ZoneId.of(periodic.getTimeZone());
        return of(CronExpressions.of(periodic).stream().map(Cron::parse).toList(), zone, last);
    }

    private static Schedule of(List<Cron> crons, ZoneId zone, Instant last) {
        return new Schedule(crons, zone, last, next(crons, zone, last));
    }

    Schedule since(Instant launched) {
        return of(crons, zone, launched);
    }

    /** The latest time that has come; all before it are left out, as in Nomad. */
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
