package dev.gantry.cli;

import dev.gantry.v1.Allocation;
import dev.gantry.v1.FieldDiff;
import dev.gantry.v1.GroupPlan;
import dev.gantry.v1.NodeVerdict;
import dev.gantry.v1.PlanJobResponse;
import java.util.List;
import java.util.Locale;

/** How a plan is shown. */
final class PlanView {

    private PlanView() {}

    /** Each group, each node, and how to go on. */
    static List<String> of(String jobId, String file, PlanJobResponse plan) {
        Sections page = new Sections()
                .add(List.of("Job \"%s\" is %s".formatted(jobId, plan.getExists() ? "stored already" : "new")));
        page.section(
                "Changes", plan.getDiffList().stream().map(PlanView::difference).toList());
        for (GroupPlan group : plan.getGroupsList()) {
            page.section(heading(group), List.of(changes(group)));
            if (group.getNodesCount() > 0) {
                page.section("Nodes for \"" + group.getTaskGroup() + "\"", nodes(group.getNodesList()));
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

    private static String heading(GroupPlan group) {
        return "Task Group \"" + group.getTaskGroup() + "\"";
    }

    private static String changes(GroupPlan group) {
        return "place %d, stop %d, keep %d".formatted(group.getPlace(), group.getStop(), group.getKeep())
                + further(group.getUpdateInPlace(), "update in place")
                + further(group.getCanary(), "canary")
                + further(group.getPreempt(), "preempt");
    }

    /** What most plans have none of. */
    private static String further(int number, String kind) {
        return number == 0 ? "" : ", %s %d".formatted(kind, number);
    }

    /** As Nomad marks them: added, deleted, edited. */
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

    private static List<String> nodes(List<NodeVerdict> nodes) {
        return new Table("Node", "Fits", "Score", "Placed", "Reason")
                .rows(
                        nodes,
                        node -> List.of(
                                node.getNodeName(),
                                node.getFeasible() ? "yes" : "no",
                                node.getFeasible() ? String.format(Locale.ROOT, "%.2f", node.getScore()) : "-",
                                Integer.toString(node.getPlaced()),
                                node.getReason()))
                .lines();
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
        return "To submit it only if the job is still as it was planned with: gantry job run --check-index "
                + plan.getModifyIndex() + " " + file;
    }
}
