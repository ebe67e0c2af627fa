package dev.gantry.api.access;

import dev.gantry.v1.Job;
import dev.gantry.v1.WhatIfChange;
import dev.gantry.v1.WhatIfFitQuestion;
import dev.gantry.v1.WhatIfRequest;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Tells which jobs a what-if names. */
public final class WhatIfRule {

    private WhatIfRule() {}

    /**
     * Returns the jobs that a request names.
     *
     * @param request the request
     * @return the ids of submitted jobs, and of those that are changed, stopped or asked about
     */
    public static Set<String> jobs(WhatIfRequest request) {
        Set<String> jobs = new LinkedHashSet<>(submitted(request));
        jobs.addAll(known(request));
        return jobs;
    }

    /** Returns the ids of the jobs whose content is in the request. */
    static Set<String> submitted(WhatIfRequest request) {
        return request.getChangesList().stream()
                .filter(WhatIfChange::hasSubmit)
                .map(WhatIfChange::getSubmit)
                .map(Job::getId)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** Returns the ids of the jobs that the request names, and does not submit. */
    static Set<String> known(WhatIfRequest request) {
        Set<String> submitted = submitted(request);
        return Stream.concat(
                        request.getChangesList().stream().flatMap(WhatIfRule::named),
                        request.getFitsList().stream().map(WhatIfFitQuestion::getJobId))
                .filter(jobId -> !submitted.contains(jobId))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static Stream<String> named(WhatIfChange change) {
        return switch (change.getChangeCase()) {
            case SET_COUNT -> Stream.of(change.getSetCount().getJobId());
            case SET_PRIORITY -> Stream.of(change.getSetPriority().getJobId());
            case STOP_JOB_ID -> Stream.of(change.getStopJobId());
            case DRAIN, LOSE, ADD_NODES, SET_PROPERTIES, SUBMIT, CHANGE_NOT_SET -> Stream.empty();
        };
    }
}
