package dev.gantry.node.allocation;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Durations;
import dev.gantry.driver.TaskExit;
import dev.gantry.driver.TaskStartException;
import dev.gantry.node.allocation.RestartRule.Decision;
import dev.gantry.node.state.RestartWindow;
import dev.gantry.v1.RestartMode;
import dev.gantry.v1.RestartPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalInt;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class RestartRuleTest {

    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final RandomGenerator RANDOM = RandomGenerator.of("L64X128MixRandom");
    private static final TaskExit FAILURE = new TaskExit(OptionalInt.of(1), NOW, "Exit code 1");
    private static final TaskExit SUCCESS = new TaskExit(OptionalInt.of(0), NOW, "Exit code 0");

    @Test
    void a_task_fails_once_the_attempts_of_the_interval_are_used_up() {
        RestartRule restarts = restarts(2, RestartMode.RESTART_MODE_FAIL, true);

        Decision.Again first = again(restarts, RestartWindow.UNUSED, NOW);
        Decision.Again second = again(restarts, first.window().started(), NOW.plusSeconds(30));
        Decision third = restarts.afterExit(FAILURE, second.window().started(), NOW.plusSeconds(60), RANDOM);

        assertThat(first.delay()).isBetween(Duration.ofSeconds(15), Duration.ofMillis(18_750));
        assertThat(first.window().due()).contains(NOW.plus(first.delay()));
        assertThat(first.why()).isEqualTo("Restart 1 of 2 within 600s");
        assertThat(second.window().restarts()).isEqualTo(2);
        assertThat(second.window().begin()).isEqualTo(NOW);
        assertThat(third).isEqualTo(new Decision.Failed("All 2 restarts within 600s are used up and the mode is fail"));
    }

    @Test
    void a_new_interval_begins_with_all_attempts() {
        RestartRule restarts = restarts(1, RestartMode.RESTART_MODE_FAIL, true);
        RestartWindow used = again(restarts, RestartWindow.UNUSED, NOW).window().started();

        Decision.Again later = again(restarts, used, NOW.plusSeconds(601));

        assertThat(later.window().restarts()).isEqualTo(1);
        assertThat(later.window().begin()).isEqualTo(NOW.plusSeconds(601));
    }

    @Test
    void an_interval_begins_again_when_the_clock_is_set_back() {
        RestartRule restarts = restarts(1, RestartMode.RESTART_MODE_DELAY, true);
        RestartWindow future = again(restarts, RestartWindow.UNUSED, NOW.plus(Duration.ofDays(47)))
                .window();

        assertThat(again(restarts, future.started(), NOW).delay()).isEqualTo(Duration.ofMinutes(10));
        assertThat(restarts.delay(future, NOW)).isEqualTo(Duration.ofMinutes(10));
        assertThat(restarts.delay(future, NOW.plus(Duration.ofDays(47)))).isLessThan(Duration.ofSeconds(20));
    }

    @Test
    void mode_delay_waits_for_the_end_of_the_interval() {
        RestartRule restarts = restarts(1, RestartMode.RESTART_MODE_DELAY, true);
        RestartWindow used = again(restarts, RestartWindow.UNUSED, NOW).window().started();

        Decision.Again exceeded = again(restarts, used, NOW.plusSeconds(100));

        assertThat(exceeded.delay()).isEqualTo(Duration.ofSeconds(500));
        assertThat(again(restarts, exceeded.window().started(), NOW.plusSeconds(601))
                        .window()
                        .restarts())
                .isEqualTo(1);
    }

    @Test
    void a_successful_task_is_restarted_only_if_its_rule_says_so() {
        assertThat(restarts(2, RestartMode.RESTART_MODE_FAIL, false)
                        .afterExit(SUCCESS, RestartWindow.UNUSED, NOW, RANDOM))
                .isEqualTo(new Decision.Done());
        assertThat(restarts(2, RestartMode.RESTART_MODE_FAIL, true)
                        .afterExit(SUCCESS, RestartWindow.UNUSED, NOW, RANDOM))
                .isInstanceOf(Decision.Again.class);
    }

    @Test
    void zero_attempts_mean_no_restarts_in_any_mode() {
        assertThat(restarts(0, RestartMode.RESTART_MODE_DELAY, true)
                        .afterExit(FAILURE, RestartWindow.UNUSED, NOW, RANDOM))
                .isEqualTo(new Decision.Failed("The restart policy allows no restarts"));
    }

    @Test
    void a_permanent_start_failure_is_not_retried() {
        RestartRule restarts = restarts(2, RestartMode.RESTART_MODE_DELAY, true);

        assertThat(restarts.afterFailedStart(
                        StartFailure.of(new TaskStartException("no image", false)), RestartWindow.UNUSED, NOW, RANDOM))
                .isInstanceOf(Decision.Failed.class);
        assertThat(restarts.afterFailedStart(
                        StartFailure.of(new TaskStartException("no answer", true)), RestartWindow.UNUSED, NOW, RANDOM))
                .isInstanceOf(Decision.Again.class);
    }

    private static Decision.Again again(RestartRule restarts, RestartWindow used, Instant now) {
        return (Decision.Again) restarts.afterExit(FAILURE, used, now, RANDOM);
    }

    private static RestartRule restarts(int attempts, RestartMode mode, boolean evenOnSuccess) {
        return new RestartRule(
                RestartPolicy.newBuilder()
                        .setAttempts(attempts)
                        .setInterval(Durations.fromMinutes(10))
                        .setDelay(Durations.fromSeconds(15))
                        .setMode(mode)
                        .build(),
                evenOnSuccess);
    }
}
