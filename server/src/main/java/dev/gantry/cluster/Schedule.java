package dev.gantry.cluster;

import dev.gantry.v1.Periodic;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;

/** When a periodic job runs, and from when on its times count. */
record Schedule(Cron cron, ZoneId zone, Instant last) {

    /** How far to look back for the latest time, the nearest first: none of them holds more than a few thousand. */
    private static final List<Duration> WINDOWS = List.of(Duration.ofHours(1), Duration.ofDays(1), Duration.ofDays(31));

    /**
     * Reads a schedule.
     *
     * @throws IllegalArgumentException if its expression is none
     * @throws java.time.DateTimeException if its time zone is not known
     */
    static Schedule of(Periodic periodic, Instant last) {
        ZoneId zone = periodic.getTimeZone().isEmpty() ? ZoneId.of("UTC") : ZoneId.of(periodic.getTimeZone());
        return new Schedule(Cron.parse(periodic.getCron()), zone, last);
    }

    Schedule since(Instant launched) {
        return new Schedule(cron, zone, launched);
    }

    Optional<Instant> next() {
        return cron.next(last, zone);
    }

    /** The latest time that has come; all before it are left out, as in Nomad. */
    Optional<Instant> due(Instant now) {
        if (next().filter(time -> !time.isAfter(now)).isEmpty()) {
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
        Optional<Instant> candidate = cron.next(after, zone);
        while (candidate.isPresent() && !candidate.get().isAfter(now)) {
            found = candidate;
            candidate = cron.next(candidate.get(), zone);
        }
        return found;
    }
}
