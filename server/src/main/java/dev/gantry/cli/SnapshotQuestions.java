package dev.gantry.cli;

import dev.gantry.v1.JobType;
import dev.gantry.v1.JobViolation;
import dev.gantry.v1.WhatIfRequest;
import dev.gantry.v1.WhatIfResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** Answers questions about a cluster from a snapshot file, without a server. */
@FunctionalInterface
public interface SnapshotQuestions {

    /**
     * How the cluster's server schedules, which is no part of a snapshot.
     *
     * @param spreads true if it prefers the emptiest nodes, false if the fullest
     * @param preempting the types of jobs that may preempt others
     */
    record Scheduling(boolean spreads, Set<JobType> preempting) {

        /** Copies the set. */
        public Scheduling {
            preempting = Set.copyOf(preempting);
        }
    }

    /**
     * What follows from a question.
     *
     * @param response the answer; empty if the question is refused
     * @param violations why the question is refused; empty if it is answered
     */
    record Outcome(WhatIfResponse response, List<JobViolation> violations) {

        /** Copies the list. */
        public Outcome {
            violations = List.copyOf(violations);
        }
    }

    /**
     * Tells what the cluster of a snapshot would do after some changes.
     *
     * @param snapshot the file
     * @param scheduling how the cluster's server schedules
     * @param request the question
     * @return the answer, or the faults of the question by their fields
     * @throws CommandFailedException if the file can't be used, or the question is refused for another reason than a field
     */
    Outcome whatIf(Path snapshot, Scheduling scheduling, WhatIfRequest request);
}
