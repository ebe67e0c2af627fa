package dev.gantry.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.check.FaultKind.Track;
import dev.gantry.check.Plan.Fault;
import dev.gantry.check.Plan.Step;
import dev.gantry.check.history.Violation;
import dev.gantry.check.history.Violation.Rule;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PlanTest {

    private static final int MANY = 500;

    @Test
    void a_seed_gives_the_same_steps_and_faults_again_and_another_one_gives_others() {
        assertThat(steps(plan(1), 0)).isEqualTo(steps(plan(1), 0)).isNotEqualTo(steps(plan(2), 0));
        assertThat(steps(plan(1), 0)).isNotEqualTo(steps(plan(1), 1));
        for (Track track : Track.values()) {
            assertThat(faults(plan(1), track)).isEqualTo(faults(plan(1), track)).isNotEqualTo(faults(plan(2), track));
        }
    }

    @Test
    void all_kinds_of_steps_and_of_faults_come_and_no_others() {
        assertThat(steps(plan(3), 0)).extracting(Step::kind).containsOnly(Plan.Kind.values());
        assertThat(Stream.of(Track.values())
                        .flatMap(track -> faults(plan(3), track).stream())
                        .map(Fault::kind))
                .containsOnly(FaultKind.values());
        Plan calm = new Plan(3, 2, 10, 1000, Set.of(FaultKind.KILL));
        assertThat(faults(calm, Track.SERVERS)).extracting(Fault::kind).containsOnly(FaultKind.KILL);
        assertThat(faults(calm, Track.NETWORK)).isEmpty();
    }

    @Test
    void a_smaller_plan_keeps_only_the_faults_and_the_steps_that_break_the_rule() throws Exception {
        Violation lost = new Violation(Rule.WRITE_LOST, "", Set.of());
        Shrinking shrinking = new Shrinking(
                plan -> plan.faults().contains(FaultKind.KILL) && plan.steps() >= 100 ? List.of(lost) : List.of(),
                () -> true);

        Plan smallest = shrinking.smallest(plan(1), Set.of(Rule.WRITE_LOST), 800);

        assertThat(smallest).isEqualTo(new Plan(1, 2, 100, 1000, Set.of(FaultKind.KILL)));
    }

    @Test
    void without_time_or_if_another_rule_is_broken_the_plan_stays() throws Exception {
        Violation other = new Violation(Rule.UNSETTLED, "", Set.of());

        assertThat(new Shrinking(plan -> List.of(other), () -> true).smallest(plan(1), Set.of(Rule.WRITE_LOST), 800))
                .isEqualTo(plan(1));
        assertThat(new Shrinking(
                                plan -> {
                                    throw new AssertionError("There is no time");
                                },
                                () -> false)
                        .smallest(plan(1), Set.of(Rule.WRITE_LOST), 800))
                .isEqualTo(plan(1));
    }

    private static Plan plan(long seed) {
        return new Plan(seed, 2, 10_000, 1000, EnumSet.allOf(FaultKind.class));
    }

    private static List<Step> steps(Plan plan, int client) {
        RandomGenerator random = plan.ofClient(client);
        return Stream.generate(() -> Plan.step(random)).limit(MANY).toList();
    }

    private static List<Fault> faults(Plan plan, Track track) {
        RandomGenerator random = plan.ofTrack(track);
        List<Fault> faults = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            plan.fault(track, random).ifPresent(faults::add);
        }
        return faults;
    }
}
