package dev.gantry.scheduler.constraint;

import dev.gantry.model.Glob;
import dev.gantry.v1.DriverHealth;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeRestrictions;
import dev.gantry.v1.NodeStatus;
import dev.gantry.v1.SchedulingEligibility;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Decides whether a node may run a group, whatever else runs on the node. */
public final class Feasibility {

    private final List<String> datacenters;
    private final List<Glob> datacenterGlobs;
    private final List<String> drivers;
    private final List<NodeConstraint> constraints;
    private final Map<NodeRestrictions, String> refusing;

    /**
     * Parses the requirements of a group.
     *
     * @param requirements the requirements
     * @throws IllegalArgumentException if a constraint is malformed
     */
    public Feasibility(NodeRequirements requirements) {
        this.datacenters = requirements.datacenters();
        this.datacenterGlobs = datacenters.stream().map(Glob::new).toList();
        this.drivers = requirements.drivers();
        this.refusing = requirements.refusing();
        this.constraints =
                requirements.constraints().stream().map(NodeConstraint::of).toList();
    }

    /**
     * Returns why a group must not be placed on a node; empty if it may be placed. Tests the node's status, drain and
     * eligibility, and then its {@link #misfit}.
     *
     * @param node the node
     * @return the first reason in this order
     */
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

    /**
     * Returns why a node does not meet the requirements of the group; empty if it does. Ignores status, drain and
     * eligibility, so the answer is also right for allocations that already run on the node.
     *
     * @param node the node
     * @return the first reason: datacenter, then drivers, then constraints in the order of the job
     */
    public Optional<Refusal> misfit(Node node) {
        if (!datacenters.isEmpty() && datacenterGlobs.stream().noneMatch(glob -> glob.matches(node.getDatacenter()))) {
            return Optional.of(Refusal.node("datacenter is not " + String.join(" or ", datacenters)));
        }
        return unhealthy(node)
                .map(Feasibility::notOffered)
                .or(() -> restriction(node).map(Refusal::node))
                .or(() -> unfulfilled(node).map(constraint -> Refusal.constraint(constraint.toString())));
    }

    /**
     * Explains a {@link #refusal} for this one node: adds the description of the driver's health if the driver is the
     * reason.
     *
     * @param refusal a refusal of this node
     * @param node the node
     * @return the reason in words for users
     */
    public String explain(Refusal refusal, Node node) {
        Optional<String> driver = unhealthy(node).filter(name -> refusal.equals(notOffered(name)));
        return driver.map(name -> health(node, name).getDescription())
                .filter(description -> !description.isEmpty())
                .map(description -> "%s: %s".formatted(refusal.reason(), description))
                .orElse(refusal.reason());
    }

    /**
     * Returns why the restrictions of a node don't allow the group; empty if they do.
     *
     * @param node the node
     */
    public Optional<String> restriction(Node node) {
        return refusing.isEmpty() ? Optional.empty() : Optional.ofNullable(refusing.get(node.getRestrictions()));
    }

    /** Returns the names of the node properties that the constraints refer to, such as {@code attr.kernel.name}. */
    public Stream<String> names() {
        return constraints.stream().flatMap(constraint -> constraint.names().stream());
    }

    /**
     * Returns true if new allocations may be placed on a node, as far as its scheduling eligibility goes.
     *
     * @param node the node
     */
    public static boolean isEligible(Node node) {
        return node.getEligibility() != SchedulingEligibility.SCHEDULING_ELIGIBILITY_INELIGIBLE;
    }

    /**
     * Returns true if a node reports that a driver is healthy.
     *
     * @param node the node
     * @param driver the driver's name
     * @return false also if the node does not report the driver at all
     */
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
