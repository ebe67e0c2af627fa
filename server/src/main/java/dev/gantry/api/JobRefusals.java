package dev.gantry.api;

import dev.gantry.access.AccessWords;
import dev.gantry.access.Grants;
import dev.gantry.api.access.JobFeatures;
import dev.gantry.driver.FeatureUse;
import dev.gantry.v1.AclCapability;
import dev.gantry.v1.AclJobFeature;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobRefusal;
import dev.gantry.v1.JobViolation;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Decides whether a job uses what its submitter's policies deny. */
final class JobRefusals {

    /** A job of 1 MiB could have tens of thousands. */
    private static final int MOST = 100;

    private final JobFeatures features;

    JobRefusals(JobFeatures features) {
        this.features = features;
    }

    /**
     * Refuses a job that uses a denied feature.
     *
     * @throws JobRefusedException naming each field that uses one, and the policies
     */
    void check(Grants grants, Job job) {
        List<JobViolation> violations = denied(grants, job).stream()
                .map(refusal -> JobViolation.newBuilder()
                        .setField(refusal.getField())
                        .setDescription(refusal.getDescription())
                        .build())
                .toList();
        if (!violations.isEmpty()) {
            throw new JobRefusedException(violations);
        }
    }

    /** Returns why a submission of a job would be refused; empty if it would not. */
    List<JobRefusal> of(Grants grants, Job job) {
        if (grants.allows(AclCapability.ACL_CAPABILITY_SUBMIT, job.getId())) {
            return denied(grants, job);
        }
        return List.of(JobRefusal.newBuilder()
                .setDescription(AccessWords.lacking(AclCapability.ACL_CAPABILITY_SUBMIT, job.getId()))
                .build());
    }

    private List<JobRefusal> denied(Grants grants, Job job) {
        Set<AclJobFeature> denied = grants.deniedFeatures(job.getId());
        List<JobRefusal> refusals = new ArrayList<>();
        if (!denied.isEmpty()) {
            features.of(job).stream()
                    .filter(use -> denied.contains(use.feature()))
                    .limit(MOST)
                    .forEach(use -> refusals.add(refusal(use, grants.policiesDenying(use.feature(), job.getId()))));
        }
        return refusals;
    }

    private static JobRefusal refusal(FeatureUse use, List<String> policies) {
        JobViolation shortened = InvalidRequestException.violation(
                use.field(),
                "%s is denied by %s: %s"
                        .formatted(
                                AccessWords.of(use.feature()),
                                policies.isEmpty() ? "the token" : "policy " + String.join(", ", policies),
                                use.remedy()));
        return JobRefusal.newBuilder()
                .setField(shortened.getField())
                .setDescription(shortened.getDescription())
                .setFeature(use.feature())
                .addAllPolicies(policies)
                .build();
    }
}
