package dev.gantry.rkt;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A machine on which crun is not installed: fly takes its place, and that is said, or refused, not hidden. */
class WithoutCrunTest extends RktTest {

    private static final String NOTICE = "crun is not installed: pods are run by the fly flavor";

    @BeforeAll
    static void has_crun_to_hide() {
        require_crun();
    }

    @Test
    void pods_are_run_by_fly_which_is_said_once() {
        try (Rkt without = new Rkt(directory, "fly", Rkt.without("crun"))) {
            Rkt.Result first = without.call("--insecure-options=image", "prepare", "--stage1-name=stage1-fly", image());
            Rkt.Result second = without.call("--insecure-options=image", "prepare", image());

            assertThat(first.succeeded().err()).containsOnlyOnce(NOTICE);
            assertThat(second.succeeded().err()).doesNotContain(NOTICE);
            assertThat(without.call("version").out())
                    .contains("Implementation: ")
                    .contains("(fly)");
            assertThat(without.call("run-prepared", second.out().strip()).exitCode())
                    .isZero();
        }
    }

    @Test
    void crun_is_refused_by_name() {
        try (Rkt without = new Rkt(directory, "crun", Rkt.without("crun"))) {
            Rkt.Result result = without.call("--insecure-options=image", "prepare", image());

            assertThat(result.exitCode()).isEqualTo(254);
            assertThat(result.err())
                    .isEqualTo("Error: invalid argument \"example.com/stage1-crun\" for"
                            + " --stage1-name=example.com/stage1-crun: crun is not installed\n");
        }
    }

    @Test
    void a_pod_that_was_prepared_for_crun_is_not_run_by_fly() {
        try (Rkt with = new Rkt(directory, "crun");
                Rkt without = new Rkt(directory, "crun", Rkt.without("crun"))) {
            String uuid = with.prepare(image(), "--exec=/bin/true");

            Rkt.Result result = without.call("run-prepared", "--net=host", uuid);

            assertThat(result.exitCode()).isEqualTo(254);
            assertThat(result.err())
                    .contains("run: this pod was prepared for the flavor \"crun\", and crun is not installed any more");
        }
    }

    private static String image() {
        return image.toString();
    }
}
