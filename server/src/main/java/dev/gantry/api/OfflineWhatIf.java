package dev.gantry.api;

import dev.gantry.access.Grants;
import dev.gantry.cluster.InvalidFieldException;
import dev.gantry.cluster.scheduling.WhatIfs;
import dev.gantry.v1.JobViolation;
import dev.gantry.v1.WhatIfRequest;
import dev.gantry.v1.WhatIfResponse;
import java.util.List;
import java.util.function.Function;

/** Checks and answers what-ifs as {@code ClusterService.WhatIf} does, without a server, for who has the database. */
public final class OfflineWhatIf {

    private final WhatIfValidator validator;

    /**
     * Makes it.
     *
     * @param jobs validates submitted jobs
     */
    public OfflineWhatIf(JobValidator jobs) {
        this.validator = new WhatIfValidator(jobs);
    }

    /**
     * What follows from a question.
     *
     * @param response the answer; empty if the question is refused
     * @param violations why the question is refused; empty if it is answered
     */
    public record Outcome(WhatIfResponse response, List<JobViolation> violations) {

        /** Copies the list. */
        public Outcome {
            violations = List.copyOf(violations);
        }
    }

    /**
     * Answers a question.
     *
     * @param request the question
     * @param compute computes the answer to a valid question
     * @return the answer, or the faults of the question by their fields
     * @throws dev.gantry.cluster.ClusterException if the question is refused for another reason than a field, such as a job
     *     that does not exist
     */
    public Outcome answer(WhatIfRequest request, Function<WhatIfRequest, WhatIfs.Answer> compute) {
        try {
            WhatIfs.Answer answer = compute.apply(validator.complete(request));
            return new Outcome(WhatIfAnswers.of(answer, request, Grants.ALL), List.of());
        } catch (InvalidRequestException e) {
            return new Outcome(WhatIfResponse.getDefaultInstance(), e.violations());
        } catch (InvalidFieldException e) {
            return new Outcome(
                    WhatIfResponse.getDefaultInstance(),
                    List.of(InvalidRequestException.violation(e.field(), e.getMessage())));
        }
    }
}
