package dev.gantry.scheduler;

import dev.gantry.model.NodeLife;
import dev.gantry.model.NodeTargets;
import dev.gantry.v1.DriverHealth;
import dev.gantry.v1.Job;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeStatus;
import dev.gantry.v1.SchedulingEligibility;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskGroup;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whether nodes may run a group, whatever else they run.
 *
 * <p>Nodes that are alike in all that the group can see of them make a class (Nomad's computed node class, but made for
 * each group, so that no attribute needs to be called unique): one node of each class is tested, and the answer holds
 * for the others.
 */
final class Feasibility {

    /** All that a group can see of a node. */
    private record NodeClass(
            NodeStatus status,
            boolean eligible,
            boolean draining,
            String datacenter,
            List<Boolean> drivers,
            List<Optional<String>> targets) {}

    private final List<String> datacenters;
    private final List<String> drivers;
    private final List<NodeConstraint> constraints;
    private final List<String> targets;
    private final Map<NodeClass, Optional<Refusal>> tested = new HashMap<>();
    private final IdentityHashMap<Node, Optional<Refusal>> ofNode = new IdentityHashMap<>();

    /**
     * Reads what a group asks of nodes.
     *
     * @throws IllegalArgumentException if one of its constraints is malformed
     */
    Feasibility(Job job, TaskGroup group) {
        this.datacenters = job.getDatacentersList();
        this.drivers =
                group.getTasksList().stream().map(Task::getDriver).distinct().toList();
        this.constraints = Constraints.ofNode(job, group);
        this.targets = constraints.stream()
                .flatMap(constraint -> constraint.names().stream())
                .distinct()
                .toList();
    }

    /** Why a node may not run the group; empty if it may. */
    Optional<Refusal> refusal(Node node) {
        Optional<Refusal> known = ofNode.get(node);
        if (known == null) {
            known = tested.computeIfAbsent(classOf(node), unseen -> test(node));
            ofNode.put(node, known);
        }
        return known;
    }

    /** Whether it is not given anything new for now, whatever that is. */
    boolean refusesForNow(Node node) {
        return !NodeLife.isOpen(node);
    }

    /** As {@link #refusal}, in more words, that speak of this node alone. */
    Optional<String> explain(Node node) {
        return refusal(node).map(refusal -> {
            Optional<String> driver = unhealthy(node).filter(name -> refusal.equals(notOffered(name)));
            return driver.map(name -> health(node, name).getDescription())
                    .filter(description -> !description.isEmpty())
                    .map(description -> "%s: %s".formatted(refusal.reason(), description))
                    .orElse(refusal.reason());
        });
    }

    /** How many classes of nodes were tested. */
    int classesTested() {
        return tested.size();
    }

    private NodeClass classOf(Node node) {
        return new NodeClass(
                node.getStatus(),
                isEligible(node),
                node.hasDrain(),
                datacenters.isEmpty() ? "" : node.getDatacenter(),
                healthyDrivers(node),
                values(node));
    }

    // Loops, not streams: this is done for each node that is looked at.
    private List<Boolean> healthyDrivers(Node node) {
        List<Boolean> healthy = new ArrayList<>(drivers.size());
        for (String driver : drivers) {
            healthy.add(isHealthy(node, driver));
        }
        return healthy;
    }

    private List<Optional<String>> values(Node node) {
        List<Optional<String>> values = new ArrayList<>(targets.size());
        for (String target : targets) {
            values.add(NodeTargets.find(node, target));
        }
        return values;
    }

    private Optional<Refusal> test(Node node) {
        if (node.getStatus() != NodeStatus.NODE_STATUS_READY) {
            return Optional.of(Refusal.node("node is down"));
        }
        if (node.hasDrain()) {
            return Optional.of(Refusal.node("node is draining"));
        }
        if (!isEligible(node)) {
            return Optional.of(Refusal.node("node is not eligible"));
        }
        if (!datacenters.isEmpty() && !datacenters.contains(node.getDatacenter())) {
            return Optional.of(Refusal.node("datacenter is not " + String.join(" or ", datacenters)));
        }
        return unhealthy(node)
                .map(Feasibility::notOffered)
                .or(() -> unfulfilled(node).map(constraint -> Refusal.constraint(constraint.toString())));
    }

    private static boolean isEligible(Node node) {
        return node.getEligibility() != SchedulingEligibility.SCHEDULING_ELIGIBILITY_INELIGIBLE;
    }

    private static Refusal notOffered(String driver) {
        return Refusal.node("driver %s is not offered".formatted(driver));
    }

    private Optional<String> unhealthy(Node node) {
        return drivers.stream().filter(driver -> !isHealthy(node, driver)).findFirst();
    }

    private Optional<NodeConstraint> unfulfilled(Node node) {
        return constraints.stream()
                .filter(constraint -> !constraint.isFulfilledBy(node))
                .findFirst();
    }

    private static boolean isHealthy(Node node, String driver) {
        return health(node, driver).getHealthy();
    }

    private static DriverHealth health(Node node, String driver) {
        return node.getDriversOrDefault(driver, DriverHealth.getDefaultInstance());
    }
}
