package dev.gantry.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.v1.AclAccess;
import dev.gantry.v1.AclCapability;
import dev.gantry.v1.AclJobFeature;
import dev.gantry.v1.AclJobRule;
import dev.gantry.v1.AclPolicy;
import dev.gantry.v1.AclVariableCapability;
import dev.gantry.v1.AclVariableRule;
import dev.gantry.v1.JobViolation;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PolicyChecksTest {

    private static final AclPolicy VALID = AclPolicy.newBuilder()
            .setName("team-a_1")
            .setDescription("The jobs of team A")
            .addJobs(AclJobRule.newBuilder()
                    .setJobGlob("team-a-*.v*")
                    .addCapabilities(AclCapability.ACL_CAPABILITY_SUBMIT)
                    .addDeniedFeatures(AclJobFeature.ACL_JOB_FEATURE_ROOT))
            .addJobs(AclJobRule.newBuilder().setJobGlob("*"))
            .setNode(AclAccess.ACL_ACCESS_READ)
            .build();

    @Test
    void a_valid_policy_has_no_fault() {
        assertThat(PolicyChecks.check(VALID, "policy")).isEmpty();
    }

    @Test
    void a_name_and_a_description_have_limits() {
        assertThat(faults(AclPolicy.newBuilder())).containsExactly("policy.name: is missing");
        assertThat(faults(VALID.toBuilder().setName("a.b")))
                .containsExactly("policy.name: \"a.b\" is no name: use 1 to 128 of A-Z a-z 0-9 _ -");
        assertThat(faults(VALID.toBuilder().setName("a".repeat(129)))).hasSize(1);
        assertThat(faults(VALID.toBuilder().setDescription("a".repeat(257))))
                .containsExactly("policy.description: is 257 characters long; the limit is 256");
        assertThat(faults(VALID.toBuilder().setDescription("a\nb")))
                .containsExactly("policy.description: has a control character in it");
    }

    @Test
    void globs_have_limits_and_are_unique() {
        assertThat(Stream.of("", "a b", "a~b", "a**b", "a".repeat(129), "*")
                        .map(glob -> faults(VALID.toBuilder()
                                .addJobs(AclJobRule.newBuilder().setJobGlob(glob)))))
                .allSatisfy(faults ->
                        assertThat(faults).singleElement().asString().startsWith("policy.jobs[2].job_glob: "));
        assertThat(faults(VALID.toBuilder().addJobs(AclJobRule.newBuilder().setJobGlob("*"))))
                .containsExactly("policy.jobs[2].job_glob: \"*\" has a rule already, policy.jobs[1]: write one rule");
    }

    @Test
    void globs_of_variables_have_limits_and_are_unique() {
        AclPolicy.Builder valid = VALID.toBuilder()
                .addVariables(AclVariableRule.newBuilder()
                        .setPathGlob("jobs/team-a-*/~x.y")
                        .addCapabilities(AclVariableCapability.ACL_VARIABLE_CAPABILITY_READ));

        assertThat(faults(valid)).isEmpty();
        assertThat(Stream.of("", "a b", "a**b", "a".repeat(257), "jobs/team-a-*/~x.y")
                        .map(glob -> faults(valid.clone()
                                .addVariables(AclVariableRule.newBuilder().setPathGlob(glob)))))
                .allSatisfy(faults ->
                        assertThat(faults).singleElement().asString().startsWith("policy.variables[1].path_glob: "));
        assertThat(faults(valid.clone()
                        .addVariables(AclVariableRule.newBuilder()
                                .setPathGlob("a")
                                .addCapabilitiesValue(1)
                                .addCapabilitiesValue(99))))
                .containsExactly("policy.variables[1].capabilities[1]: 99 is no capability");
    }

    @Test
    void a_policy_has_at_most_128_rules() {
        AclPolicy.Builder full = AclPolicy.newBuilder().setName("full");
        IntStream.range(0, 128)
                .forEach(i -> full.addJobs(AclJobRule.newBuilder().setJobGlob("job-" + i)));

        assertThat(faults(full)).isEmpty();
        assertThat(faults(full.addJobs(AclJobRule.newBuilder().setJobGlob("*"))))
                .containsExactly("policy.jobs: has 129 entries; the limit is 128");
    }

    @Test
    void unknown_and_repeated_capabilities_features_and_accesses_are_faults() {
        AclJobRule.Builder rule = AclJobRule.newBuilder().setJobGlob("web");
        assertThat(faults(VALID.toBuilder().addJobs(rule.clone().addCapabilitiesValue(99))))
                .containsExactly("policy.jobs[2].capabilities[0]: 99 is no capability");
        assertThat(faults(VALID.toBuilder()
                        .addJobs(rule.clone().addCapabilitiesValue(1).addCapabilitiesValue(1))))
                .containsExactly("policy.jobs[2].capabilities[1]: ACL_CAPABILITY_LIST is used twice");
        assertThat(faults(VALID.toBuilder().addJobs(rule.clone().addDeniedFeaturesValue(0))))
                .containsExactly("policy.jobs[2].denied_features[0]: 0 is no feature");
        assertThat(faults(VALID.toBuilder()
                        .addJobs(rule.clone().addDeniedFeaturesValue(2).addDeniedFeaturesValue(2))))
                .containsExactly("policy.jobs[2].denied_features[1]: ACL_JOB_FEATURE_HOST_NETWORK is used twice");
        assertThat(faults(VALID.toBuilder().setNodeValue(9).setOperatorValue(9)))
                .containsExactly(
                        "policy.node: 9 is no access: use deny, read or write",
                        "policy.operator: 9 is no access: use deny, read or write");
    }

    private static List<String> faults(AclPolicy.Builder policy) {
        return PolicyChecks.check(policy.build(), "policy").stream()
                .map(PolicyChecksTest::text)
                .toList();
    }

    private static String text(JobViolation fault) {
        return fault.getField() + ": " + fault.getDescription();
    }
}
