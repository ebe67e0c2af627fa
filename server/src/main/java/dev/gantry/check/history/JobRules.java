package dev.gantry.check.history;

import static java.util.stream.Collectors.groupingBy;

import dev.gantry.check.history.Event.Call;
import dev.gantry.check.history.Event.FinalChildren;
import dev.gantry.check.history.Event.FinalVersions;
import dev.gantry.check.history.Event.Repeated;
import dev.gantry.check.history.Event.Unsettled;
import dev.gantry.check.history.Linearizability.Verdict;
import dev.gantry.check.history.Operation.Dispatch;
import dev.gantry.check.history.Operation.OfJob;
import dev.gantry.check.history.Operation.ReadIndex;
import dev.gantry.check.history.Operation.Scale;
import dev.gantry.check.history.Operation.Submit;
import dev.gantry.check.history.Outcome.AtIndex;
import dev.gantry.check.history.Outcome.Child;
import dev.gantry.check.history.Outcome.Found;
import dev.gantry.check.history.Outcome.Stored;
import dev.gantry.check.history.Violation.Rule;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The rules of jobs: an acknowledged write is there once, and a read is not older than the writes acknowledged before it. */
final class JobRules {

    private JobRules() {}

    /** Searches for an order of the calls of each job. */
    static Map<String, Verdict> verdicts(History history, int mostPoints) {
        Map<String, List<Call>> calls = history.all(Call.class)
                .filter(call -> call.operation() instanceof OfJob)
                .collect(groupingBy(JobRules::job, TreeMap::new, Collectors.toList()));
        Map<String, Verdict> verdicts = new TreeMap<>();
        calls.forEach((job, of) -> verdicts.put(job, Linearizability.check(of, new JobModel(), mostPoints)));
        return verdicts;
    }

    static Violation notLinearizable(String job, Verdict.Fails fails) {
        return new Violation(
                Rule.JOB_LINEARIZABLE,
                "No order of the calls of job %s explains their answers: %s is answered %s, at best in the state %s"
                        .formatted(job, fails.stuck().operation(), fails.stuck().outcome(), fails.state()),
                Set.of(job));
    }

    static List<Violation> check(History history) {
        List<Violation> violations = new ArrayList<>();
        history.all(Repeated.class).flatMap(JobRules::answersDiffer).forEach(violations::add);
        violations.addAll(indexes(history));
        violations.addAll(sharedIndexes(history));
        history.all(FinalVersions.class)
                .flatMap(versions -> versions(history, versions))
                .forEach(violations::add);
        history.all(FinalChildren.class)
                .flatMap(children -> children(history, children))
                .forEach(violations::add);
        history.all(Unsettled.class)
                .map(event -> new Violation(
                        Rule.UNSETTLED, "%s: %s".formatted(event.object(), event.why()), Set.of(event.object())))
                .forEach(violations::add);
        return violations;
    }

    private static Stream<Violation> answersDiffer(Repeated repeated) {
        Call first = repeated.first();
        if (first.outcome().equals(repeated.outcome())) {
            return Stream.empty();
        }
        return Stream.of(new Violation(
                Rule.ANSWERS_DIFFER,
                "Request id %s of %s was answered %s, and then %s"
                        .formatted(first.requestId(), first.operation(), first.outcome(), repeated.outcome()),
                Set.of(first.requestId())));
    }

    /** A read of the index knows the writes that were acknowledged before it began. A submission comes after them. */
    private static List<Violation> indexes(History history) {
        List<Call> known = history.all(Call.class)
                .filter(Call::isAnswered)
                .filter(call -> index(call.outcome()).isPresent())
                .sorted(Comparator.comparingLong(Call::end))
                .toList();
        List<Call> later = history.all(Call.class)
                .filter(call -> isRead(call) || isSubmission(call))
                .sorted(Comparator.comparingLong(Call::at))
                .toList();
        List<Violation> violations = new ArrayList<>();
        Optional<Call> highest = Optional.empty();
        int next = 0;
        for (Call call : later) {
            while (next < known.size() && known.get(next).end() < call.at()) {
                Call before = known.get(next);
                if (highest.isEmpty() || indexOf(before) > indexOf(highest.get())) {
                    highest = Optional.of(before);
                }
                next++;
            }
            highest.filter(before -> isRead(call) ? indexOf(before) > indexOf(call) : indexOf(before) >= indexOf(call))
                    .ifPresent(before -> violations.add(new Violation(
                            isRead(call) ? Rule.STALE_READ : Rule.INDEX_ORDER,
                            "%s was answered with index %d after %s was answered with %d"
                                    .formatted(call.operation(), indexOf(call), before.operation(), indexOf(before)),
                            objects(call, before))));
        }
        return violations;
    }

