package dev.gantry.check;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;

import com.google.gson.GsonBuilder;
import dev.gantry.check.history.Event;
import dev.gantry.check.history.Event.Call;
import dev.gantry.check.history.Event.Injected;
import dev.gantry.check.history.Event.Ran;
import dev.gantry.check.history.Event.Step;
import dev.gantry.check.history.Event.Watched;
import dev.gantry.check.history.History;
import dev.gantry.check.history.Rules.Findings;
import dev.gantry.check.history.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a check has found, and how much it has looked at.
 *
 * @param seed the seed of its plan
 * @param calls the calls of clients
 * @param unknown those of them whose outcome stayed unknown
 * @param starts the tasks that nodes have started
 * @param watched the messages of watches
 * @param faults how many faults of each kind were injected
 * @param undecided the jobs for which no order of the calls was found in time
 * @param violations what breaks a rule
 */
record CheckReport(
        long seed,
        long calls,
        long unknown,
        long starts,
        long watched,
        Map<String, Long> faults,
        List<String> undecided,
        List<Violation> violations) {

    private static final int MOST_VIOLATIONS = 10;
    private static final int MOST_EVENTS = 60;

    static CheckReport of(Plan plan, History history, Findings findings) {
        return new CheckReport(
                plan.seed(),
                history.all(Call.class).count(),
                history.all(Call.class).filter(call -> !call.isAnswered()).count(),
                history.all(Ran.class).filter(ran -> ran.step() == Step.STARTED).count(),
                history.all(Watched.class).count(),
                new TreeMap<>(history.all(Injected.class).collect(groupingBy(Injected::kind, counting()))),
                findings.undecided(),
                findings.violations());
    }

    /** Returns one JSON object. */
    String json() {
        return new GsonBuilder().disableHtmlEscaping().create().toJson(this);
    }

    /** Returns lines for people. */
    List<String> lines(History history) {
        List<String> lines = new ArrayList<>();
        lines.add("Seed         " + seed);
        lines.add("Calls        %d, %d of unknown outcome".formatted(calls, unknown));
        lines.add("Tasks        %d started".formatted(starts));
        lines.add("Watches      %d messages".formatted(watched));
        lines.add("Faults       " + faults);
        if (!undecided.isEmpty()) {
            lines.add("Undecided    the order of the calls of %d jobs: %s".formatted(undecided.size(), undecided));
        }
        lines.add("Violations   " + violations.size());
        violations.stream().limit(MOST_VIOLATIONS).forEach(violation -> {
            lines.add("");
            lines.add("%s: %s".formatted(violation.rule(), violation.description()));
        });
        violations.stream().findFirst().ifPresent(first -> {
            List<Event> about = history.about(first.objects());
            lines.add("");
            lines.add("The events of the first violation, and the faults (%d of %d):"
                    .formatted(Math.min(MOST_EVENTS, about.size()), about.size()));
            about.stream()
                    .skip(Math.max(0, about.size() - MOST_EVENTS))
                    .map(Recorder::json)
                    .forEach(lines::add);
        });
        return lines;
    }
}
