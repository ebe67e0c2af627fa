package dev.gantry.cluster.evaluation;

import dev.gantry.cluster.scheduling.EvaluationLoop;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Holds when jobs are to be evaluated again although nothing changes, one time for each job.
 *
 * <p>Owned by the thread of the {@link EvaluationLoop}.
 */
public final class FollowUps {

    private record FollowUp(Instant time, String jobId) {}

    private final TreeSet<FollowUp> byTime =
            new TreeSet<>(Comparator.comparing(FollowUp::time).thenComparing(FollowUp::jobId));
    private final Map<String, FollowUp> byJob = new HashMap<>();

    /** Sets a job's time, in place of an earlier or later one. */
    public void put(String jobId, Instant time) {
        remove(jobId);
        FollowUp followUp = new FollowUp(time, jobId);
        byTime.add(followUp);
        byJob.put(jobId, followUp);
    }

    /** Sets a job's time unless an earlier one is set. */
    public void putEarlier(String jobId, Instant time) {
        FollowUp known = byJob.get(jobId);
        if (known == null || time.isBefore(known.time())) {
            put(jobId, time);
        }
    }

    /** Removes a job's time. */
    public void remove(String jobId) {
        Optional.ofNullable(byJob.remove(jobId)).ifPresent(byTime::remove);
    }

    /** Removes all times. */
    public void clear() {
        byTime.clear();
        byJob.clear();
    }

    /** Returns the earliest time. */
    public Optional<Instant> next() {
        return byTime.isEmpty() ? Optional.empty() : Optional.of(byTime.first().time());
    }

    /** Removes and returns a job whose time has come, the earliest first; empty if there is none. */
    public Optional<String> poll(Instant now) {
        if (byTime.isEmpty() || byTime.first().time().isAfter(now)) {
            return Optional.empty();
        }
        String jobId = byTime.first().jobId();
        remove(jobId);
        return Optional.of(jobId);
    }
}
