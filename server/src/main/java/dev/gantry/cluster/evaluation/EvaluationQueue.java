package dev.gantry.cluster.evaluation;

import dev.gantry.cluster.scheduling.EvaluationLoop;
import dev.gantry.v1.Evaluation;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Holds the pending and blocked evaluations, at most one for each job. Orders them by job priority, then by age.
 *
 * <p>Owned by the thread of the {@link EvaluationLoop}.
 */
public final class EvaluationQueue {

    private record Waiting(int priority, Evaluation evaluation) {}

    private static final Comparator<Waiting> ORDER = Comparator.comparingInt(Waiting::priority)
            .reversed()
            .thenComparingLong(waiting -> waiting.evaluation().getCreateIndex())
            .thenComparing(waiting -> waiting.evaluation().getId());

    private final TreeSet<Waiting> ready = new TreeSet<>(ORDER);
    private final Map<String, Waiting> readyByJob = new HashMap<>();
    private final Map<String, Waiting> blockedByJob = new HashMap<>();

    /** Adds an evaluation after a change, in place of the job's known one unless that is newer. */
    public void put(Evaluation evaluation, int priority) {
        if (isOlderThanKnown(evaluation)) {
            return;
        }
        remove(evaluation.getJobId());
        switch (evaluation.getStatus()) {
            case EVALUATION_STATUS_PENDING -> makeReady(evaluation, priority);
            case EVALUATION_STATUS_BLOCKED ->
                blockedByJob.put(evaluation.getJobId(), new Waiting(priority, evaluation));
            case EVALUATION_STATUS_COMPLETE,
                    EVALUATION_STATUS_CANCELED,
                    EVALUATION_STATUS_FAILED,
                    EVALUATION_STATUS_UNSPECIFIED,
                    UNRECOGNIZED -> {}
        }
    }

    /** Makes an evaluation ready whatever its status, unless a newer one of its job is known. */
    public void retry(Evaluation evaluation, int priority) {
        if (!isOlderThanKnown(evaluation)) {
            remove(evaluation.getJobId());
            makeReady(evaluation, priority);
        }
    }

    /** Makes all blocked evaluations ready: what could not be placed may fit now. */
    public void retryBlocked() {
        blockedByJob.values().forEach(waiting -> makeReady(waiting.evaluation(), waiting.priority()));
        blockedByJob.clear();
    }

    /** Removes and returns the first ready evaluation whose job is not among the given ones. */
    public Optional<Evaluation> poll(Set<String> exceptJobs) {
        Iterator<Waiting> candidates = ready.iterator();
        while (candidates.hasNext()) {
            Evaluation evaluation = candidates.next().evaluation();
            if (!exceptJobs.contains(evaluation.getJobId())) {
                candidates.remove();
                readyByJob.remove(evaluation.getJobId());
                return Optional.of(evaluation);
            }
        }
        return Optional.empty();
    }

    /** Returns true if a job has an evaluation that is ready. */
    public boolean isReady(String jobId) {
        return readyByJob.containsKey(jobId);
    }

    /** Returns all evaluations, ready ones and blocked ones, in no order. */
    public List<Evaluation> all() {
        return Stream.concat(readyByJob.values().stream(), blockedByJob.values().stream())
                .map(Waiting::evaluation)
                .toList();
    }

    /** Removes all evaluations. */
    public void clear() {
        ready.clear();
        readyByJob.clear();
        blockedByJob.clear();
    }

    private boolean isOlderThanKnown(Evaluation evaluation) {
        Waiting known = readyByJob.getOrDefault(evaluation.getJobId(), blockedByJob.get(evaluation.getJobId()));
        return known != null && known.evaluation().getCreateIndex() > evaluation.getCreateIndex();
    }

    private void makeReady(Evaluation evaluation, int priority) {
        Waiting waiting = new Waiting(priority, evaluation);
        ready.add(waiting);
        readyByJob.put(evaluation.getJobId(), waiting);
    }

    private void remove(String jobId) {
        Optional.ofNullable(readyByJob.remove(jobId)).ifPresent(ready::remove);
        blockedByJob.remove(jobId);
    }
}
