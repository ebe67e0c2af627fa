package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.client.GantryException;
import dev.gantry.client.JobQuery;
import dev.gantry.client.NotFoundException;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobRecord;
import java.util.List;
import java.util.function.Function;

/**
 * Takes the beginning of a job's id for the id, as Nomad's commands do. Only for commands that read: one that changes a
 * job must not act on another job than the one that was typed.
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
            if (candidates.size() > 1) {
                throw new CommandFailedException("No job \"%s\", and several ids begin so: %s%s"
                        .formatted(
                                jobId,
                                TextFormat.list(candidates.subList(0, Math.min(NAMED, candidates.size()))),
                                candidates.size() > NAMED ? " and others" : ""));
            }
            return read.apply(candidates.get(0));
        }
    }

    private static List<String> candidates(GantryClient client, String jobId, NotFoundException unknown) {
        try {
            return client.jobs()
                    .list(JobQuery.ALL.beginningWith(jobId))
                    .map(JobRecord::getJob)
                    .filter(job -> job.getParentId().isEmpty() || jobId.startsWith(job.getParentId() + "/"))
                    .map(Job::getId)
                    .limit(NAMED + 1L)
                    .toList();
        } catch (GantryException e) {
            unknown.addSuppressed(e);
            return List.of();
        }
    }
}
