package dev.gantry.cluster;

import dev.gantry.v1.Job;
import dev.gantry.v1.JobType;
import dev.gantry.v1.JobViolation;
import java.util.Locale;
import java.util.Optional;

/**
 * What a submission can't change of a job that is known, as in Nomad: its type, and whether it is periodic or
 * parameterized. Its allocations, children and times were made for the kind that it has. That holds for a stopped job,
 * too, as long as it is known.
 */
public final class JobKindRule {

    private static final String REMEDY = "submit it under another id, or stop it and submit it once it is forgotten";

    private JobKindRule() {}

    /**
     * Compares a submission with the job that is known by its id.
     *
     * @param stored the job as it is stored
     * @param job the job as it is submitted
     * @return the field that can't be changed, and why; empty if the submission changes none
     */
    public static Optional<JobViolation> violation(Job stored, Job job) {
        if (type(stored) != type(job)) {
            return Optional.of(violation(
                    "type", "cannot update job from type \"%s\" to \"%s\"".formatted(word(stored), word(job))));
        }
        return changed("periodic", stored.hasPeriodic(), job.hasPeriodic())
                .or(() -> changed("parameterized", stored.hasParameterized(), job.hasParameterized()));
    }

    /**
     * Refuses a submission that changes the kind of a job.
     *
     * @throws RefusedException naming the job and what can't be changed
     */
    static void check(Optional<Job> stored, Job job) {
        stored.flatMap(known -> violation(known, job)).ifPresent(violation -> {
            throw new RefusedException("Job %s: %s".formatted(job.getId(), violation.getDescription()));
        });
    }

    private static Optional<JobViolation> changed(String kind, boolean before, boolean after) {
        if (before == after) {
            return Optional.empty();
        }
        String change =
                before ? "cannot update %1$s job to being non-%1$s" : "cannot update non-%1$s job to being %1$s";
        return Optional.of(violation(kind, change.formatted(kind)));
    }

    private static JobViolation violation(String field, String change) {
        return JobViolation.newBuilder()
                .setField(field)
                .setDescription(change + ": " + REMEDY)
                .build();
    }

    private static JobType type(Job job) {
        return job.getType() == JobType.JOB_TYPE_UNSPECIFIED ? JobType.JOB_TYPE_SERVICE : job.getType();
    }

    private static String word(Job job) {
        return type(job).name().substring("JOB_TYPE_".length()).toLowerCase(Locale.ROOT);
    }
}
