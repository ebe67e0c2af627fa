package dev.gantry.rkt.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.rkt.RktException;
import dev.gantry.rkt.appc.Mount;
import dev.gantry.rkt.pod.Confinement;
import dev.gantry.rkt.pod.Flavor;
import dev.gantry.rkt.pod.PodRequest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PodRequestsTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--caps-retain=CAP_KILL",
                "--caps-remove=CAP_KILL",
                "--seccomp=mode=retain,chown",
                "--memory=16m",
                "--memory=lots",
                "--cpu=fast",
                "--oom-score-adj=5000",
                "--supplementary-gids=a",
                "--readonly-rootfs=maybe",
                "--environment=NOVALUE",
                "--environment==x",
                "--environment=1A=b",
                "--environment=A B=c",
                "--mount=volume=v,target=relative"
            })
    void a_flag_of_an_app_that_cannot_be_honoured_is_refused(String flag) {
        assertThatThrownBy(() -> read("image", flag))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith("invalid argument ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--private-users",
                "--stage1-name=coreos.com/rkt/stage1-coreos:1.30.0",
                "--stage1-path=/x.aci",
                "--volume=under_score,kind=host,source=/tmp",
                "--volume=v,kind=host,source=relative",
                "--volume=v,kind=host",
                "--volume=v,kind=host,source=/x,mode=0700",
                "--volume=v,kind=empty,source=/x",
                "--volume=v,kind=magic",
                "--volume=v,kind=empty,colour=red",
                "--volume=v,kind=empty,mode=0999",
                "--volume=v,kind=host,source=/a,source=/b",
                "--mount=volume=v",
                "--port=http",
                "--port=http:70000",
                "--port=http:not.an.ip:80",
                "--set-env=NOVALUE",
                "--set-env==x",
                "--set-env=1A=b",
                "--set-env=A|B=c",
                "--set-env-file=/no/such/file",
                "--no-overlay=perhaps"
            })
    void a_flag_of_a_pod_that_cannot_be_honoured_is_refused(String flag) {
        assertThatThrownBy(() -> read(flag, "image"))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith("invalid argument ");
    }

    @Test
    void a_pod_manifest_that_can_t_be_read_is_refused() {
        assertThatThrownBy(() -> read("--pod-manifest=/no/such/file"))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("open /no/such/file: no such file or directory");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--exec=/bin/true", "--user=1", "--memory=64M"})
    void a_flag_of_an_app_must_follow_an_image(String flag) {
        assertThatThrownBy(() -> read(flag, "image")).hasMessageContaining("must follow an image");
    }

    @Test
    void each_image_has_its_own_flags_and_arguments() throws Exception {
        PodRequest request = read(
                "--mount=volume=all,target=/all",
                "one",
                "--exec",
                "/bin/one",
                "--mount=volume=v,target=/v",
                "--",
                "--exec=/not/a/flag",
                "--",
                "---",
                "--set-env=LATE=1",
                "two",
                "---",
                "three",
                "--",
                "last");

        assertThat(request.apps()).extracting(app -> app.image()).containsExactly("one", "two", "three");
        assertThat(request.apps().get(0).exec()).contains("/bin/one");
        assertThat(request.apps().get(0).arguments()).containsExactly("--exec=/not/a/flag", "--");
        assertThat(request.apps().get(0).mounts()).containsExactly(new Mount("v", "/v"));
        assertThat(request.apps().get(1).arguments()).isEmpty();
        assertThat(request.apps().get(2).arguments()).containsExactly("last");
        assertThat(request.mounts()).containsExactly(new Mount("all", "/all"));
        assertThat(request.environment()).containsExactly(Map.entry("LATE", "1"));
    }

    @Test
    void arguments_need_an_image() {
        assertThatThrownBy(() -> read("--", "x"))
                .isInstanceOf(RktException.class)
                .hasMessageContaining("an image is required before any app arguments");
    }

    @Test
    void a_variable_for_all_apps_is_given_once() {
        assertThatThrownBy(() -> read("--set-env=A=1", "--set-env=A=2", "image"))
                .hasMessageContaining("key \"A\" already set");
    }

    private static PodRequest read(String... words) throws UsageException, RktException {
        PodArguments arguments = PodArguments.read(PrepareCommand.POD_SYNTAX, List.of(words));
        return PodRequests.of(arguments, Map.of(), Flavor.FLY, Confinement.FULL);
    }
}
