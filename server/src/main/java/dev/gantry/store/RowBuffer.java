package dev.gantry.store;

import dev.gantry.v1.Allocation;
import dev.gantry.v1.Deployment;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.JobRecord;
import java.util.stream.Stream;
import org.jooq.DSLContext;

/**
 * What was put within one transaction. Rows wait here to be sent to the database together, since a batch costs a fraction
 * of as many statements, and are found here afterwards.
 */
final class RowBuffer {

    private final Rows<JobRecord> jobs = new Rows<>();
    private final Rows<JobRecord> jobVersions = new Rows<>();
    private final Rows<Evaluation> evaluations = new Rows<>();
    private final Rows<Deployment> deployments = new Rows<>();
    private final Rows<Allocation> allocations = new Rows<>();
    private final Rows<Answered> submissions = new Rows<>();

    /** What the submission of a request id was answered, by the write of this index. */
    record Answered(long writeIndex, String requestId, Submission submission) {}

    Rows<JobRecord> jobs() {
        return jobs;
    }

    Rows<JobRecord> jobVersions() {
        return jobVersions;
    }

    Rows<Evaluation> evaluations() {
        return evaluations;
    }

    Rows<Deployment> deployments() {
        return deployments;
    }

    Rows<Allocation> allocations() {
        return allocations;
    }

    Rows<Answered> submissions() {
        return submissions;
    }

    boolean hasUnsent() {
        return all().anyMatch(Rows::hasUnsent);
    }

    /** Whether the database may refuse what is here: each port is given once only. */
    boolean takesPorts() {
        return allocations.newOnes().stream().anyMatch(allocation -> allocation.getPortsCount() > 0);
    }

    void putAll(RowBuffer others) {
        jobs.putAll(others.jobs);
        jobVersions.putAll(others.jobVersions);
        evaluations.putAll(others.evaluations);
        deployments.putAll(others.deployments);
        allocations.putAll(others.allocations);
        submissions.putAll(others.submissions);
    }

    /** Sends all, and still finds them. */
    void send(DSLContext dsl, Batches batches) {
        batches.send(dsl, this);
        all().forEach(Rows::markSent);
    }

    /** What was sent is no longer found here: the database knows better. */
    void forgetSent() {
        all().forEach(Rows::forgetSent);
    }

    private Stream<Rows<?>> all() {
        return Stream.of(jobs, jobVersions, evaluations, deployments, allocations, submissions);
    }
}
