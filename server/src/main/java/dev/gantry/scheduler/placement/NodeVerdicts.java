package dev.gantry.scheduler.placement;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;

import dev.gantry.restriction.MachineUses;
import dev.gantry.scheduler.placement.PlanDraft.Outlook;
import dev.gantry.scheduler.plan.Plan;
import dev.gantry.scheduler.state.ClusterState;
import dev.gantry.scheduler.state.Demand;
import dev.gantry.scheduler.state.NodeUsage;
import dev.gantry.scheduler.state.SchedulerOptions;
import dev.gantry.scheduler.state.Shortage;
import dev.gantry.v1.JobVersion;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeVerdict;
import dev.gantry.v1.TaskGroup;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Decides for each node whether it could run one more allocation of a group, and why not. Only dry runs ({@code gantry
 * job plan}) use this; a plan's own search is {@link NodeSearch}.
 */
public final class NodeVerdicts {

    private record Place(String taskGroup, String nodeId) {}

    private final Map<Place, Long> placed;

    private NodeVerdicts(Plan plan) {
        this.placed = plan.placements().stream()
                .collect(groupingBy(
                        placement -> new Place(
                                placement.taskGroup(), placement.node().getId()),
                        counting()));
    }

    /**
     * Returns a verdict for each group of a job and each node.
     *
     * @param cluster the cluster as it is
     * @param job a version of a job, with its defaults filled in
     * @param plan a plan for that version and that cluster
     * @param options the scheduler configuration that the plan was made with
     * @param uses finds what tasks ask of their machine
     * @param limit the number of nodes to explain, 0 or more
     * @return the verdicts by group, each list in the order of the nodes' names
     */
    public static Map<String, List<NodeVerdict>> explain(
            ClusterState cluster, JobVersion job, Plan plan, SchedulerOptions options, MachineUses uses, int limit) {
        PlanDraft draft = new PlanDraft(cluster, job.getJob(), Outlook.NOW);
        Map<String, Suitability> groups = new LinkedHashMap<>();
        for (TaskGroup group : job.getJob().getTaskGroupsList()) {
            groups.put(
                    group.getName(), new Suitability(Demand.of(cluster, job, group, options.algorithm(), uses), draft));
        }
        plan.stops().forEach(stop -> draft.stop(stop.allocation()));
        NodeVerdicts verdicts = new NodeVerdicts(plan);
        List<NodeUsage> nodes = cluster.nodes().stream().limit(limit).toList();
        Map<String, List<NodeVerdict>> explained = new HashMap<>();
        groups.forEach((name, suitability) -> {
            cluster.checkDeadline();
            explained.put(
                    name,
                    nodes.stream()
                            .map(node -> verdicts.of(name, suitability, node))
                            .toList());
        });
        return explained;
    }

    private NodeVerdict of(String taskGroup, Suitability suitability, NodeUsage usage) {
        Node node = usage.node();
        Optional<String> reason = suitability.explain(usage).or(() -> shortages(suitability, usage));
        return NodeVerdict.newBuilder()
                .setNodeId(node.getId())
                .setNodeName(node.getName())
                .setFeasible(reason.isEmpty())
                .setReason(reason.orElse(""))
                .setScore(
                        reason.isEmpty()
                                ? Math.max(0, suitability.score(usage, false).total())
                                : 0)
                .setPlaced(placed.getOrDefault(new Place(taskGroup, node.getId()), 0L)
                        .intValue())
                .build();
    }

    private static Optional<String> shortages(Suitability suitability, NodeUsage usage) {
        List<Shortage> shortages = suitability.shortages(usage);
        return shortages.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        "lacks " + shortages.stream().map(Shortage::toString).collect(Collectors.joining(" and ")));
    }
}
