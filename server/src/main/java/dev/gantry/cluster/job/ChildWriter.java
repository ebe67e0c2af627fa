package dev.gantry.cluster.job;

import dev.gantry.cluster.Times;
import dev.gantry.cluster.evaluation.Evaluations;
import dev.gantry.store.WriteTransaction;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.EvaluationTrigger;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobRecord;
import java.time.Instant;
import java.util.Optional;

/** Stores children of periodic and parameterized jobs within a transaction of the caller. */
final class ChildWriter {

    private final Evaluations evaluations;

    ChildWriter(Evaluations evaluations) {
        this.evaluations = evaluations;
    }

    /** Stores a child and queues an evaluation for it. */
    Child put(WriteTransaction transaction, Job parent, Job.Builder child, EvaluationTrigger trigger, Instant now) {
        Job job = child.setName(child.getId())
                .setParentId(parent.getId())
                .clearPeriodic()
                .clearParameterized()
                .build();
        JobRecord record = JobWriter.putVersion(transaction, job, 0, Optional.empty(), now);
        Evaluation evaluation = evaluations.queue(transaction, record, trigger, Times.toTimestamp(now));
        return new Child(job.getId(), evaluation.getId());
    }
}
