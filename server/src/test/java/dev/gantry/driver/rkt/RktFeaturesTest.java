package dev.gantry.driver.rkt;

import static dev.gantry.v1.AclJobFeature.ACL_JOB_FEATURE_HOST_NETWORK;
import static dev.gantry.v1.AclJobFeature.ACL_JOB_FEATURE_HOST_VOLUMES;
import static dev.gantry.v1.AclJobFeature.ACL_JOB_FEATURE_INSECURE_IMAGES;
import static dev.gantry.v1.AclJobFeature.ACL_JOB_FEATURE_LOCAL_IMAGES;
import static dev.gantry.v1.AclJobFeature.ACL_JOB_FEATURE_RAW_CAPABILITIES;
import static dev.gantry.v1.AclJobFeature.ACL_JOB_FEATURE_ROOT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.gantry.driver.FeatureUse;
import dev.gantry.v1.AclJobFeature;
import dev.gantry.v1.Task;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RktFeaturesTest {

    /** Uses none of the features. */
    private static final Task MODEST = Task.newBuilder()
            .setUser("1000")
            .setConfig(Struct.newBuilder()
                    .putFields("image", text("example.com/web:1.0"))
                    .putFields("trust_prefix", text("example.com/web"))
                    .putFields("group", text("1000"))
                    .putFields("net", texts("none"))
                    .putFields("volumes", texts("local/cache:/var/cache", "../alloc/data:/data:readOnly")))
            .build();

    @Test
    void a_modest_task_uses_no_feature() {
        assertThat(RktFeatures.of(MODEST, "task")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "root",
                "0",
                "00",
                "+0",
                "0x0",
                "-1",
                "4294967295",
                "4294967296",
                "www-data",
                "/bin/sh",
                "${meta.user}",
                "1000:0",
                " 1000"
            })
    void a_user_who_may_be_root_is_root(String user) {
        assertThat(RktFeatures.of(MODEST.toBuilder().setUser(user).build(), "task"))
                .extracting(FeatureUse::feature, FeatureUse::field)
                .containsExactly(tuple(ACL_JOB_FEATURE_ROOT, "task.user"));
        assertUses("group", text(user), "group", ACL_JOB_FEATURE_ROOT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/srv/web.aci",
                "file:///srv/web.aci",
                "local/web.aci",
                "../../../../srv/web.aci",
                "example.com/web.aci",
                "example.com/../../srv/web",
                "web",
                "x:1.0",
                "cimd:any",
                "example.com/web:${meta.version}",
                "example.com/${meta.name}"
            })
    void an_image_that_may_be_a_file_is_a_local_image(String image) {
        assertUses("image", text(image), "image", ACL_JOB_FEATURE_LOCAL_IMAGES);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "docker://redis:3.2",
                "docker://${meta.image}",
                "https://example.com/${meta.name}.aci",
                "example.com/web",
                "sha512-0123456789abcdef0123456789abcdef"
            })
    void an_image_from_elsewhere_is_no_local_image(String image) {
        assertUses("image", text(image), "image");
    }

    @Test
    void the_remedies_for_insecure_images_and_raw_capabilities_agree() {
        Task silent = MODEST.toBuilder()
                .setConfig(MODEST.getConfig().toBuilder().removeFields("trust_prefix"))
                .build();

        assertThat(RktFeatures.of(silent, "task"))
                .extracting(FeatureUse::remedy)
                .hasSize(2)
                .allMatch(remedy -> remedy.contains("set trust_prefix, or insecure_options = [\"none\"]"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/etc:/etc:readOnly", "${meta.path}:/data", "local/${meta.path}", "/:/host"})
    void a_volume_of_an_absolute_or_an_unknown_path_is_a_host_volume(String volume) {
        assertUses("volumes", texts("local/a:/a", volume), "volumes[1]", ACL_JOB_FEATURE_HOST_VOLUMES);
    }

    @ParameterizedTest
    @ValueSource(strings = {"host", "host:IP=10.1.1.1", "default,host", " host ", "${meta.net}", "h${meta.net}"})
    void a_network_that_may_be_the_nodes_is_the_host_network(String network) {
        assertUses("net", texts("none", network), "net[1]", ACL_JOB_FEATURE_HOST_NETWORK);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://example.com/web.aci", "HTTP://example.com/web.aci", "http://${meta.image}"})
    void an_image_that_may_come_over_plain_http_is_insecure(String image) {
        assertUses("image", text(image), "image", ACL_JOB_FEATURE_INSECURE_IMAGES);
    }

    @ParameterizedTest
    @ValueSource(strings = {"${meta.image}", "h${meta.x}"})
    void an_image_that_may_become_anything_is_both_insecure_and_local(String image) {
        assertUses("image", text(image), "image", ACL_JOB_FEATURE_INSECURE_IMAGES, ACL_JOB_FEATURE_LOCAL_IMAGES);
    }

    @ParameterizedTest
    @ValueSource(strings = {"image", "tls", "ondisk", "http", "pubkey", "all-fetch", "none,image"})
    void options_that_leave_out_checks_of_images_make_them_insecure(String option) {
        assertUses("insecure_options", texts(option), "insecure_options[0]", ACL_JOB_FEATURE_INSECURE_IMAGES);
    }

    @ParameterizedTest
    @ValueSource(strings = {"capabilities", "paths", "seccomp", "all-run", "none, paths"})
    void options_that_lift_what_confines_a_pod_are_raw_capabilities(String option) {
        assertUses("insecure_options", texts(option), "insecure_options[0]", ACL_JOB_FEATURE_RAW_CAPABILITIES);
    }

    @ParameterizedTest
    @ValueSource(strings = {"all", "ALL", "paths,image", "${meta.options}", "later"})
    void options_that_may_do_both_are_both(String option) {
        assertUses(
                "insecure_options",
                texts("none", option),
                "insecure_options[1]",
                ACL_JOB_FEATURE_INSECURE_IMAGES,
                ACL_JOB_FEATURE_RAW_CAPABILITIES);
    }

    @Test
    void without_a_publisher_and_options_the_driver_leaves_out_all_checks() {
        assertUses(
                "trust_prefix",
                text("${meta.publisher}"),
                "insecure_options",
                ACL_JOB_FEATURE_INSECURE_IMAGES,
                ACL_JOB_FEATURE_RAW_CAPABILITIES);
        assertUses(
                "trust_prefix",
                text(""),
                "insecure_options",
                ACL_JOB_FEATURE_INSECURE_IMAGES,
                ACL_JOB_FEATURE_RAW_CAPABILITIES);
        assertUses("insecure_options", texts("none"), "insecure_options");
    }

    /** Asserts that a task is modest but for one setting. */
    private static void assertUses(String key, Value value, String field, AclJobFeature... features) {
        Task task = MODEST.toBuilder()
                .setConfig(MODEST.getConfig().toBuilder().putFields(key, value))
                .build();

        List<FeatureUse> uses = RktFeatures.of(task, "task_groups[0].tasks[0]");

        assertThat(uses).extracting(FeatureUse::feature).containsExactly(features);
        assertThat(uses).extracting(FeatureUse::field).allMatch(("task_groups[0].tasks[0].config." + field)::equals);
    }

    private static Value text(String text) {
        return Value.newBuilder().setStringValue(text).build();
    }

    private static Value texts(String... texts) {
        return Value.newBuilder()
                .setListValue(ListValue.newBuilder()
                        .addAllValues(
                                Stream.of(texts).map(RktFeaturesTest::text).toList()))
                .build();
    }
}
