package dev.gantry.check.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.check.history.Event.Call;
import dev.gantry.check.history.Linearizability.Verdict;
import dev.gantry.check.history.Operation.Read;
import dev.gantry.check.history.Operation.Scale;
import dev.gantry.check.history.Operation.Stop;
import dev.gantry.check.history.Operation.Submit;
import dev.gantry.check.history.Outcome.Absent;
import dev.gantry.check.history.Outcome.Conflict;
import dev.gantry.check.history.Outcome.Found;
import dev.gantry.check.history.Outcome.Refused;
import dev.gantry.check.history.Outcome.Stored;
import dev.gantry.check.history.Outcome.Unknown;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class LinearizabilityTest {

    private static final int MANY = 100_000;

    @Test
    void a_read_after_an_acknowledged_write_must_see_it() {
        Call write = call(0, 1, new Submit("j", "a", 1, Submit.ANY), new Stored(0, 5));

        assertThat(check(write, call(2, 3, new Read("j"), found(0, 5, "a", 1)))).isInstanceOf(Verdict.Holds.class);
        assertThat(check(write, call(2, 3, new Read("j"), new Absent()))).isInstanceOf(Verdict.Fails.class);
        assertThat(check(write, call(0, 3, new Read("j"), new Absent()))).isInstanceOf(Verdict.Holds.class);
    }

    @Test
    void a_write_of_unknown_outcome_may_be_seen_at_any_time_or_never_but_not_come_and_go() {
        Call unknown = call(0, Event.NEVER, new Submit("j", "a", 1, Submit.ANY), new Unknown(""));
        Call absent = call(2, 3, new Read("j"), new Absent());
        Call present = call(4, 5, new Read("j"), found(0, 7, "a", 1));

        assertThat(check(unknown, absent)).isInstanceOf(Verdict.Holds.class);
        assertThat(check(unknown, absent, present)).isInstanceOf(Verdict.Holds.class);
        assertThat(check(unknown, present, call(6, 7, new Read("j"), new Absent())))
                .isInstanceOf(Verdict.Fails.class);
    }

    @Test
    void a_write_that_took_effect_twice_is_noticed_by_the_next_version() {
        assertThat(check(
                        call(0, 1, new Submit("j", "a", 1, Submit.ANY), new Stored(0, 5)),
                        call(2, 3, new Submit("j", "b", 1, Submit.ANY), new Stored(2, 9))))
                .isInstanceOf(Verdict.Fails.class);
    }

    @Test
    void two_writes_can_not_both_meet_the_same_condition() {
        assertThat(check(
                        call(0, 5, new Submit("j", "a", 1, 0), new Stored(0, 5)),
                        call(0, 5, new Submit("j", "b", 1, 0), new Stored(1, 6))))
                .isInstanceOf(Verdict.Fails.class);
        assertThat(check(
                        call(0, 5, new Submit("j", "a", 1, 0), new Stored(0, 5)),
                        call(0, 5, new Submit("j", "b", 1, 0), new Conflict(5))))
                .isInstanceOf(Verdict.Holds.class);
    }

    @Test
    void what_can_not_be_decided_in_the_given_steps_is_said_to_be_undecided() {
        assertThat(Linearizability.check(
                        List.of(
                                call(0, 1, new Submit("j", "a", 1, Submit.ANY), new Stored(0, 5)),
                                call(2, 3, new Read("j"), found(0, 5, "a", 1))),
                        new JobModel(),
                        1))
                .isInstanceOf(Verdict.Undecided.class);
    }

    /** The oracle tries all orders of all subsets. */
    @Property(tries = 600)
    void the_search_finds_what_trying_all_orders_finds(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 6) int size) {
        List<Call> calls = random(new SplittableRandom(seed), size);

        boolean holds = Linearizability.check(calls, new JobModel(), MANY) instanceof Verdict.Holds;

        assertThat(holds).as(calls.toString()).isEqualTo(hasOrder(new JobModel().initial(), List.of(), calls));
    }

    private static boolean hasOrder(JobModel.State state, List<Call> before, List<Call> left) {
        if (left.stream().noneMatch(Call::isAnswered)) {
            return true;
        }
        for (Call next : left) {
            boolean isTooEarly = left.stream().anyMatch(other -> other.end() < next.at());
            if (isTooEarly) {
                continue;
            }
            List<Call> rest = new ArrayList<>(left);
            rest.remove(next);
            List<Call> done = new ArrayList<>(before);
            done.add(next);
            for (JobModel.State after : new JobModel().step(state, next)) {
                if (hasOrder(after, done, rest)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Calls as of a real job, mostly: each takes effect at a moment within its time; then some answers are changed. */
    private static List<Call> random(RandomGenerator random, int size) {
        List<Call> calls = new ArrayList<>();
        JobModel.State state = new JobModel().initial();
        long index = 1;
        for (int i = 0; i < size; i++) {
            long moment = 10L * i + 5;
            long at = moment - random.nextInt(20);
            long end = moment + 1 + random.nextInt(20);
            index += 1 + random.nextInt(2);
            Operation operation = operation(random, state, i);
            Outcome outcome = outcome(state, operation, index);
            Call call = call(at, end, operation, outcome);
            List<JobModel.State> after = new JobModel().step(state, call);
            assertThat(after).as("%s in %s".formatted(call, state)).isNotEmpty();
            state = after.get(0);
            calls.add(changed(random, call, i));
        }
        return calls;
    }

    private static Operation operation(RandomGenerator random, JobModel.State state, int number) {
        long known = random.nextInt(3) == 0 ? state.index() : random.nextInt(4);
        return switch (random.nextInt(5)) {
            case 0 -> new Submit("j", "tag-" + number, random.nextInt(2), Submit.ANY);
            case 1 -> new Submit("j", "tag-" + number, random.nextInt(2), known);
            case 2 -> new Scale("j", random.nextInt(2));
            case 3 -> new Stop("j");
            default -> new Read("j");
        };
    }

    private static Outcome outcome(JobModel.State state, Operation operation, long index) {
        if (operation instanceof Submit submit) {
            return submit.isConditional() && submit.checkIndex() != state.index()
                    ? new Conflict(state.index())
                    : new Stored(state.version() + 1, index);
        } else if (!state.isStored()) {
            return new Absent();
        } else if (operation instanceof Scale) {
            return state.stopped() ? new Refused("") : new Stored(state.version() + 1, index);
        } else if (operation instanceof Stop) {
            return new Stored(Stored.NO_VERSION, state.stopped() ? state.index() : index);
        }
        return new Found(new JobState(state.version(), state.stopped(), state.index(), state.tag(), state.count()));
    }

    /** Loses the answer, tells a wrong one, or leaves the call as it is. */
    private static Call changed(RandomGenerator random, Call call, int number) {
        return switch (random.nextInt(8)) {
            case 0, 1 ->
                call.operation() instanceof Read
                        ? call
                        : call(call.at(), Event.NEVER, call.operation(), new Unknown("lost"));
            case 2 ->
                call.outcome() instanceof Stored stored
                        ? call(call.at(), call.end(), call.operation(), new Stored(stored.version(), number + 1))
                        : call;
            case 3 ->
                call.outcome() instanceof Found found
                        ? call(
                                call.at(),
                                call.end(),
                                call.operation(),
                                found(Math.max(0, found.state().version() - 1), number + 1, "tag-0", 1))
                        : call;
            default -> call;
        };
    }

    private static Found found(long version, long index, String tag, int count) {
        return new Found(new JobState(version, false, index, tag, count));
    }

    private static Call call(long at, long end, Operation operation, Outcome outcome) {
        return new Call(at, end, 0, "", operation, outcome, 1);
    }

    private static Verdict check(Call... calls) {
        return Linearizability.check(List.of(calls), new JobModel(), MANY);
    }
}
