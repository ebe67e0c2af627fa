package dev.gantry.restriction;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.v1.ArtifactSourceRestriction;
import dev.gantry.v1.HostVolumeRestriction;
import dev.gantry.v1.IdRange;
import dev.gantry.v1.IdRestriction;
import dev.gantry.v1.ImageSourceRestriction;
import dev.gantry.v1.NodeRestrictions;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RestrictionsTest {

    private static final NodeRestrictions NO_ROOT =
            NodeRestrictions.newBuilder().setDenyRoot(true).build();

    @ParameterizedTest
    @ValueSource(
            strings = {"0", "00", "", "root", "www-data", "-1", "+0", "0x0", "4294967295", "4294967296", "1000:0", " 1"
            })
    void a_user_or_a_group_that_may_be_root_is_refused(String name) {
        Restrictions rules = Restrictions.of(NO_ROOT);

        assertThat(rules.refusals(as(name, "1000")))
                .singleElement()
                .asString()
                .contains("user", "set user to a number other than 0");
        assertThat(rules.refusals(as("1000", name)))
                .singleElement()
                .asString()
                .contains("group", "set group to a number other than 0");
    }

    @Test
    void a_user_that_only_the_node_will_know_is_not_refused_before() {
        MachineUse unknown = new MachineUse(
                List.of(), false, Optional.empty(), Optional.empty(), false, false, Optional.empty(), List.of());

        assertThat(Restrictions.of(NO_ROOT).refusals(unknown)).isEmpty();
        assertThat(Restrictions.of(NO_ROOT).refusals(as("1", "4294967294"))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"999, false", "1000, true", "1999, true", "2000, false", "2500, true", "0, false", "name, false"})
    void users_and_groups_are_allowed_by_ranges(String name, boolean allowed) {
        IdRestriction ids = ids(1000, 1999, 2500, 2500);
        Restrictions users =
                Restrictions.of(NodeRestrictions.newBuilder().setUsers(ids).build());
        Restrictions groups =
                Restrictions.of(NodeRestrictions.newBuilder().setGroups(ids).build());

        assertThat(users.refusals(as(name, "0")).isEmpty()).isEqualTo(allowed);
        assertThat(groups.refusals(as("0", name)).isEmpty()).isEqualTo(allowed);
        assertThat(allowed || users.refusals(as(name, "0")).get(0).contains("(allowed: 1000-1999, 2500)"))
                .isTrue();
    }

    @Test
    void each_thing_that_is_not_allowed_is_named() {
        MachineUse all = new MachineUse(
                List.of(new MachineUse.HostVolume("/etc", true), new MachineUse.HostVolume("/usr", true)),
                true,
                Optional.of("0"),
                Optional.of("0"),
                true,
                true,
                Optional.of("docker://redis"),
                List.of());
        NodeRestrictions tight = NO_ROOT.toBuilder()
                .setHostVolumes(HostVolumeRestriction.getDefaultInstance())
                .setDenyHostNetwork(true)
                .setDenyRawCapabilities(true)
                .setDenyInsecureImages(true)
                .setImageSources(ImageSourceRestriction.newBuilder().addAllow("example.com"))
                .build();

        assertThat(Restrictions.of(tight).refusals(all)).hasSize(8).allMatch(one -> one.startsWith("does not allow "));
        assertThat(Restrictions.NONE.refusals(all)).isEmpty();
    }

    @Test
    void faults_are_all_named_with_their_values() {
        NodeRestrictions faulty = NodeRestrictions.newBuilder()
                .setHostVolumes(HostVolumeRestriction.newBuilder()
                        .addAllow("srv")
                        .addAllow("/srv/**")
                        .addAllow("/srv/../etc")
                        .addAllow("/a/{b,c}")
                        .addReadOnly(""))
                .setUsers(ids(5, 4))
                .setGroups(IdRestriction.getDefaultInstance())
                .setImageSources(ImageSourceRestriction.newBuilder()
                        .addAllow("redis")
                        .addAllow("docker://redis")
                        .addAllow("example.com/x:1.0")
                        .addAllow("ftp://example.com")
                        .addAllow("a\nb"))
                .build();

        assertThat(RestrictionChecks.check(faulty, "register.node.restrictions"))
                .extracting(fault -> fault.getField().substring("register.node.restrictions.".length()) + ": "
                        + fault.getDescription().split(":", 2)[0])
                .containsExactly(
                        "host_volumes.allow[0]: \"srv\" is no absolute path",
                        "host_volumes.allow[1]: \"/srv/**\" has **",
                        "host_volumes.allow[2]: \"/srv/../etc\" has . or .. in it",
                        "host_volumes.allow[3]: \"/a/{b,c}\" has one of ?[]{}",
                        "host_volumes.read_only[0]: is empty",
                        "users.allow[0]: 5 to 4 is no range within 0 and 4294967294",
                        "groups: allows none, and so no task",
                        "image_sources.allow[0]: \"redis\" is no source",
                        "image_sources.allow[1]: \"docker",
                        "image_sources.allow[2]: \"example.com/x",
                        "image_sources.allow[3]: \"ftp",
                        "image_sources.allow[4]: has a control character in it");
    }

    @Test
    void a_writable_path_within_a_read_only_one_is_a_fault() {
        NodeRestrictions overlap = NodeRestrictions.newBuilder()
                .setHostVolumes(HostVolumeRestriction.newBuilder()
                        .addAllow("/srv/team-*/in")
                        .addAllow("/data")
                        .addReadOnly("/srv/*"))
                .build();

        assertThat(RestrictionChecks.check(overlap, ""))
                .singleElement()
                .returns("host_volumes.allow[0]", fault -> fault.getField())
                .extracting(fault -> fault.getDescription())
                .asString()
                .startsWith("\"/srv/team-*/in\" is within \"/srv/*\" of read_only");
    }

    @Test
    void isolators_of_an_image_may_retain_the_usual_capabilities_and_those_that_the_node_allows() {
        Restrictions rules = Restrictions.of(NodeRestrictions.newBuilder()
                .setDenyRawCapabilities(true)
                .addAllowCaps("CAP_NET_ADMIN")
                .build());
        String retain = "os/linux/capabilities-retain-set";

        assertThat(rules.refusals(isolators(Map.of(
                        retain,
                        List.of("CAP_CHOWN", "CAP_NET_ADMIN"),
                        "os/linux/capabilities-remove-set",
                        List.of("CAP_MKNOD"),
                        "resource/memory",
                        List.of()))))
                .isEmpty();
        assertThat(rules.refusals(isolators(Map.of(
                        retain, List.of("CAP_SYS_PTRACE", "CAP_SYS_ADMIN"), "os/linux/seccomp-remove-set", List.of()))))
                .satisfiesExactly(
                        refusal -> assertThat(refusal).contains("the image retains CAP_SYS_ADMIN, CAP_SYS_PTRACE: "),
                        refusal -> assertThat(refusal).contains("the isolator os/linux/seccomp-remove-set"));
        assertThat(Restrictions.NONE.refusals(isolators(Map.of(retain, List.of("CAP_SYS_ADMIN")))))
                .isEmpty();
    }

    @Test
    void where_no_task_may_be_root_an_image_retains_no_capability_that_makes_it_one() {
        String retain = "os/linux/capabilities-retain-set";
        ImageUse image = isolators(Map.of(retain, List.of("CAP_NET_RAW", "CAP_SETUID", "CAP_DAC_OVERRIDE")));
        String refusal = "does not allow a task to act as root, and the image retains CAP_DAC_OVERRIDE, CAP_SETUID: use"
                + " another image, or add them to allow_caps of the node";

        assertThat(Restrictions.of(NO_ROOT).refusals(image)).containsExactly(refusal);
        assertThat(Restrictions.of(NodeRestrictions.newBuilder()
                                .setUsers(ids(1000, 1999))
                                .build())
                        .refusals(image))
                .containsExactly(refusal);
        assertThat(Restrictions.of(NodeRestrictions.newBuilder()
                                .setUsers(ids(0, 1999))
                                .build())
                        .refusals(image))
                .isEmpty();
        NodeRestrictions lenient = NO_ROOT.toBuilder()
                .addAllowCaps("CAP_SETUID")
                .addAllowCaps("CAP_DAC_OVERRIDE")
                .build();
        assertThat(RestrictionChecks.check(lenient, "")).isEmpty();
        assertThat(Restrictions.of(lenient).refusals(image)).isEmpty();
    }

    @Test
    void an_image_may_add_only_groups_that_tasks_may_run_as() {
        ImageUse image = new ImageUse(Map.of(), List.of("1500", "0", "-1"));

        assertThat(Restrictions.of(
                                NodeRestrictions.newBuilder().setDenyRoot(true).build())
                        .refusals(image))
                .containsExactly(
                        "does not allow the supplementary group 0 of the image: use another image",
                        "does not allow the supplementary group -1 of the image: use another image");
        assertThat(Restrictions.of(NodeRestrictions.newBuilder()
                                .setGroups(ids(1000, 1499))
                                .build())
                        .refusals(image))
                .hasSize(3)
                .first()
                .asString()
                .isEqualTo("does not allow the supplementary group 1500 of the image: use another image (allowed:"
                        + " 1000-1499)");
        assertThat(Restrictions.NONE.refusals(image)).isEmpty();
    }

    @Test
    void capabilities_are_named_as_the_kernel_does_and_only_where_others_are_denied() {
        NodeRestrictions faulty =
                NodeRestrictions.newBuilder().addAllowCaps("net_admin").build();

        assertThat(RestrictionChecks.check(faulty, ""))
                .extracting(fault -> fault.getField() + ": " + fault.getDescription())
                .satisfiesExactly(
                        fault -> assertThat(fault).startsWith("allow_caps: has no effect"),
                        fault -> assertThat(fault).startsWith("allow_caps[0]: \"net_admin\" is no capability"));
    }

    @Test
    void lists_are_bounded() {
        HostVolumeRestriction many = HostVolumeRestriction.newBuilder()
                .addAllAllow(Collections.nCopies(257, "/x"))
                .build();
        HostVolumeRestriction wide = HostVolumeRestriction.newBuilder()
                .addAllow("/" + "x".repeat(1024))
                .build();

        assertThat(RestrictionChecks.check(
                        NodeRestrictions.newBuilder().setHostVolumes(many).build(), ""))
                .singleElement()
                .returns("has 257 entries; the limit is 256", fault -> fault.getDescription());
        assertThat(RestrictionChecks.check(
                        NodeRestrictions.newBuilder().setHostVolumes(wide).build(), ""))
                .singleElement()
                .returns("is 1025 characters long; the limit is 1024", fault -> fault.getDescription());
    }

    private static MachineUse as(String user, String group) {
        return new MachineUse(
                List.of(), false, Optional.of(user), Optional.of(group), false, false, Optional.empty(), List.of());
    }

    private static ImageUse isolators(Map<String, List<String>> isolators) {
        return new ImageUse(isolators, List.of());
    }

    private static IdRestriction ids(long... ends) {
        IdRestriction.Builder ids = IdRestriction.newBuilder();
        for (int i = 0; i < ends.length; i += 2) {
            ids.addAllow(IdRange.newBuilder().setFirst(ends[i]).setLast(ends[i + 1]));
        }
        return ids.build();
    }

    @ParameterizedTest
    @CsvSource({
        "https://a.example.com/team/x, true",
        "https://a.example.com/team, true",
        "git::https://a.example.com/team/x.git, true",
        "https://A.EXAMPLE.com/team/x, true",
        "https://a.example.com/teams/x, false",
        "https://a.example.com/team/../x, false",
        "https://a.example.com/team/%2e%2e/x, false",
        "https://a.example.com:8443/team/x, false",
        "http://a.example.com/team/x, false",
        "https://b.example.com/x, false",
        "git::https://git.example.com/x, true",
        "https://git.example.com/x, false",
        "https://x.mirror.example.com/y, true",
        "https://mirror.example.com/y, false",
        "file:///srv/a/b, true",
        "file:///srv/ab, false",
    })
    void artifacts_come_from_allowed_sources_only(String source, boolean allowed) {
        Restrictions restrictions = Restrictions.of(NodeRestrictions.newBuilder()
                .setArtifactSources(ArtifactSourceRestriction.newBuilder()
                        .addAllow("https://a.example.com/team")
                        .addAllow("git::https://git.example.com")
                        .addAllow("https://*.mirror.example.com")
                        .addAllow("file:///srv/a"))
                .build());

        assertThat(restrictions
                        .refusals(MachineUse.NONE.withArtifacts(List.of(source)))
                        .isEmpty())
                .isEqualTo(allowed);
        assertThat(Restrictions.NONE.refusals(MachineUse.NONE.withArtifacts(List.of(source))))
                .isEmpty();
    }

    @Test
    void an_empty_list_of_artifact_sources_allows_none_and_says_so() {
        NodeRestrictions none = NodeRestrictions.newBuilder()
                .setArtifactSources(ArtifactSourceRestriction.getDefaultInstance())
                .build();

        assertThat(RestrictionChecks.check(none, "")).isEmpty();
        assertThat(Restrictions.of(none).refusals(MachineUse.NONE.withArtifacts(List.of("https://a.example.com/x"))))
                .containsExactly("does not allow artifacts from \"https://a.example.com/x\" (allowed: none)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a.example.com",
                "ftp://a",
                "https://",
                "https://u@a",
                "file://host/a",
                "file://",
                "https://a/..",
                "s3::https://a"
            })
    void an_entry_for_artifacts_that_is_no_source_is_refused(String entry) {
        NodeRestrictions faulty = NodeRestrictions.newBuilder()
                .setArtifactSources(ArtifactSourceRestriction.newBuilder().addAllow(entry))
                .build();

        assertThat(RestrictionChecks.check(faulty, "")).singleElement().satisfies(fault -> {
            assertThat(fault.getField()).isEqualTo("artifact_sources.allow[0]");
            assertThat(fault.getDescription()).startsWith("\"%s\" is no source".formatted(entry));
        });
    }
}
