package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.client.GantryException;
import dev.gantry.client.JobQuery;
import dev.gantry.client.NotFoundException;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobRecord;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Takes the beginning of a job's id for the id, as Nomad's commands do. Only for commands that read: one that changes a
 * job must not act on another job than the one that was typed. It names the jobs that may be meant.
 */
final class JobPrefix {

    /** The most jobs that an error names. */
    private static final int NAMED = 10;

    private JobPrefix() {}

    /**
     * Reads a job by its id, or by the beginning of its id if there is no such job and only one job's id begins so.
     * Children of periodic and parameterized jobs are only meant by what is longer than the id of their parent.
     *
     * @param jobId the id or its beginning
     * @param read reads the job with an id
     * @throws CommandFailedException if several ids begin so
     * @throws NotFoundException if none does
     */
    static <T> T read(GantryClient client, String jobId, Function<String, T> read) {
        try {
            return read.apply(jobId);
        } catch (NotFoundException e) {
            List<String> candidates = candidates(client, jobId, e);
            if (candidates.isEmpty()) {
                throw e;
            }
            return read.apply(only(jobId, candidates));
        }
    }

    /**
     * Lists what there is of a job. If there is nothing, the job's id may be given by its beginning, as for {@link #read}.
     *
     * @param jobId the id or its beginning; empty for all jobs
     * @param list lists what there is of the job with an id
     * @throws CommandFailedException if several ids begin so
     */
    static <T> List<T> list(GantryClient client, String jobId, Function<String, List<T>> list) {
        List<T> found = list.apply(jobId);
        if (!found.isEmpty() || jobId.isEmpty()) {
            return found;
        }
        List<String> candidates = candidates(client, jobId);
        return candidates.isEmpty() || candidates.contains(jobId) ? found : list.apply(only(jobId, candidates));
    }

    /**
     * Changes a job by its whole id.
     *
     * @param jobId the id
     * @param change changes the job with the id
     * @throws CommandFailedException if there is no such job, and ids of others begin so; it names them
     * @throws NotFoundException if there is no such job, and no other that may be meant
     */
    static <T> T change(GantryClient client, String jobId, Supplier<T> change) {
        try {
            return change.get();
        } catch (NotFoundException e) {
            List<String> candidates = candidates(client, jobId, e);
            if (candidates.isEmpty() || candidates.contains(jobId)) {
                throw e;
            }
            throw new CommandFailedException(
                    "No job \"%s\"; a command that changes a job takes its whole id. Ids that begin so: %s"
                            .formatted(jobId, some(candidates)),
                    e);
        }
    }

    private static String only(String jobId, List<String> candidates) {
        if (candidates.size() > 1) {
            throw new CommandFailedException(
                    "No job \"%s\", and several ids begin so: %s".formatted(jobId, some(candidates)));
        }
        return candidates.get(0);
    }

    private static String some(List<String> candidates) {
        return TextFormat.list(candidates.subList(0, Math.min(NAMED, candidates.size())))
                + (candidates.size() > NAMED ? " and others" : "");
    }

    private static List<String> candidates(GantryClient client, String jobId, NotFoundException unknown) {
        try {
            return candidates(client, jobId);
        } catch (GantryException e) {
            unknown.addSuppressed(e);
            return List.of();
        }
    }

    private static List<String> candidates(GantryClient client, String jobId) {
        return client.jobs()
                .list(JobQuery.ALL.beginningWith(jobId))
                .map(JobRecord::getJob)
                .filter(job -> job.getParentId().isEmpty() || jobId.startsWith(job.getParentId() + "/"))
                .map(Job::getId)
                .limit(NAMED + 1L)
                .toList();
    }
}
