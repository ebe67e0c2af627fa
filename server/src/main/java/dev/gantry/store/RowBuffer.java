package dev.gantry.store;

import dev.gantry.v1.Allocation;
import dev.gantry.v1.Deployment;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.JobRecord;
import java.util.stream.Stream;
import org.jooq.DSLContext;

/**
 * The rows written within one transaction. They are sent to the database in batches, which cost a fraction of single
 * statements, and stay here for later reads.
 */
final class RowBuffer {

    private final Rows<JobRecord> jobs = new Rows<>();
    private final Rows<JobRecord> jobVersions = new Rows<>();
    private final Rows<Evaluation> evaluations = new Rows<>();
    private final Rows<Deployment> deployments = new Rows<>();
    private final Rows<Allocation> allocations = new Rows<>();
    private final Rows<Answered> submissions = new Rows<>();

    /**
     * The answer to a request.
     *
     * @param writeIndex the cluster index of the write that stored it
     * @param requestId the request's id
     * @param submission the answer
     */
    record Answered(long writeIndex, String requestId, Submission submission) {}

    /** Returns the newest versions of jobs. */
    Rows<JobRecord> jobs() {
        return jobs;
    }

    /** Returns the older versions of jobs. */
    Rows<JobRecord> jobVersions() {
        return jobVersions;
    }

    /** Returns the evaluations. */
    Rows<Evaluation> evaluations() {
        return evaluations;
    }

    /** Returns the deployments. */
    Rows<Deployment> deployments() {
        return deployments;
    }

    /** Returns the allocations. */
    Rows<Allocation> allocations() {
        return allocations;
    }

    /** Returns the answers to requests. */
    Rows<Answered> submissions() {
        return submissions;
    }

    /** Returns true if rows wait to be sent. */
    boolean hasUnsent() {
        return all().anyMatch(Rows::hasUnsent);
    }

    /**
     * Returns true if new allocations have ports, so that the database may refuse them: it accepts each port once only.
     */
    boolean takesPorts() {
        return allocations.newOnes().stream().anyMatch(allocation -> allocation.getPortsCount() > 0);
    }

    /** Adds all rows of another buffer. */
    void putAll(RowBuffer others) {
        jobs.putAll(others.jobs);
        jobVersions.putAll(others.jobVersions);
        evaluations.putAll(others.evaluations);
        deployments.putAll(others.deployments);
        allocations.putAll(others.allocations);
        submissions.putAll(others.submissions);
    }

    /** Sends the waiting rows, and keeps them for reads. */
    void send(DSLContext dsl, Batches batches) {
        batches.send(dsl, this);
        all().forEach(Rows::markSent);
    }

    /** Removes the sent rows, since the database may have changed them. */
    void forgetSent() {
        all().forEach(Rows::forgetSent);
    }

    private Stream<Rows<?>> all() {
        return Stream.of(jobs, jobVersions, evaluations, deployments, allocations, submissions);
    }
}
