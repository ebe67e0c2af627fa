package dev.gantry.cli;

import dev.gantry.v1.WhatIfFit;
import dev.gantry.v1.WhatIfGroup;
import dev.gantry.v1.WhatIfResponse;
import java.util.ArrayList;
import java.util.List;

/** Shows the answer of a what-if. */
final class WhatIfView {

    private WhatIfView() {}

    /** Shows the groups, why some wait, single allocations, and what more fits. */
    static List<String> of(WhatIfResponse answer) {
        Sections page = new Sections()
                .add(
                        answer.getGroupsCount() == 0
                                ? List.of("Nothing would change, and nothing waits")
                                : groups(answer.getGroupsList()))
                .add(notes(answer));
        answer.getGroupsList().stream()
                .filter(WhatIfGroup::hasFailure)
                .forEach(group -> page.section(
                        "Waiting: %d of \"%s\"".formatted(group.getWaiting(), name(group)),
                        List.of(group.getFailure().getSummary())));
        if (answer.getAllocationsCount() > 0) {
            page.section("Allocations", allocations(answer));
        }
        return page.section(
                        "Room",
                        answer.getFitsList().stream().map(WhatIfView::fit).toList())
                .lines();
    }

    private static List<String> groups(List<WhatIfGroup> groups) {
        return new Table(
                        "Job/Group",
                        "Priority",
                        "Placed",
                        "Moved",
                        "Replaced",
                        "Updated",
                        "Stopped",
                        "Preempted",
                        "Waiting",
                        "Before")
                .rows(
                        groups,
                        group -> List.of(
                                name(group),
                                Integer.toString(group.getPriority()),
                                Integer.toString(group.getPlaced()),
                                Integer.toString(group.getMoved()),
                                Integer.toString(group.getReplaced()),
                                Integer.toString(group.getUpdatedInPlace()),
                                Integer.toString(group.getStopped()),
                                Integer.toString(group.getPreempted()),
                                Integer.toString(group.getWaiting()),
                                Integer.toString(group.getWaitingBefore())))
                .lines();
    }

    private static List<String> notes(WhatIfResponse answer) {
        List<String> notes = new ArrayList<>();
        if (answer.getUnsettled()) {
            notes.add("The cluster does not come to rest within 64 rounds of plans: this is one moment of it");
        }
        if (answer.getGroupsLeftOut() > 0) {
            notes.add("And %d more groups".formatted(answer.getGroupsLeftOut()));
        }
        if (answer.getJobsHidden() > 0) {
            notes.add("Not shown: %s that this token may not read"
                    .formatted(TextFormat.count(answer.getJobsHidden(), "job")));
        }
        return notes;
    }

    private static List<String> allocations(WhatIfResponse answer) {
        List<String> lines = new ArrayList<>(new Table("ID", "Job/Group", "Index", "From", "To", "Reason")
                .rows(
                        answer.getAllocationsList(),
                        one -> List.of(
                                one.getAllocationId().isEmpty() ? "-" : TextFormat.shortId(one.getAllocationId()),
                                one.getJobId() + "/" + one.getTaskGroup(),
                                Integer.toString(one.getIndex()),
                                orNone(one.getFromNode()),
                                orNone(one.getToNode()),
                                one.getReason()))
                .lines());
        if (answer.getAllocationsLeftOut() > 0) {
            lines.add("And %d more; --allocations N shows N".formatted(answer.getAllocationsLeftOut()));
        }
        return lines;
    }

    private static String fit(WhatIfFit fit) {
        String group = fit.getJobId() + "/" + fit.getTaskGroup();
        String fits = fit.getNotRunning() ? "fit if the job ran" : "more fit";
        return fit.getAtLeast()
                ? "%s: more than %d %s".formatted(group, fit.getMore(), fits)
                : "%s: %d %s. Then: %s"
                        .formatted(group, fit.getMore(), fits, fit.getLimit().getSummary());
    }

    private static String orNone(String node) {
        return node.isEmpty() ? "-" : node;
    }

    private static String name(WhatIfGroup group) {
        return group.getJobId() + "/" + group.getTaskGroup();
    }
}
