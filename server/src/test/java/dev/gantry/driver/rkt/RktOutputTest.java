package dev.gantry.driver.rkt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Reads the output of rkt, as observed with rkt 1.30.0. */
class RktOutputTest {

    private static final String UUID = "1523962e-2505-4364-9c88-35acfa703c8a";
    private static final String STATUS = """
            {"name":"1523962e-2505-4364-9c88-35acfa703c8a","state":"%s","app_names":["hello"],
             "apps":[{"name":"hello","state":"running","created_at":1795504342883109681,"started_at":1795504342995167417,
               "image_id":"sha512-f4d3cc4b2baf","mounts":[{"name":"v1","container_path":"/mnt","host_path":"/tmp","read_only":false}]%s}],
             "created_at":1795504342,"started_at":1795504342}
            """;

    @Test
    void the_status_of_a_pod_is_read() throws RktException {
        assertThat(RktJson.status(STATUS.formatted("running", "")))
                .isEqualTo(new PodStatus(UUID, PodState.RUNNING, OptionalInt.empty(), false));
        assertThat(RktJson.status(STATUS.formatted("exited garbage", ",\"exit_code\":7")))
                .isEqualTo(new PodStatus(UUID, PodState.EXITED_GARBAGE, OptionalInt.of(7), false));
        assertThat(RktJson.status(STATUS.formatted("meditating", "")).state()).isEqualTo(PodState.UNKNOWN);
    }

    @Test
    void lists_of_pods_are_read_and_those_of_none_in_both_forms() throws RktException {
        assertThat(RktJson.list("[" + STATUS.formatted("prepared", "") + "]"))
                .containsExactly(new PodStatus(UUID, PodState.PREPARED, OptionalInt.empty(), false));
        assertThat(RktJson.list("null\n")).isEmpty();
        assertThat(RktJson.list("[]")).isEmpty();
    }

    @Test
    void what_is_not_understood_is_said_and_not_guessed() {
        assertThatThrownBy(() -> RktJson.status("{\"name\":\"x\"}"))
                .isInstanceOf(RktException.class)
                .hasMessage("rkt status printed what this driver does not understand: {\"name\":\"x\"}");
        assertThatThrownBy(() -> RktJson.status("[]")).isInstanceOf(RktException.class);
        assertThatThrownBy(() -> RktJson.list("no json at all")).isInstanceOf(RktException.class);
        assertThatThrownBy(() -> RktJson.hostVolumes("")).isInstanceOf(RktException.class);
    }

    @Test
    void of_all_that_rkt_prints_the_error_is_found() {
        assertThat(RktErrors.message(
                        "prepare", "image: looking\nprepare: error finding images: open x: no such file\n\n"))
                .isEqualTo("prepare: error finding images: open x: no such file");
        assertThat(RktErrors.message("prepare", "prepare: error finding images\n  └─open x\n    └─no such file\n"))
                .isEqualTo("prepare: error finding images └─open x └─no such file");
        assertThat(RktErrors.message(
                        "rm", "rm: pod \"x\" is currently being deleted\nrm: failed to remove one or more pods\n"))
                .isEqualTo("rm: pod \"x\" is currently being deleted");
        assertThat(RktErrors.message("stop", "stop: failed to stop 1 pod(s)\n"))
                .isEqualTo("stop: failed to stop 1 pod(s)");
        assertThat(RktErrors.message("prepare", "Error: unknown flag: --bogus\n"))
                .isEqualTo("Error: unknown flag: --bogus");
        assertThat(RktErrors.exception("prepare", new CommandResult(254, "", ""))
                        .getMessage())
                .isEqualTo("rkt prepare: exit code 254");
    }

    @Test
    void versions_are_compared_number_by_number() {
        RktVersion version = new RktVersion("1.10.0", "0.8.11", false, false);

        assertThat(version.isAtLeast("1.9.0")).isTrue();
        assertThat(version.isAtLeast("1.10")).isTrue();
        assertThat(version.isAtLeast("1.10.0")).isTrue();
        assertThat(version.isAtLeast("1.10.1")).isFalse();
        assertThat(version.isAtLeast("2")).isFalse();
    }
}
