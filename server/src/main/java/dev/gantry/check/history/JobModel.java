package dev.gantry.check.history;

import dev.gantry.check.history.Event.Call;
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
import java.util.Optional;

/**
 * A job as its clients see it: a register of versions, which is written with or without a condition (check_index).
 *
 * <p>A write whose answer is lost gets a modify_index that no client knows. The model then only knows that it is higher
 * than the one before, until a later answer tells it.
 */
final class JobModel implements Linearizability.Model<JobModel.State> {

    /**
     * The state of a job.
     *
     * @param version its version; -1 if it is not stored
     * @param stopped true if it was stopped
     * @param tag the tag of its submission
     * @param count the count of its group
     * @param index its modify_index, 0 if it is not stored
     * @param isExact false if the modify_index is any that is higher than this one
     */
    record State(long version, boolean stopped, String tag, int count, long index, boolean isExact) {

        private static final State ABSENT = new State(-1, false, "", 0, 0, true);

        boolean isStored() {
            return version >= 0;
        }

        /** Returns the state if its modify_index can be this one, with that index. */
        Optional<State> at(long found) {
            boolean fits = isExact ? found == index : found > index;
            return fits ? Optional.of(new State(version, stopped, tag, count, found, true)) : Optional.empty();
        }

        /** Returns the next version, whose modify_index is not known. */
        State next(String newTag, int newCount) {
            return new State(version + 1, false, newTag, newCount, index, false);
        }

        /** Returns this version at a higher modify_index, which is not known. */
        State touched() {
            return new State(version, stopped, tag, count, index, false);
        }
    }

    @Override
    public State initial() {
        return State.ABSENT;
    }

    @Override
    public List<State> step(State state, Call call) {
        Operation operation = call.operation();
        Outcome outcome = call.outcome();
        if (operation instanceof Submit submit) {
            return submit(state, submit, outcome);
        } else if (operation instanceof Scale scale) {
            return scale(state, scale, outcome);
        } else if (operation instanceof Stop) {
            return stop(state, outcome);
        } else if (operation instanceof Read) {
            return read(state, outcome);
        }
        throw new IllegalArgumentException("%s is no call of a job".formatted(operation));
    }

    private static List<State> submit(State state, Submit submit, Outcome outcome) {
        Optional<State> met = submit.isConditional() ? state.at(submit.checkIndex()) : Optional.of(state);
        if (outcome instanceof Conflict conflict) {
            boolean differs = submit.isConditional() && submit.checkIndex() != conflict.found();
            return differs ? state.at(conflict.found()).stream().toList() : List.of();
        }
        return met.map(before -> written(List.of(before.next(submit.tag(), submit.count())), outcome))
                .orElse(List.of());
    }

    private static List<State> scale(State state, Scale scale, Outcome outcome) {
        if (!state.isStored()) {
            return outcome instanceof Absent ? List.of(state) : List.of();
        }
        if (state.stopped()) {
            return outcome instanceof Refused ? List.of(state) : List.of();
        }
        List<State> after = new ArrayList<>(List.of(state.next(state.tag(), scale.count())));
        if (state.count() == scale.count()) {
            // Nothing changes, unless an allocation has failed: then the version is run again as the next one.
            after.add(state.touched());
        }
        return written(after, outcome);
    }

    private static List<State> stop(State state, Outcome outcome) {
        if (!state.isStored()) {
            return outcome instanceof Absent ? List.of(state) : List.of();
        }
        if (state.stopped()) {
            return outcome instanceof Stored stored
                    ? state.at(stored.index()).stream().toList()
                    : unchangedIfUnknown(state, outcome);
        }
        State stopped = new State(state.version(), true, state.tag(), state.count(), state.index(), false);
        return written(List.of(stopped), outcome);
    }

    private static List<State> unchangedIfUnknown(State state, Outcome outcome) {
        return outcome instanceof Unknown ? List.of(state) : List.of();
    }

    private static List<State> read(State state, Outcome outcome) {
        if (outcome instanceof Absent) {
            return state.isStored() ? List.of() : List.of(state);
        }
        if (outcome instanceof Found found) {
            JobState told = found.state();
            boolean fits = told.version() == state.version()
                    && told.stopped() == state.stopped()
                    && told.tag().equals(state.tag())
                    && told.count() == state.count();
            return fits ? state.at(told.index()).stream().toList() : List.of();
        }
        return unchangedIfUnknown(state, outcome);
    }

    /** Returns those of the possible states after a write that its answer fits. */
    private static List<State> written(List<State> after, Outcome outcome) {
        if (outcome instanceof Unknown) {
            return after;
        }
        if (outcome instanceof Stored stored) {
            return after.stream()
                    .filter(state -> stored.version() == Stored.NO_VERSION || stored.version() == state.version())
                    .flatMap(state -> state.at(stored.index()).stream())
                    .toList();
        }
        return List.of();
    }
}