    private static boolean isRead(Call call) {
        return call.operation() instanceof ReadIndex && call.outcome() instanceof AtIndex;
    }

    /** Each submission changes its job. Its index is that of the change, also in the answer to a repetition. */
    private static boolean isSubmission(Call call) {
        return call.operation() instanceof Submit && call.outcome() instanceof Stored;
    }

    /** Two jobs are never changed by one write. */
    private static List<Violation> sharedIndexes(History history) {
        Map<Long, Call> writes = new TreeMap<>();
        List<Violation> violations = new ArrayList<>();
        history.all(Call.class)
                .filter(call -> call.operation() instanceof OfJob && call.outcome() instanceof Stored)
                .forEach(call -> {
                    Call other = writes.putIfAbsent(indexOf(call), call);
                    if (other != null && !job(other).equals(job(call))) {
                        violations.add(new Violation(
                                Rule.INDEX_ORDER,
                                "Index %d is that of %s and of %s"
                                        .formatted(indexOf(call), other.operation(), call.operation()),
                                objects(call, other)));
                    }
                });
        return violations;
    }

    private static String job(Call call) {
        return ((OfJob) call.operation()).job();
    }

    private static Set<String> objects(Call... calls) {
        return Stream.of(calls)
                .filter(call -> call.operation() instanceof OfJob)
                .map(JobRules::job)
                .collect(Collectors.toSet());
    }

    private static long indexOf(Call call) {
        return index(call.outcome()).orElseThrow();
    }

    private static Optional<Long> index(Outcome outcome) {
        if (outcome instanceof Stored stored) {
            return Optional.of(stored.index());
        } else if (outcome instanceof AtIndex at) {
            return Optional.of(at.index());
        } else if (outcome instanceof Found found) {
            return Optional.of(found.state().index());
        }
        return Optional.empty();
    }

    private static Stream<Violation> versions(History history, FinalVersions stored) {
        List<Violation> violations = new ArrayList<>();
        Map<Long, JobState> byVersion =
                stored.versions().stream().collect(Collectors.toMap(JobState::version, Function.identity()));
        for (long version = 0; version < byVersion.size(); version++) {
            if (!byVersion.containsKey(version)) {
                violations.add(new Violation(
                        Rule.WRITE_LOST,
                        "Job %s has no version %d, but %s".formatted(stored.job(), version, byVersion.keySet()),
                        Set.of(stored.job())));
            }
        }
        history.all(Call.class)
                .filter(Call::isAnswered)
                .filter(call -> call.operation() instanceof OfJob of && of.job().equals(stored.job()))
                .filter(call -> call.outcome() instanceof Stored answer && answer.version() != Stored.NO_VERSION)
                .filter(call -> !has(byVersion, call))
                .forEach(call -> violations.add(new Violation(
                        Rule.WRITE_LOST,
                        "%s was answered with %s, and in the end that version is %s"
                                .formatted(
                                        call.operation(),
                                        call.outcome(),
                                        Optional.ofNullable(byVersion.get(((Stored) call.outcome()).version()))
                                                .map(JobState::toString)
                                                .orElse("missing")),
                        Set.of(stored.job()))));
        return violations.stream();
    }

    private static boolean has(Map<Long, JobState> versions, Call write) {
        JobState stored = versions.get(((Stored) write.outcome()).version());
        if (stored == null) {
            return false;
        }
        if (write.operation() instanceof Submit submit) {
            return stored.tag().equals(submit.tag()) && stored.count() == submit.count();
        }
        return !(write.operation() instanceof Scale scale) || stored.count() == scale.count();
    }

    private static Stream<Violation> children(History history, FinalChildren stored) {
        List<Violation> violations = new ArrayList<>();
        history.answered(Dispatch.class)
                .filter(call -> ((Dispatch) call.operation()).parent().equals(stored.parent()))
                .filter(call -> call.outcome() instanceof Child child
                        && !((Dispatch) call.operation())
                                .tag()
                                .equals(stored.tags().get(child.job())))
                .forEach(call -> violations.add(new Violation(
                        Rule.WRITE_LOST,
                        "%s was answered with %s, which is not there in the end"
                                .formatted(call.operation(), call.outcome()),
                        Set.of(((Child) call.outcome()).job()))));
        Map<String, List<String>> byTag = stored.tags().entrySet().stream()
                .collect(groupingBy(Map.Entry::getValue, Collectors.mapping(Map.Entry::getKey, Collectors.toList())));
        byTag.forEach((tag, children) -> {
            if (children.size() > 1) {
                violations.add(new Violation(
                        Rule.WRITE_TWICE,
                        "The dispatch %s of job %s has made %s".formatted(tag, stored.parent(), children),
                        Set.copyOf(children)));
            }
        });
        return violations.stream();
    }
}
