package dev.gantry.access;

import static dev.gantry.v1.AclAccess.ACL_ACCESS_DENY;
import static dev.gantry.v1.AclAccess.ACL_ACCESS_READ;
import static dev.gantry.v1.AclAccess.ACL_ACCESS_UNSPECIFIED;
import static dev.gantry.v1.AclAccess.ACL_ACCESS_WRITE;
import static dev.gantry.v1.AclCapability.ACL_CAPABILITY_LIST;
import static dev.gantry.v1.AclCapability.ACL_CAPABILITY_READ;
import static dev.gantry.v1.AclCapability.ACL_CAPABILITY_SUBMIT;
import static dev.gantry.v1.AclJobFeature.ACL_JOB_FEATURE_HOST_VOLUMES;
import static dev.gantry.v1.AclJobFeature.ACL_JOB_FEATURE_ROOT;
import static dev.gantry.v1.AclVariableCapability.ACL_VARIABLE_CAPABILITY_DESTROY;
import static dev.gantry.v1.AclVariableCapability.ACL_VARIABLE_CAPABILITY_LIST;
import static dev.gantry.v1.AclVariableCapability.ACL_VARIABLE_CAPABILITY_READ;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.model.Glob;
import dev.gantry.v1.AclAccess;
import dev.gantry.v1.AclCapability;
import dev.gantry.v1.AclJobFeature;
import dev.gantry.v1.AclJobRule;
import dev.gantry.v1.AclPolicy;
import dev.gantry.v1.AclVariableCapability;
import dev.gantry.v1.AclVariableRule;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class PolicyGrantsTest {

    @Test
    void only_the_most_specific_rule_of_a_policy_counts() {
        Grants grants = PolicyGrants.of(List.of(policy(
                rule("*", ACL_CAPABILITY_LIST),
                rule("team-a-*", ACL_CAPABILITY_READ),
                rule("team-a-web", ACL_CAPABILITY_SUBMIT))));

        assertThat(grants.allows(ACL_CAPABILITY_LIST, "other")).isTrue();
        assertThat(grants.allows(ACL_CAPABILITY_READ, "other")).isFalse();
        assertThat(grants.allows(ACL_CAPABILITY_READ, "team-a-db")).isTrue();
        assertThat(grants.allows(ACL_CAPABILITY_LIST, "team-a-db")).isFalse();
        assertThat(grants.allows(ACL_CAPABILITY_SUBMIT, "team-a-web")).isTrue();
        assertThat(grants.allows(ACL_CAPABILITY_READ, "team-a-web")).isFalse();
    }

    @Test
    void rules_of_several_policies_add_up() {
        Grants grants = PolicyGrants.of(List.of(
                policy(rule("*", ACL_CAPABILITY_LIST)), policy(rule("team-a-*", ACL_CAPABILITY_READ)), policy()));

        assertThat(grants.allows(ACL_CAPABILITY_LIST, "team-a-web")).isTrue();
        assertThat(grants.allows(ACL_CAPABILITY_READ, "team-a-web")).isTrue();
        assertThat(grants.allows(ACL_CAPABILITY_READ, "team-b-web")).isFalse();
    }

    @Test
    void a_rule_without_capabilities_denies_what_is_not_more_specific() {
        Grants grants = PolicyGrants.of(List.of(
                policy(rule("*")),
                policy(rule("team-*", ACL_CAPABILITY_READ)),
                policy(rule("team-b-*")),
                policy(rule("team-b-*", ACL_CAPABILITY_READ), rule("team-b-web", ACL_CAPABILITY_READ))));

        assertThat(grants.allows(ACL_CAPABILITY_READ, "other")).isFalse();
        assertThat(grants.allows(ACL_CAPABILITY_READ, "team-a-web")).isTrue();
        assertThat(grants.allows(ACL_CAPABILITY_READ, "team-b-db")).isFalse();
        assertThat(grants.allows(ACL_CAPABILITY_READ, "team-b-web")).isTrue();
    }

    @Test
    void a_feature_denied_by_one_policy_is_denied() {
        AclJobRule submits = rule("*", ACL_CAPABILITY_SUBMIT).toBuilder()
                .addDeniedFeatures(ACL_JOB_FEATURE_ROOT)
                .build();
        AclJobRule reads = rule("team-*", ACL_CAPABILITY_READ).toBuilder()
                .addDeniedFeatures(ACL_JOB_FEATURE_HOST_VOLUMES)
                .build();
        Grants grants = PolicyGrants.of(List.of(policy(submits), policy(reads)));

        assertThat(grants.deniedFeatures("team-a"))
                .containsExactlyInAnyOrder(ACL_JOB_FEATURE_ROOT, ACL_JOB_FEATURE_HOST_VOLUMES);
        assertThat(grants.deniedFeatures("other")).containsExactly(ACL_JOB_FEATURE_ROOT);
        assertThat(PolicyGrants.of(List.of(policy(reads))).deniedFeatures("team-a"))
                .as("those of a job that may not be submitted at all")
                .isEmpty();
    }

    @Test
    void a_child_counts_by_its_parent() {
        Grants grants = PolicyGrants.of(
                List.of(policy(rule("backup", ACL_CAPABILITY_READ), rule("backup/periodic-*", ACL_CAPABILITY_SUBMIT))));

        assertThat(grants.allows(ACL_CAPABILITY_READ, "backup/periodic-1")).isTrue();
        assertThat(grants.allows(ACL_CAPABILITY_SUBMIT, "backup/periodic-1")).isFalse();
    }

    @Test
    void rules_for_variables_count_as_those_for_jobs_and_apart_from_them() {
        AclPolicy lists = AclPolicy.newBuilder()
                .addVariables(variables("*", ACL_VARIABLE_CAPABILITY_LIST))
                .addVariables(variables("jobs/web", ACL_VARIABLE_CAPABILITY_READ))
                .build();
        AclPolicy denies = AclPolicy.newBuilder()
                .addVariables(variables("jobs/*"))
                .addJobs(rule("jobs/db", ACL_CAPABILITY_READ))
                .build();
        Grants grants = PolicyGrants.of(List.of(lists, denies));

        assertThat(grants.allows(ACL_VARIABLE_CAPABILITY_LIST, "team/a/b")).isTrue();
        assertThat(grants.allows(ACL_VARIABLE_CAPABILITY_READ, "team/a/b")).isFalse();
        assertThat(grants.allows(ACL_VARIABLE_CAPABILITY_READ, "jobs/web")).isTrue();
        assertThat(grants.allows(ACL_VARIABLE_CAPABILITY_LIST, "jobs/web")).isFalse();
        assertThat(grants.allows(ACL_VARIABLE_CAPABILITY_LIST, "jobs/db")).isFalse();
        assertThat(Grants.NONE.allows(ACL_VARIABLE_CAPABILITY_LIST, "jobs/db")).isFalse();
        assertThat(Grants.ALL.allows(ACL_VARIABLE_CAPABILITY_DESTROY, "jobs/db"))
                .isTrue();
    }

    @Test
    void access_to_nodes_and_to_the_cluster_is_the_highest_unless_one_policy_denies_it() {
        assertThat(node()).isEqualTo(ACL_ACCESS_DENY);
        assertThat(node(ACL_ACCESS_UNSPECIFIED)).isEqualTo(ACL_ACCESS_DENY);
        assertThat(node(ACL_ACCESS_UNSPECIFIED, ACL_ACCESS_READ)).isEqualTo(ACL_ACCESS_READ);
        assertThat(node(ACL_ACCESS_WRITE, ACL_ACCESS_READ)).isEqualTo(ACL_ACCESS_WRITE);
        assertThat(node(ACL_ACCESS_WRITE, ACL_ACCESS_DENY, ACL_ACCESS_READ)).isEqualTo(ACL_ACCESS_DENY);
        assertThat(PolicyGrants.of(List.of(AclPolicy.newBuilder()
                                .setOperator(ACL_ACCESS_READ)
                                .build()))
                        .operator())
                .isEqualTo(ACL_ACCESS_READ);
    }

    @Test
    void a_capability_of_a_later_version_allows_nothing() {
        AclJobRule unknown =
                AclJobRule.newBuilder().setJobGlob("*").addCapabilitiesValue(99).build();
        Grants grants = PolicyGrants.of(List.of(policy(unknown)));

        assertThat(Stream.of(AclCapability.values()).filter(capability -> grants.allows(capability, "web")))
                .isEmpty();
    }

    @Property(tries = 2000)
    void a_glob_matches_what_its_definition_says(
            @ForAll @Chars({'a', 'b', '*'}) @StringLength(max = 8) String pattern,
            @ForAll @CharRange(from = 'a', to = 'b') @StringLength(max = 12) String text) {
        assertThat(new Glob(pattern).matches(text)).isEqualTo(matchesByDefinition(pattern, text));
    }

    @Test
    @Timeout(10)
    void a_glob_made_to_be_slow_is_matched_at_once() {
        Glob glob = new Glob("*a".repeat(50_000) + "*" + "a".repeat(100_000) + "b*");

        assertThat(glob.matches("a".repeat(1_000_000))).isFalse();
    }

    @Property(tries = 1000)
    void grants_are_those_of_the_definition(
            @ForAll("policies") List<AclPolicy> policies,
            @ForAll @CharRange(from = 'a', to = 'b') @StringLength(min = 1, max = 3) String job) {
        Grants grants = PolicyGrants.of(policies);

        Set<AclCapability> allowed = Stream.of(AclCapability.values())
                .filter(capability -> grants.allows(capability, job))
                .collect(Collectors.toSet());
        assertThat(allowed).isEqualTo(allowedByDefinition(policies, job));
        Set<AclJobFeature> denied = allowed.contains(ACL_CAPABILITY_SUBMIT)
                ? decidingByDefinition(policies, job).stream()
                        .flatMap(rule -> rule.getDeniedFeaturesList().stream())
                        .collect(Collectors.toSet())
                : Set.of();
        assertThat(grants.deniedFeatures(job)).isEqualTo(denied);
    }

    private static AclVariableRule variables(String glob, AclVariableCapability... capabilities) {
        return AclVariableRule.newBuilder()
                .setPathGlob(glob)
                .addAllCapabilities(List.of(capabilities))
                .build();
    }

    @Provide
    Arbitrary<List<AclPolicy>> policies() {
        Arbitrary<AclJobRule> rules = Combinators.combine(
                        Arbitraries.strings().withChars("ab*").ofMinLength(1).ofMaxLength(3),
                        Arbitraries.of(ACL_CAPABILITY_READ, ACL_CAPABILITY_LIST, ACL_CAPABILITY_SUBMIT)
                                .set()
                                .ofMaxSize(2),
                        Arbitraries.of(ACL_JOB_FEATURE_ROOT, ACL_JOB_FEATURE_HOST_VOLUMES)
                                .set()
                                .ofMaxSize(1))
                .as((glob, capabilities, denied) -> AclJobRule.newBuilder()
                        .setJobGlob(glob)
                        .addAllCapabilities(capabilities)
                        .addAllDeniedFeatures(denied)
                        .build());
        return rules.list()
                .uniqueElements(AclJobRule::getJobGlob)
                .ofMaxSize(4)
                .map(list -> AclPolicy.newBuilder().addAllJobs(list).build())
                .list()
                .ofMaxSize(3);
    }

    /** Allowed is what a deciding rule has, unless one that denies is at least as specific. */
    private static Set<AclCapability> allowedByDefinition(List<AclPolicy> policies, String job) {
        List<AclJobRule> deciding = decidingByDefinition(policies, job);
        return deciding.stream()
                .filter(rule -> deciding.stream()
                        .noneMatch(other -> other.getCapabilitiesCount() == 0 && !isMoreSpecific(rule, other)))
                .flatMap(rule -> rule.getCapabilitiesList().stream())
                .collect(Collectors.toSet());
    }

    private static List<AclJobRule> decidingByDefinition(List<AclPolicy> policies, String job) {
        return policies.stream()
                .map(policy -> policy.getJobsList().stream()
                        .filter(rule -> matchesByDefinition(rule.getJobGlob(), job))
                        .toList())
                .flatMap(matching -> matching.stream()
                        .filter(rule -> matching.stream().noneMatch(other -> isMoreSpecific(other, rule))))
                .toList();
    }

    private static boolean isMoreSpecific(AclJobRule rule, AclJobRule than) {
        boolean literal = !rule.getJobGlob().contains("*");
        boolean otherLiteral = !than.getJobGlob().contains("*");
        return literal != otherLiteral
                ? literal
                : rule.getJobGlob().replace("*", "").length()
                        > than.getJobGlob().replace("*", "").length();
    }

    private static boolean matchesByDefinition(String pattern, String text) {
        if (pattern.isEmpty()) {
            return text.isEmpty();
        }
        String rest = pattern.substring(1);
        if (pattern.charAt(0) == '*') {
            return matchesByDefinition(rest, text)
                    || (!text.isEmpty() && matchesByDefinition(pattern, text.substring(1)));
        }
        return !text.isEmpty() && text.charAt(0) == pattern.charAt(0) && matchesByDefinition(rest, text.substring(1));
    }

    private static AclAccess node(AclAccess... accesses) {
        Collection<AclPolicy> policies = Stream.of(accesses)
                .map(access -> AclPolicy.newBuilder().setNode(access).build())
                .toList();
        return PolicyGrants.of(policies).node();
    }

    private static AclPolicy policy(AclJobRule... rules) {
        return AclPolicy.newBuilder().addAllJobs(List.of(rules)).build();
    }

    private static AclJobRule rule(String glob, AclCapability... capabilities) {
        return AclJobRule.newBuilder()
                .setJobGlob(glob)
                .addAllCapabilities(List.of(capabilities))
                .build();
    }
}
