package dev.gantry.api;

import static dev.gantry.v1.AclCapability.ACL_CAPABILITY_READ;

import dev.gantry.access.Grants;
import dev.gantry.api.access.WhatIfRule;
import dev.gantry.cluster.scheduling.WhatIfs;
import dev.gantry.v1.WhatIfAllocation;
import dev.gantry.v1.WhatIfGroup;
import dev.gantry.v1.WhatIfRequest;
import dev.gantry.v1.WhatIfResponse;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** Writes the answer of a what-if: leaves out what the caller may not read, and what is too much. */
final class WhatIfAnswers {

    static final int MOST_ALLOCATIONS = 1000;
    private static final int MOST_GROUPS = 500;
    private static final String HIDDEN_PREEMPTION = "preempted by a job of higher priority";

    private WhatIfAnswers() {}

    /** Returns the answer for a caller with these grants. Jobs that the request names were decided on before. */
    static WhatIfResponse of(WhatIfs.Answer answer, WhatIfRequest request, Grants grants) {
        Set<String> named = WhatIfRule.jobs(request);
        Predicate<String> isShown = jobId -> named.contains(jobId) || grants.allows(ACL_CAPABILITY_READ, jobId);
        List<WhatIfGroup> groups = answer.effects().groups().stream()
                .filter(group -> isShown.test(group.getJobId()))
                .toList();
        List<WhatIfAllocation> allocations = answer.effects().allocations().stream()
                .filter(one -> isShown.test(one.getJobId()))
                .toList();
        long hidden = answer.effects().groups().stream()
                .map(WhatIfGroup::getJobId)
                .filter(isShown.negate())
                .distinct()
                .count();
        int most = request.getMaxAllocations();
        return WhatIfResponse.newBuilder()
                .addAllGroups(groups.stream().limit(MOST_GROUPS).toList())
                .setGroupsLeftOut(Math.max(0, groups.size() - MOST_GROUPS))
                .setJobsHidden((int) hidden)
                .addAllAllocations(allocations.stream()
                        .limit(most)
                        .map(one -> shown(one, isShown))
                        .toList())
                .setAllocationsLeftOut(Math.max(0, allocations.size() - most))
                .addAllFits(answer.fits())
                .setIndex(answer.index())
                .setUnsettled(!answer.effects().settled())
                .build();
    }

    private static WhatIfAllocation shown(WhatIfAllocation one, Predicate<String> isShown) {
        return one.getPreemptedByJobId().isEmpty() || isShown.test(one.getPreemptedByJobId())
                ? one
                : one.toBuilder()
                        .clearPreemptedByJobId()
                        .setReason(HIDDEN_PREEMPTION)
                        .build();
    }
}
