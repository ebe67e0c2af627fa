package dev.gantry.cli;

import dev.gantry.v1.Evaluation;
import dev.gantry.v1.FilterReason;
import dev.gantry.v1.GroupScores;
import dev.gantry.v1.NodeScore;
import dev.gantry.v1.PlacementFailure;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Shows evaluations. */
record EvaluationView(TimeFormat moments, VerboseOption ids) {

    /** Shows a table; without objects, a line that says so. */
    List<String> all(Collection<Evaluation> evaluations) {
        if (evaluations.isEmpty()) {
            return List.of("No evaluations");
        }
        return new Table("ID", "Job Version", "Triggered By", "Status", "Unplaced", "Created")
                .rows(
                        evaluations,
                        evaluation -> List.of(
                                ids.id(evaluation.getId()),
                                Long.toString(evaluation.getJobVersion()),
                                TextFormat.word(evaluation.getTrigger()),
                                TextFormat.word(evaluation.getStatus()),
                                Integer.toString(unplaced(evaluation)),
                                moments.ago(evaluation.getCreateTime())))
                .lines();
    }

    /** Shows one object in full. */
    List<String> one(Evaluation evaluation) {
        Sections page = new Sections().add(facts(evaluation));
        evaluation.getFailuresList().forEach(failure -> addFailure(page, failure));
        for (GroupScores group : evaluation.getScoresList()) {
            page.section("Best Nodes for \"" + group.getTaskGroup() + "\"", scores(group.getScoresList()));
        }
        return page.lines();
    }

    /** Adds why allocations of a group are not placed: filtered nodes, exhausted resources, nearest nodes. */
    static void addFailure(Sections page, PlacementFailure failure) {
        page.section(
                "Task Group \"%s\", %d unplaced".formatted(failure.getTaskGroup(), failure.getUnplaced()),
                reasons(failure));
        page.section("Nearest Nodes for \"" + failure.getTaskGroup() + "\"", scores(failure.getScoresList()));
    }

    /** Shows nodes with the parts of their scores; no lines without nodes. */
    static List<String> scores(List<NodeScore> scores) {
        if (scores.isEmpty()) {
            return List.of();
        }
        return new Table("Node", "Score", "Parts")
                .rows(
                        scores,
                        score -> List.of(score.getNodeName(), decimal(score.getScore()), parts(score.getPartsMap())))
                .lines();
    }

    private List<String> facts(Evaluation evaluation) {
        return new FieldList()
                .add("ID", evaluation.getId())
                .add("Job", evaluation.getJobId())
                .add("Job Version", Long.toString(evaluation.getJobVersion()))
                .add("Triggered By", TextFormat.word(evaluation.getTrigger()))
                .add("Status", TextFormat.word(evaluation.getStatus()))
                .addKnown("Description", evaluation.getStatusDescription())
                .addKnown(
                        "Looked At Again",
                        evaluation.hasFollowUpTime() ? TimeFormat.exact(evaluation.getFollowUpTime()) : "")
                .add("Unplaced", Integer.toString(unplaced(evaluation)))
                .addKnown("Preempted", preempted(evaluation))
                .add("Created", moments.ago(evaluation.getCreateTime()))
                .lines();
    }

    private String preempted(Evaluation evaluation) {
        return evaluation.getPreemptedAllocationIdsList().stream().map(ids::id).collect(Collectors.joining(", "));
    }

    private static List<String> reasons(PlacementFailure failure) {
        List<String> lines = new ArrayList<>();
        lines.add("Nodes evaluated: " + failure.getNodesEvaluated());
        failure.getFilteredList().forEach(reason -> lines.add(counted(reason) + " filtered by: " + reason.getReason()));
        failure.getExhaustedList().forEach(reason -> lines.add(counted(reason) + " exhausted: " + reason.getReason()));
        lines.add(failure.getSummary());
        return lines;
    }

    private static String counted(FilterReason reason) {
        return "  " + TextFormat.count(reason.getNodes(), "node");
    }

    private static int unplaced(Evaluation evaluation) {
        return evaluation.getFailuresList().stream()
                .mapToInt(PlacementFailure::getUnplaced)
                .sum();
    }

    private static String parts(Map<String, Double> parts) {
        return parts.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(part -> part.getKey() + " " + decimal(part.getValue()))
                .collect(Collectors.joining(", "));
    }

    private static String decimal(double number) {
        return String.format(Locale.ROOT, "%.2f", number);
    }
}
