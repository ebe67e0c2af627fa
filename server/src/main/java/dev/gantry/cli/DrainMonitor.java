package dev.gantry.cli;

import dev.gantry.client.AllocationQuery;
import dev.gantry.client.GantryClient;
import dev.gantry.client.Watch;
import dev.gantry.model.AllocationStatuses;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.EvaluationStatus;
import dev.gantry.v1.Node;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Follows a drain until the node is drained. It prints which allocations leave the node, and which can't.
 *
 * @param context the context to print to
 * @param client the client
 * @param ignoreSystem true if allocations of system jobs stay
 * @param ids the allocations that are reported once they have left
 */
record DrainMonitor(CliContext context, GantryClient client, boolean ignoreSystem, Set<String> ids) {

    /**
     * The interval at which the node's allocations are listed. The watched node itself changes only at the end of the
     * drain.
     */
    private static final Duration INTERVAL = Duration.ofSeconds(1);

    /** After this many intervals without a departure, the remaining jobs are checked. */
    private static final int QUIET_INTERVALS = 3;

    /** The most jobs checked at a time. */
    private static final int JOBS_ASKED = 20;

    /** Lists the allocations of a node, before a drain begins: those that leave at once are reported, too. */
    static DrainMonitor of(CliContext context, GantryClient client, Node node, boolean ignoreSystem) {
        Set<String> ids = live(client, node).stream().map(Allocation::getId).collect(Collectors.toSet());
        return new DrainMonitor(context, client, ignoreSystem, ids);
    }

    /** Follows a drain that has begun. Returns the exit code. */
    int follow(Node drained) {
        Set<String> left = new HashSet<>(ids);
        try (Watch<Node> watch = client.nodes().watch(drained.getId())) {
            Node node = drained;
            Set<String> told = new HashSet<>();
            int quiet = 0;
            while (node.hasDrain() && !watch.isEnded()) {
                node = watch.poll(INTERVAL).orElse(node);
                List<Allocation> live = live(client, node);
                quiet = live.size() < left.size() ? 0 : quiet + 1;
                tellWhatLeft(live, left);
                if (node.hasDrain() && quiet >= QUIET_INTERVALS) {
                    quiet = 0;
                    tellWhatStays(live, told);
                }
            }
            List<Allocation> rest = live(client, node);
            tellWhatLeft(rest, left);
            return verdict(node, rest.size());
        }
    }

    /** Reports, once for each job, that its allocations can't be placed elsewhere. */
    private void tellWhatStays(List<Allocation> live, Set<String> told) {
        live.stream()
                .map(Allocation::getJobId)
                .distinct()
                .filter(job -> !told.contains(job))
                .limit(JOBS_ASKED)
                .forEach(job -> {
                    Evaluation evaluation = client.jobs().get(job).getEvaluation();
                    if (evaluation.getStatus() == EvaluationStatus.EVALUATION_STATUS_BLOCKED) {
                        told.add(job);
                        context.print(("    Job \"%s\" can't be placed elsewhere and stays until it can or until the"
                                        + " deadline: %s")
                                .formatted(job, RunProgress.reasons(evaluation)));
                    }
                });
    }

    private void tellWhatLeft(List<Allocation> now, Set<String> left) {
        Set<String> live = now.stream().map(Allocation::getId).collect(Collectors.toSet());
        left.stream()
                .filter(id -> !live.contains(id))
                .sorted()
                .forEach(id -> context.print("    Allocation \"%s\" has left".formatted(TextFormat.shortId(id))));
        left.retainAll(live);
    }

    private int verdict(Node node, long rest) {
        if (rest == 0 || ignoreSystem) {
            String spared = rest == 0 ? "" : ", but for " + TextFormat.count(rest, "allocation") + " of system jobs";
            context.print("==> Node \"%s\" is drained%s".formatted(node.getName(), spared));
            return GantryCli.DONE;
        }
        context.console()
                .err()
                .println("error: The drain of node \"%s\" was ended while it had %s"
                        .formatted(node.getName(), TextFormat.count(rest, "allocation")));
        return GantryCli.FAILED;
    }

    private static List<Allocation> live(GantryClient client, Node node) {
        return client.allocations()
                .list(AllocationQuery.ALL.onNode(node.getId()))
                .filter(allocation -> !AllocationStatuses.isTerminal(allocation))
                .toList();
    }
}
