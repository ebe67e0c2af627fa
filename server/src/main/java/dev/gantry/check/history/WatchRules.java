package dev.gantry.check.history;

import static java.util.stream.Collectors.groupingBy;

import dev.gantry.check.history.Event.Call;
import dev.gantry.check.history.Event.Change;
import dev.gantry.check.history.Event.Observed;
import dev.gantry.check.history.Event.Watched;
import dev.gantry.check.history.Operation.OfJob;
import dev.gantry.check.history.Outcome.Stored;
import dev.gantry.check.history.Violation.Rule;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The rules of watches. A watch may leave out states that were replaced before it told them. Once it says that all changes
 * up to an index were sent, it has sent each object that changed at that index or before, in that state or a later one. It
 * reads objects after the index: one that has changed again by then it tells later, in its later state.
 */
final class WatchRules {

    private WatchRules() {}

    static List<Violation> check(History history) {
        Map<String, List<Change>> known = known(history);
        List<Violation> violations = new ArrayList<>();
        history.all(Watched.class)
                .collect(groupingBy(Watched::job))
                .forEach((job, messages) ->
                        violations.addAll(new OneWatch(job, known.getOrDefault(job, List.of())).replay(messages)));
        return violations;
    }

    /** Returns what is known to have changed of each job, from all sources, in the order of the indexes. */
    private static Map<String, List<Change>> known(History history) {
        record OfJobs(String job, Change change) {}
        Stream<OfJobs> allocations = history.all(Observed.class)
                .map(Observed::allocation)
                .map(state -> new OfJobs(state.job(), new Change(Change.allocation(state.id()), state.index())));
        Stream<OfJobs> jobs = history.all(Call.class)
                .filter(call -> call.operation() instanceof OfJob && call.outcome() instanceof Stored)
                .map(call -> {
                    String job = ((OfJob) call.operation()).job();
                    return new OfJobs(job, new Change(Change.job(job), ((Stored) call.outcome()).index()));
                });
        Map<String, List<Change>> known = new HashMap<>();
        Stream.concat(allocations, jobs)
                .sorted(Comparator.comparingLong(of -> of.change().index()))
                .forEach(of -> known.computeIfAbsent(of.job(), job -> new ArrayList<>())
                        .add(of.change()));
        return known;
    }

    private static final class OneWatch {

        private final String job;
        private final List<Change> known;
        private final List<Violation> violations = new ArrayList<>();

        /** The index of the newest state of each object that was told. */
        private final Map<String, Long> told = new HashMap<>();

        /** The index of the newest known state of each object. */
        private final Map<String, Long> newest = new HashMap<>();

        private int due;

        OneWatch(String job, List<Change> known) {
            this.job = job;
            this.known = known;
            known.forEach(change -> newest.merge(change.object(), change.index(), Math::max));
        }

        List<Violation> replay(List<Watched> messages) {
            long index = 0;
            for (Watched message : messages) {
                if (message.index() < index) {
                    add(Rule.WATCH_ORDER, "index %d comes after %d".formatted(message.index(), index), Set.of(job));
                }
                index = message.index();
                message.changes().forEach(this::tell);
                due(index);
            }
            return violations;
        }

        private void tell(Change change) {
            Long before = told.get(change.object());
            // The job itself is told again when its status changes, which is no write of the job.
            boolean isRepeated = before != null
                    && before == change.index()
                    && !change.object().equals(Change.job(job));
            if (isRepeated || (before != null && before > change.index())) {
                add(
                        Rule.WATCH_ORDER,
                        "%s at index %d comes after the same object at index %d"
                                .formatted(change.object(), change.index(), before),
                        Set.of(idOf(change)));
            }
            told.merge(change.object(), change.index(), Math::max);
        }

        private void due(long index) {
            while (due < known.size() && known.get(due).index() <= index) {
                Change change = known.get(due);
                boolean isTold = told.getOrDefault(change.object(), -1L) >= change.index();
                if (!isTold && newest.get(change.object()) <= index) {
                    add(
                            Rule.WATCH_LOST,
                            "index %d says that all is told, but %s at index %d was not"
                                    .formatted(index, change.object(), change.index()),
                            Set.of(idOf(change)));
                }
                due++;
            }
        }

        private static String idOf(Change change) {
            return change.object().substring(change.object().indexOf(' ') + 1);
        }

        private void add(Rule rule, String what, Set<String> objects) {
            violations.add(new Violation(rule, "The watch of job %s: %s".formatted(job, what), objects));
        }
    }
}
