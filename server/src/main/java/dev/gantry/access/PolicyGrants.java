package dev.gantry.access;

import dev.gantry.model.Glob;
import dev.gantry.model.ParentJobs;
import dev.gantry.v1.AclAccess;
import dev.gantry.v1.AclCapability;
import dev.gantry.v1.AclJobFeature;
import dev.gantry.v1.AclJobRule;
import dev.gantry.v1.AclPolicy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * What the policies of a token allow together. Of each policy, only the rules with the most specific matching glob count.
 * The rules of all policies are added up, except that a rule without capabilities denies: it cancels each rule whose glob
 * is not more specific than its own. Nomad decides alike when policies deny; it does not add up capabilities of different
 * globs.
 */
public final class PolicyGrants implements Grants {

    private final List<List<Rule>> policies;
    private final AclAccess node;
    private final AclAccess operator;

    private PolicyGrants(List<List<Rule>> policies, AclAccess node, AclAccess operator) {
        this.policies = policies;
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
                policies.stream()
                        .map(policy -> policy.getJobsList().stream()
                                .map(rule -> Rule.of(policy.getName(), rule))
                                .toList())
                        .toList(),
                sum(policies, AclPolicy::getNode),
                sum(policies, AclPolicy::getOperator));
    }

    /** A child of a periodic or parameterized job counts by its parent's id. */
    @Override
    public boolean allows(AclCapability capability, String jobId) {
        List<Rule> deciding = deciding(ParentJobs.rootId(jobId));
        int denied = strongestDenial(deciding);
        return deciding.stream()
                .anyMatch(rule -> rule.capabilities.contains(capability) && rule.glob.specificity() > denied);
    }

    @Override
    public Set<AclJobFeature> deniedFeatures(String jobId) {
        if (!allows(AclCapability.ACL_CAPABILITY_SUBMIT, jobId)) {
            return Set.of();
        }
        Set<AclJobFeature> denied = EnumSet.noneOf(AclJobFeature.class);
        deciding(ParentJobs.rootId(jobId)).forEach(rule -> denied.addAll(rule.deniedFeatures));
        return Set.copyOf(denied);
    }

    @Override
    public List<String> policiesDenying(AclJobFeature feature, String jobId) {
        return deciding(ParentJobs.rootId(jobId)).stream()
                .filter(rule -> rule.deniedFeatures.contains(feature))
                .map(Rule::policy)
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

    /** Returns the rules of each policy that have the most specific of its matching globs. */
    private List<Rule> deciding(String jobId) {
        List<Rule> all = new ArrayList<>();
        for (List<Rule> policy : policies) {
            List<Rule> best = new ArrayList<>();
            for (Rule rule : policy) {
                int ahead = best.isEmpty()
                        ? 1
                        : Integer.compare(
                                rule.glob.specificity(), best.get(0).glob.specificity());
                if (ahead >= 0 && rule.glob.matches(jobId)) {
                    if (ahead > 0) {
                        best.clear();
                    }
                    best.add(rule);
                }
            }
            all.addAll(best);
        }
        return all;
    }

    /** Returns the highest specificity of a rule that denies; -1 if no rule denies. */
    private static int strongestDenial(List<Rule> rules) {
        return rules.stream()
                .filter(rule -> rule.capabilities.isEmpty())
                .mapToInt(rule -> rule.glob.specificity())
                .max()
                .orElse(-1);
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

    /** A rule whose glob is ready to match. */
    private record Rule(String policy, Glob glob, Set<AclCapability> capabilities, Set<AclJobFeature> deniedFeatures) {

        /** Leaves out capabilities that this version does not know: it cannot allow them. */
        static Rule of(String policy, AclJobRule rule) {
            Set<AclCapability> capabilities = EnumSet.noneOf(AclCapability.class);
            capabilities.addAll(rule.getCapabilitiesList());
            capabilities.remove(AclCapability.ACL_CAPABILITY_UNSPECIFIED);
            capabilities.remove(AclCapability.UNRECOGNIZED);
            return new Rule(
                    policy,
                    new Glob(rule.getJobGlob()),
                    Set.copyOf(capabilities),
                    Set.copyOf(rule.getDeniedFeaturesList()));
        }
    }
}
