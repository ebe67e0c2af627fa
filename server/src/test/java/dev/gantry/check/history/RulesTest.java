package dev.gantry.check.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.check.history.Event.Call;
import dev.gantry.check.history.Event.Change;
import dev.gantry.check.history.Event.FinalChildren;
import dev.gantry.check.history.Event.FinalVersions;
import dev.gantry.check.history.Event.Joined;
import dev.gantry.check.history.Event.Observed;
import dev.gantry.check.history.Event.Ran;
import dev.gantry.check.history.Event.Repeated;
import dev.gantry.check.history.Event.ServerFailed;
import dev.gantry.check.history.Event.ServerRefused;
import dev.gantry.check.history.Event.Step;
import dev.gantry.check.history.Event.Unsettled;
import dev.gantry.check.history.Event.Watched;
import dev.gantry.check.history.Operation.Dispatch;
import dev.gantry.check.history.Operation.Drain;
import dev.gantry.check.history.Operation.EndDrain;
import dev.gantry.check.history.Operation.Read;
import dev.gantry.check.history.Operation.ReadIndex;
import dev.gantry.check.history.Operation.Scale;
import dev.gantry.check.history.Operation.Submit;
import dev.gantry.check.history.Outcome.AtIndex;
import dev.gantry.check.history.Outcome.Child;
import dev.gantry.check.history.Outcome.Found;
import dev.gantry.check.history.Outcome.Stored;
import dev.gantry.check.history.Violation.Rule;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DesiredStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A history that keeps all rules, and for each rule the same history with what breaks it. */
class RulesTest {

    private static final Call SUBMITTED = call(10, 11, new Submit("web", "tag", 2, Submit.ANY), new Stored(0, 5));
    private static final JobState STORED = new JobState(0, false, 5, "tag", 2);

    /** A job with two allocations on one node; one is stopped and replaced. */
    private static List<Event> history() {
        return new ArrayList<>(List.of(
                new Joined(0, "n1", "node", 1000, 1000),
                SUBMITTED,
                observed("a", 0, DesiredStatus.DESIRED_STATUS_RUN, ClientStatus.CLIENT_STATUS_PENDING, 80, 6, 6),
                ran(12, Step.TOOK, "a", 80),
                observed("b", 1, DesiredStatus.DESIRED_STATUS_RUN, ClientStatus.CLIENT_STATUS_RUNNING, 81, 6, 7),
                ran(13, Step.TOOK, "b", 81),
                observed("a", 0, DesiredStatus.DESIRED_STATUS_STOP, ClientStatus.CLIENT_STATUS_PENDING, 80, 6, 8),
                ran(14, Step.ENDED, "a", 80),
                observed("a", 0, DesiredStatus.DESIRED_STATUS_STOP, ClientStatus.CLIENT_STATUS_COMPLETE, 80, 6, 9),
                observed("c", 0, DesiredStatus.DESIRED_STATUS_RUN, ClientStatus.CLIENT_STATUS_RUNNING, 80, 10, 10),
                ran(15, Step.TOOK, "c", 80),
                new Watched(
                        13,
                        "web",
                        7,
                        List.of(
                                new Change(Change.job("web"), 5),
                                new Change(Change.allocation("a"), 6),
                                new Change(Change.allocation("b"), 7))),
                new Watched(
                        16,
                        "web",
                        10,
                        List.of(
                                new Change(Change.job("web"), 5),
                                new Change(Change.allocation("a"), 9),
                                new Change(Change.allocation("c"), 10))),
                call(20, 21, new ReadIndex(), new AtIndex(10)),
                call(22, 23, new Drain("node"), new AtIndex(11)),
                call(24, 25, new EndDrain("node"), new AtIndex(14)),
                call(30, 31, new Dispatch("parent", "x"), new Child("parent/1")),
                new FinalVersions(40, "web", List.of(STORED)),
                new FinalChildren(40, "parent", Map.of("parent/1", "x")),
                call(40, 41, new Read("web"), new Found(STORED))));
    }

