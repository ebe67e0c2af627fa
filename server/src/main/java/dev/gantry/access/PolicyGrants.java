package dev.gantry.access;

import dev.gantry.model.Glob;
import dev.gantry.model.ParentJobs;
import dev.gantry.v1.AclAccess;
import dev.gantry.v1.AclCapability;
import dev.gantry.v1.AclJobFeature;
import dev.gantry.v1.AclJobRule;
import dev.gantry.v1.AclPolicy;
import dev.gantry.v1.AclVariableCapability;
import dev.gantry.v1.AclVariableRule;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** Decides what the policies of a token allow together. {@link GlobRules} adds up their rules. */
public final class PolicyGrants implements Grants {

    private final GlobRules<AclCapability, JobRule> jobs;
    private final GlobRules<AclVariableCapability, VariableRule> variables;
    private final AclAccess node;
    private final AclAccess operator;

    private PolicyGrants(
            GlobRules<AclCapability, JobRule> jobs,
            GlobRules<AclVariableCapability, VariableRule> variables,
            AclAccess node,
            AclAccess operator) {
        this.jobs = jobs;
        this.variables = variables;
        this.node = node;
        this.operator = operator;
    }

    /**
     * Returns what policies allow together.
     *
     * @param policies valid policies, see {@link PolicyChecks}
     * @return the grants; without policies they allow nothing
     */
    public static PolicyGrants of(Collection<AclPolicy> policies) {
        return new PolicyGrants(
                new GlobRules<>(policies.stream()
                        .map(policy -> policy.getJobsList().stream()
                                .map(rule -> JobRule.of(policy.getName(), rule))
                                .toList())
                        .toList()),
                new GlobRules<>(policies.stream()
                        .map(policy -> policy.getVariablesList().stream()
                                .map(VariableRule::of)
                                .toList())
                        .toList()),
                sum(policies, AclPolicy::getNode),
                sum(policies, AclPolicy::getOperator));
    }

    /** A child of a periodic or parameterized job counts by its parent's id. */
    @Override
    public boolean allows(AclCapability capability, String jobId) {
        return jobs.allow(capability, ParentJobs.rootId(jobId));
    }

    @Override
    public boolean allows(AclVariableCapability capability, String path) {
        return variables.allow(capability, path);
    }

    @Override
    public Set<AclJobFeature> deniedFeatures(String jobId) {
        if (!allows(AclCapability.ACL_CAPABILITY_SUBMIT, jobId)) {
            return Set.of();
        }
        Set<AclJobFeature> denied = EnumSet.noneOf(AclJobFeature.class);
        jobs.deciding(ParentJobs.rootId(jobId)).forEach(rule -> denied.addAll(rule.deniedFeatures));
        return Set.copyOf(denied);
    }

    @Override
    public List<String> policiesDenying(AclJobFeature feature, String jobId) {
        return jobs.deciding(ParentJobs.rootId(jobId)).stream()
                .filter(rule -> rule.deniedFeatures.contains(feature))
                .map(JobRule::policy)
                .distinct()
                .sorted()
                .toList();
    }

    @Override
    public AclAccess node() {
        return node;
    }

    @Override
    public AclAccess operator() {
        return operator;
    }

    @Override
    public boolean isManagement() {
        return false;
    }

    /** Returns the highest access, or DENY if one policy denies. */
    private static AclAccess sum(Collection<AclPolicy> policies, Function<AclPolicy, AclAccess> access) {
        Set<AclAccess> named = EnumSet.of(AclAccess.ACL_ACCESS_UNSPECIFIED);
        policies.stream().map(access).forEach(named::add);
        if (named.contains(AclAccess.ACL_ACCESS_DENY)) {
            return AclAccess.ACL_ACCESS_DENY;
        }
        if (named.contains(AclAccess.ACL_ACCESS_WRITE)) {
            return AclAccess.ACL_ACCESS_WRITE;
        }
        return named.contains(AclAccess.ACL_ACCESS_READ) ? AclAccess.ACL_ACCESS_READ : AclAccess.ACL_ACCESS_DENY;
    }

    /** A rule for jobs. */
    private record JobRule(String policy, Glob glob, Set<AclCapability> capabilities, Set<AclJobFeature> deniedFeatures)
            implements GlobRules.Rule<AclCapability> {

        /** Leaves out capabilities that this version does not know: it cannot allow them. */
        static JobRule of(String policy, AclJobRule rule) {
            Set<AclCapability> capabilities = EnumSet.noneOf(AclCapability.class);
            capabilities.addAll(rule.getCapabilitiesList());
            capabilities.remove(AclCapability.ACL_CAPABILITY_UNSPECIFIED);
            capabilities.remove(AclCapability.UNRECOGNIZED);
            return new JobRule(
                    policy,
                    new Glob(rule.getJobGlob()),
                    Set.copyOf(capabilities),
                    Set.copyOf(rule.getDeniedFeaturesList()));
        }
    }

    /** A rule for variables. */
    private record VariableRule(Glob glob, Set<AclVariableCapability> capabilities)
            implements GlobRules.Rule<AclVariableCapability> {

        /** Leaves out capabilities that this version does not know: it cannot allow them. */
        static VariableRule of(AclVariableRule rule) {
            Set<AclVariableCapability> capabilities = EnumSet.noneOf(AclVariableCapability.class);
            capabilities.addAll(rule.getCapabilitiesList());
            capabilities.remove(AclVariableCapability.ACL_VARIABLE_CAPABILITY_UNSPECIFIED);
            capabilities.remove(AclVariableCapability.UNRECOGNIZED);
            return new VariableRule(new Glob(rule.getPathGlob()), Set.copyOf(capabilities));
        }
    }
}
