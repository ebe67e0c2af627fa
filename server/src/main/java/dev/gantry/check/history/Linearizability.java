package dev.gantry.check.history;

import dev.gantry.check.history.Event.Call;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Decides whether some calls of one object are linearizable: whether each takes effect at one moment between its begin
 * and its end. A call whose outcome is unknown takes effect at some moment after its begin, or never.
 *
 * <p>Searches depth first for an order of the calls that a {@link Model} allows, and never looks twice at the same set of
 * calls that leads to the same state (J. Wing and C. Gong, Testing and Verifying Concurrent Objects, 1993; G. Lowe,
 * Testing for Linearizability, 2017).
 */
final class Linearizability {

    /**
     * A sequential object.
     *
     * @param <S> its states, which are equal if they are alike
     */
    interface Model<S> {

        /** Returns the state before the first call. */
        S initial();

        /**
         * Returns the states in which a call may leave the object if it takes effect in a state; none if its answer does not
         * fit that state.
         */
        List<S> step(S state, Call call);
    }

    /** The result of a search. */
    sealed interface Verdict {

        /** There is such an order. */
        record Holds() implements Verdict {}

        /**
         * There is none.
         *
         * @param stuck an answered call that could not be reached by the order that explains the most calls
         * @param state the state that this order ends in
         */
        record Fails(Call stuck, Object state) implements Verdict {}

        /** The search has looked at as many sets as it may. */
        record Undecided() implements Verdict {}
    }

    /** A set of calls that have taken effect, and the state that they lead to. */
    private record Point<S>(BitSet done, S state) {}

    private Linearizability() {}

    /**
     * Searches for an order.
     *
     * @param calls the calls of the object, in any order
     * @param model the object
     * @param mostPoints how many sets are looked at, at most
     */
    static <S> Verdict check(List<Call> calls, Model<S> model, int mostPoints) {
        List<Call> all =
                calls.stream().sorted(Comparator.comparingLong(Call::at)).toList();
        int answered = (int) all.stream().filter(Call::isAnswered).count();
        Point<S> start = new Point<>(new BitSet(), model.initial());
        Set<Point<S>> seen = new HashSet<>(Set.of(start));
        Deque<Iterator<Point<S>>> path = new ArrayDeque<>();
        Point<S> furthest = start;
        int most = 0;
        if (answered == 0) {
            return new Verdict.Holds();
        }
        path.push(next(start, all, model).iterator());
        while (!path.isEmpty()) {
            if (!path.peek().hasNext()) {
                path.pop();
                continue;
            }
            Point<S> point = path.peek().next();
            if (!seen.add(point)) {
                continue;
            }
            if (seen.size() > mostPoints) {
                return new Verdict.Undecided();
            }
            int explained = answeredIn(point.done(), all);
            if (explained == answered) {
                return new Verdict.Holds();
            }
            if (explained > most) {
                most = explained;
                furthest = point;
            }
            path.push(next(point, all, model).iterator());
        }
        return new Verdict.Fails(firstToEnd(furthest.done(), all), furthest.state());
    }

    /** Returns the points that one more call leads to: each that began before the first of the missing ones has ended. */
    private static <S> Stream<Point<S>> next(Point<S> from, List<Call> all, Model<S> model) {
        long deadline = firstToEnd(from.done(), all).end();
        return Stream.iterate(
                        from.done().nextClearBit(0),
                        i -> i < all.size() && all.get(i).at() <= deadline,
                        i -> from.done().nextClearBit(i + 1))
                .flatMap(i -> {
                    Call call = all.get(i);
                    return model.step(from.state(), call).stream()
                            // A call of unknown outcome that would change nothing need not take effect.
                            .filter(state -> call.isAnswered() || !state.equals(from.state()))
                            .map(state -> new Point<>(with(from.done(), i), state));
                });
    }

    private static Call firstToEnd(BitSet done, List<Call> all) {
        Call first = null;
        for (int i = done.nextClearBit(0); i < all.size(); i = done.nextClearBit(i + 1)) {
            Call call = all.get(i);
            if (first != null && call.at() > first.end()) {
                break;
            }
            if (first == null || call.end() < first.end()) {
                first = call;
            }
        }
        return first;
    }

    private static int answeredIn(BitSet done, List<Call> all) {
        return (int) done.stream().filter(i -> all.get(i).isAnswered()).count();
    }

    private static BitSet with(BitSet done, int call) {
        BitSet more = (BitSet) done.clone();
        more.set(call);
        return more;
    }
}
