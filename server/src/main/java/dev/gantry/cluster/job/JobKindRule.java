package dev.gantry.cluster.job;

import dev.gantry.cluster.RefusedException;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobType;
import dev.gantry.v1.JobViolation;
import java.util.Locale;
import java.util.Optional;

/**
 * Forbids submissions that change a stored job's type, or whether it is periodic or parameterized, as in Nomad:
 * allocations, children and launch times belong to the kind of job that it is. Applies to stopped jobs too, until they
 * are garbage collected.
 */
public final class JobKindRule {

    private static final String REMEDY = "submit it under another id, or stop it and submit it once it is deleted";

    private JobKindRule() {}

    /**
     * Compares a submission with the stored job of the same id.
     *
     * @param stored the stored job
     * @param job the job as it is submitted
     * @return the field that must not change, and why; empty if the submission is allowed
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
     * Checks a submission.
     *
     * @throws RefusedException if the submission changes the kind of the job; the message names the job and the field
     */
    public static void check(Optional<Job> stored, Job job) {
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