    private static List<Event> breaking(Rule rule) {
        return switch (rule) {
            case JOB_LINEARIZABLE -> List.of(call(12, 13, new Scale("web", 3), new Stored(4, 9)));
            case STALE_READ -> List.of(call(32, 33, new ReadIndex(), new AtIndex(4)));
            case INDEX_ORDER -> List.of(submitted(12, 13, 4));
            case WRITE_LOST -> List.of(new FinalVersions(41, "web", List.of()));
            case WRITE_TWICE -> List.of(new FinalChildren(41, "parent", Map.of("parent/1", "x", "parent/2", "x")));
            case ANSWERS_DIFFER -> List.of(new Repeated(12, SUBMITTED, new Stored(1, 6)));
            case STATES_DIFFER ->
                List.of(observed(
                        "b", 1, DesiredStatus.DESIRED_STATUS_RUN, ClientStatus.CLIENT_STATUS_PENDING, 81, 6, 7));
            case RESURRECTED ->
                List.of(observed(
                        "a", 0, DesiredStatus.DESIRED_STATUS_STOP, ClientStatus.CLIENT_STATUS_RUNNING, 80, 6, 12));
            case ALLOCATION_TWICE ->
                List.of(observed(
                        "d", 1, DesiredStatus.DESIRED_STATUS_RUN, ClientStatus.CLIENT_STATUS_PENDING, 83, 7, 7));
            case BATCH_RUN_AGAIN -> List.of(batch("e", 20, 22), batch("f", 23, 23));
            case PORT_TWICE -> List.of(ran(16, Step.TOOK, "d", 81));
            case OVERCOMMITTED -> List.of(ran(16, Step.TOOK, "d", 83), ran(17, Step.TOOK, "e", 84));
            case PLACED_ON_DRAINING ->
                List.of(observed(
                        "g", 5, DesiredStatus.DESIRED_STATUS_STOP, ClientStatus.CLIENT_STATUS_COMPLETE, 85, 12, 13));
            case WATCH_ORDER -> List.of(new Watched(17, "web", 10, List.of(new Change(Change.allocation("c"), 10))));
            case WATCH_LOST ->
                List.of(
                        observed(
                                "b",
                                1,
                                DesiredStatus.DESIRED_STATUS_RUN,
                                ClientStatus.CLIENT_STATUS_RUNNING,
                                81,
                                6,
                                15),
                        new Watched(17, "web", 15, List.of()));
            case SERVER_SET_BACK -> List.of(new ServerRefused(17, "n1", "it is older"));
            case SERVER_FAILED -> List.of(new ServerFailed(17, "it has ended"));
            case UNSETTLED -> List.of(new Unsettled(50, "web", "its count is not reached"));
        };
    }

    /** Another job was submitted. */
    private static Call submitted(long at, long end, long index) {
        return call(at, end, new Submit("db", "other", 1, Submit.ANY), new Stored(0, index));
    }

    @Test
    void two_jobs_with_one_index_are_found_although_they_were_submitted_at_the_same_time() {
        List<Event> all = history();
        all.add(submitted(10, 11, 5));

        assertThat(Rules.apply(new History(all), 1000).violations())
                .extracting(Violation::rule)
                .containsExactly(Rule.INDEX_ORDER);
    }

    @Test
    void a_history_that_keeps_all_rules_has_no_violation() {
        assertThat(Rules.apply(new History(history()), 1000).violations()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void what_breaks_a_rule_is_found(Rule rule) {
        List<Event> all = history();
        all.addAll(breaking(rule));

        Set<Rule> broken = Rules.apply(new History(all), 1000).violations().stream()
                .map(Violation::rule)
                .collect(Collectors.toSet());

        assertThat(broken).contains(rule);
        // What an added write or allocation makes of other rules is no matter.
        assertThat(broken).hasSizeLessThanOrEqualTo(3);
    }

    @Test
    void an_allocation_that_was_lost_may_run_on_beside_its_successor() {
        List<Event> all = history();
        all.addAll(List.of(
                observed("b", 1, DesiredStatus.DESIRED_STATUS_RUN, ClientStatus.CLIENT_STATUS_LOST, 81, 6, 16),
                observed("d", 1, DesiredStatus.DESIRED_STATUS_RUN, ClientStatus.CLIENT_STATUS_PENDING, 81, 17, 17),
                ran(26, Step.TOOK, "d", 81)));

        assertThat(Rules.apply(new History(all), 1000).violations()).isEmpty();
    }

    @Test
    void a_watch_may_leave_out_a_state_that_it_tells_in_a_later_one() {
        List<Event> all = history();
        all.addAll(Stream.of(15, 16)
                .map(index -> observed(
                        "b", 1, DesiredStatus.DESIRED_STATUS_RUN, ClientStatus.CLIENT_STATUS_RUNNING, 81, 6, index))
                .toList());
        all.add(new Watched(27, "web", 15, List.of()));
        all.add(new Watched(28, "web", 16, List.of(new Change(Change.allocation("b"), 16))));

        assertThat(Rules.apply(new History(all), 1000).violations()).isEmpty();
    }

    @Test
    void the_events_about_an_object_are_its_own_and_the_faults_meanwhile() {
        History history = new History(List.of(
                SUBMITTED,
                new Event.Injected(1, 2, "kill", "server 0"),
                new Event.Injected(11, 14, "pause", "server 0"),
                new Unsettled(12, "other", ""),
                new Unsettled(13, "web", "")));

        assertThat(history.about(Set.of("web"))).extracting(Event::at).containsExactly(10L, 11L, 13L);
    }

    private static Call call(long at, long end, Operation operation, Outcome outcome) {
        return new Call(at, end, 0, "id", operation, outcome, 1);
    }

    private static Ran ran(long at, Step step, String allocation, int port) {
        return new Ran(at, "n1", step, allocation, "web", List.of(port), 300, 100);
    }

    private static Observed observed(
            String id, int number, DesiredStatus desired, ClientStatus client, int port, long created, long index) {
        return new Observed(
                index,
                new AllocationState(
                        id,
                        "web",
                        0,
                        "group",
                        number,
                        "n1",
                        desired,
                        client,
                        false,
                        false,
                        List.of(port),
                        created,
                        index));
    }

    private static Observed batch(String id, long created, long index) {
        return new Observed(
                index,
                new AllocationState(
                        id,
                        "parent/1",
                        0,
                        "group",
                        0,
                        "n1",
                        DesiredStatus.DESIRED_STATUS_RUN,
                        ClientStatus.CLIENT_STATUS_COMPLETE,
                        false,
                        true,
                        List.of(),
                        created,
                        index));
    }
}
