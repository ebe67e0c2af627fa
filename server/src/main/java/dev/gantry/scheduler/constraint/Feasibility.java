package dev.gantry.scheduler.constraint;

import dev.gantry.v1.DriverHealth;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeStatus;
import dev.gantry.v1.SchedulingEligibility;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Whether a node may run a group, whatever else it runs. */
public final class Feasibility {

    private final List<String> datacenters;
    private final List<String> drivers;
    private final List<NodeConstraint> constraints;

    /**
     * Reads what a group asks of nodes.
     *
     * @throws IllegalArgumentException if one of the constraints is malformed
     */
    public Feasibility(NodeRequirements request) {
        this.datacenters = request.datacenters();
        this.drivers = request.drivers();
        this.constraints =
                request.constraints().stream().map(NodeConstraint::of).toList();
    }

    /** Why a node may not run the group; empty if it may. */
    public Optional<Refusal> refusal(Node node) {
        if (node.getStatus() != NodeStatus.NODE_STATUS_READY) {
            return Optional.of(Refusal.node("node is down"));
        }
        if (node.hasDrain()) {
            return Optional.of(Refusal.node("node is draining"));
        }
        if (!isEligible(node)) {
            return Optional.of(Refusal.node("node is not eligible"));
        }
        return misfit(node);
    }

    /** Why a node may not run the group, not looking at whether it is given anything new now; empty if it may. */
    public Optional<Refusal> misfit(Node node) {
        if (!datacenters.isEmpty() && !datacenters.contains(node.getDatacenter())) {
            return Optional.of(Refusal.node("datacenter is not " + String.join(" or ", datacenters)));
        }
        return unhealthy(node)
                .map(Feasibility::notOffered)
                .or(() -> unfulfilled(node).map(constraint -> Refusal.constraint(constraint.toString())));
    }

    /** A {@link #refusal} in more words, that speak of this node alone. */
    public String explain(Refusal refusal, Node node) {
        Optional<String> driver = unhealthy(node).filter(name -> refusal.equals(notOffered(name)));
        return driver.map(name -> health(node, name).getDescription())
                .filter(description -> !description.isEmpty())
                .map(description -> "%s: %s".formatted(refusal.reason(), description))
                .orElse(refusal.reason());
    }

    /** The names of all that the constraints look at in a node. */
    public Stream<String> names() {
        return constraints.stream().flatMap(constraint -> constraint.names().stream());
    }

    /** Whether a node is eligible for anything new. */
    public static boolean isEligible(Node node) {
        return node.getEligibility() != SchedulingEligibility.SCHEDULING_ELIGIBILITY_INELIGIBLE;
    }

    /** Whether a node can run tasks through a driver. */
    public static boolean isHealthy(Node node, String driver) {
        return health(node, driver).getHealthy();
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

    private static DriverHealth health(Node node, String driver) {
        return node.getDriversOrDefault(driver, DriverHealth.getDefaultInstance());
    }
}
