package dev.gantry.cli;

import dev.gantry.jobfile.JobSource;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.FieldDiff;
import dev.gantry.v1.GroupPlan;
import dev.gantry.v1.JobRefusal;
import dev.gantry.v1.JobViolation;
import dev.gantry.v1.NodeVerdict;
import dev.gantry.v1.PlanJobResponse;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Shows a plan. */
final class PlanView {

    private PlanView() {}

    /** Shows the changes, each group with its nodes, and how to submit the job. */
    static List<String> of(JobSource source, String file, PlanJobResponse plan) {
        Sections page = new Sections()
                .add(List.of("Job \"%s\" is %s".formatted(source.job().getId(), state(plan))));
        page.section("Refused for this token", refusals(source, plan.getRefusalsList()));
        page.section(
                "Changes", plan.getDiffList().stream().map(PlanView::difference).toList());
        for (GroupPlan group : plan.getGroupsList()) {
            page.section(heading(group), List.of(changes(group)));
            if (group.getNodesCount() > 0) {
                page.section("Nodes for \"" + group.getTaskGroup() + "\"", nodes(group));
            }
            if (group.getPreemptedCount() > 0) {
                page.section("Preempted for \"" + group.getTaskGroup() + "\"", preempted(group.getPreemptedList()));
            }
            page.section(
                    "Best Nodes for \"" + group.getTaskGroup() + "\"", EvaluationView.scores(group.getScoresList()));
            if (group.hasFailure()) {
                page.section(
                        "Not placed: " + group.getFailure().getUnplaced() + " of \"" + group.getTaskGroup() + "\"",
                        List.of(group.getFailure().getSummary()));
            }
        }
        return page.section("Check Index = " + plan.getModifyIndex(), List.of(advice(file, plan)))
                .lines();
    }

    private static String state(PlanJobResponse plan) {
        if (!plan.getExists()) {
            return "new";
        }
        return plan.getDiffCount() == 0 && plan.getGroupsList().stream().allMatch(PlanView::keepsAll)
                ? "stored already, with the same content; its allocations stay as they are"
                : "stored already";
    }

    private static boolean keepsAll(GroupPlan group) {
        return group.getPlace() == 0 && group.getStop() == 0 && group.getUpdateInPlace() == 0 && !group.hasFailure();
    }

    /** Describes why a submission would be refused, at the places in the job file. */
    static List<String> refusals(JobSource source, List<JobRefusal> refusals) {
        List<JobViolation> ofFields = refusals.stream()
                .filter(refusal -> !refusal.getField().isEmpty())
                .map(refusal -> JobViolation.newBuilder()
                        .setField(refusal.getField())
                        .setDescription(refusal.getDescription())
                        .build())
                .toList();
        return Stream.concat(
                        refusals.stream()
                                .filter(refusal -> refusal.getField().isEmpty())
                                .map(JobRefusal::getDescription),
                        source.reports(ofFields).stream())
                .toList();
    }

    private static String heading(GroupPlan group) {
        return "Task Group \"" + group.getTaskGroup() + "\"";
    }

    private static String changes(GroupPlan group) {
        return "place %d, stop %d, keep %d".formatted(group.getPlace(), group.getStop(), group.getKeep())
                + further(group.getUpdateInPlace(), "update in place")
                + further(group.getCanary(), "canary")
                + further(group.getPreempt(), "preempt");
    }

    /** Returns a count that is shown only if it is not 0. */
    private static String further(int number, String kind) {
        return number == 0 ? "" : ", %s %d".formatted(kind, number);
    }

    /** Formats a change as Nomad does: {@code +} added, {@code -} deleted, {@code ~} edited. */
    private static String difference(FieldDiff diff) {
        if (!diff.hasBefore()) {
            return "+ %s: %s".formatted(diff.getField(), quoted(diff.getAfter()));
        }
        return diff.hasAfter()
                ? "~ %s: %s => %s".formatted(diff.getField(), quoted(diff.getBefore()), quoted(diff.getAfter()))
                : "- %s: %s".formatted(diff.getField(), quoted(diff.getBefore()));
    }

    private static String quoted(String value) {
        return "\"" + value.replace("\n", "\\n") + "\"";
    }

    /**
     * Shows the verdicts. They have a score only in a plan without placements: a verdict's score is that of one more
     * allocation,
     * and would differ from the score of the same node among the best nodes.
     */
    private static List<String> nodes(GroupPlan group) {
        return group.getScoresCount() > 0
                ? new Table("Node", "Fits", "Placed", "Reason")
                        .rows(
                                group.getNodesList(),
                                node -> List.of(node.getNodeName(), fits(node), placed(node), node.getReason()))
                        .lines()
                : new Table("Node", "Fits", "Score", "Placed", "Reason")
                        .rows(
                                group.getNodesList(),
                                node -> List.of(
                                        node.getNodeName(),
                                        fits(node),
                                        node.getFeasible() ? String.format(Locale.ROOT, "%.2f", node.getScore()) : "-",
                                        placed(node),
                                        node.getReason()))
                        .lines();
    }

    private static String fits(NodeVerdict node) {
        return TextFormat.yes(node.getFeasible());
    }

    private static String placed(NodeVerdict node) {
        return Integer.toString(node.getPlaced());
    }

    private static List<String> preempted(List<Allocation> allocations) {
        return new Table("ID", "Node", "Job", "Group")
                .rows(
                        allocations,
                        one -> List.of(
                                TextFormat.shortId(one.getId()), one.getNodeName(), one.getJobId(), one.getTaskGroup()))
                .lines();
    }

    private static String advice(String file, PlanJobResponse plan) {
        if (plan.getRefusalsCount() > 0) {
            return "This token may not submit the job: gantry job run would be refused";
        }
        return "To submit it only if the job has not changed since this plan: gantry job run --check-index "
                + plan.getModifyIndex() + " " + file;
    }
}
