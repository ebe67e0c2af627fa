package dev.gantry.cluster;

import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * When to look at jobs again though nothing changes, one time a job.
 *
 * <p>Owned by the thread of the {@link EvaluationLoop}.
 */
final class FollowUps {

    private record FollowUp(Instant time, String jobId) {}

    private final TreeSet<FollowUp> byTime =
            new TreeSet<>(Comparator.comparing(FollowUp::time).thenComparing(FollowUp::jobId));
    private final Map<String, FollowUp> byJob = new HashMap<>();

    /** In place of what is known of the job. */
    void put(String jobId, Instant time) {
        remove(jobId);
        FollowUp followUp = new FollowUp(time, jobId);
        byTime.add(followUp);
        byJob.put(jobId, followUp);
    }

    /** Unless an earlier time is known of the job. */
    void putEarlier(String jobId, Instant time) {
        FollowUp known = byJob.get(jobId);
        if (known == null || time.isBefore(known.time())) {
            put(jobId, time);
        }
    }

    void remove(String jobId) {
        Optional.ofNullable(byJob.remove(jobId)).ifPresent(byTime::remove);
    }

    void clear() {
        byTime.clear();
        byJob.clear();
    }

    /** The earliest of all times. */
    Optional<Instant> next() {
        return byTime.isEmpty() ? Optional.empty() : Optional.of(byTime.first().time());
    }

    /** Takes out a job whose time has come, the earliest first. */
    Optional<String> poll(Instant now) {
        if (byTime.isEmpty() || byTime.first().time().isAfter(now)) {
            return Optional.empty();
        }
        String jobId = byTime.first().jobId();
        remove(jobId);
        return Optional.of(jobId);
    }
}
