package dev.gantry.cli;

import dev.gantry.v1.HostVolumeRestriction;
import dev.gantry.v1.IdRestriction;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeResources;
import dev.gantry.v1.NodeRestrictions;
import dev.gantry.v1.NodeStatus;
import dev.gantry.v1.SchedulingEligibility;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Shows nodes. */
final class NodeView {

    private NodeView() {}

    /** Shows a table; without objects, a line that says so. */
    static List<String> all(Collection<Node> nodes, VerboseOption ids) {
        if (nodes.isEmpty()) {
            return List.of("No nodes. Start one with: gantry node");
        }
        List<String> table = new Table("ID", "DC", "Name", "Class", "Drivers", "Eligibility", "Status")
                .rows(
                        nodes,
                        node -> List.of(
                                ids.id(node.getId()),
                                TextFormat.orDash(node.getDatacenter()),
                                node.getName(),
                                TextFormat.orDash(node.getNodeClass()),
                                drivers(node),
                                eligibility(node),
                                TextFormat.word(node.getStatus())))
                .lines();
        return Stream.concat(table.stream(), refusals(nodes)).toList();
    }

    /** Shows why nodes refuse the server, and what to do; no lines if none does. */
    private static Stream<String> refusals(Collection<Node> nodes) {
        List<String> refusals = nodes.stream()
                .filter(node -> node.getStatus() == NodeStatus.NODE_STATUS_REFUSING)
                .map(node -> node.getName() + ": " + node.getStatusDescription())
                .toList();
        return refusals.isEmpty() ? Stream.of() : Stream.concat(Stream.of(""), refusals.stream());
    }

    /** Shows one object in full. */
    static List<String> one(Node node, List<String> allocations) {
        return new Sections()
                .add(facts(node))
                .section("Drivers", driverTable(node))
                .section("Restrictions", restrictions(node.getRestrictions()))
                .section("Allocations", allocations)
                .section(
                        "Attributes",
                        new FieldList().addAll(node.getAttributesMap()).lines())
                .section("Meta", new FieldList().addAll(node.getMetaMap()).lines())
                .lines();
    }

    private static List<String> facts(Node node) {
        NodeResources resources = node.getResources();
        return new FieldList()
                .add("ID", node.getId())
                .add("Name", node.getName())
                .add("Class", node.getNodeClass())
                .add("DC", node.getDatacenter())
                .add("Status", TextFormat.word(node.getStatus()))
                .addKnown("Status Description", node.getStatusDescription())
                .add("Status Since", TimeFormat.exact(node.getStatusTime()))
                .add("Eligibility", eligibility(node))
                .addKnown("Drain", drain(node))
                .add("Address", resources.getIp())
                .add("CPU", resources.getCpu() + " MHz")
                .add("Memory", resources.getMemoryMib() + " MiB")
                .add("Disk", resources.getDiskMib() + " MiB")
                .add("Dynamic Ports", resources.getMinDynamicPort() + "-" + resources.getMaxDynamicPort())
                .lines();
    }

    /** Shows what tasks may not ask of the machine; no lines if they may ask for everything. */
    private static List<String> restrictions(NodeRestrictions restrictions) {
        FieldList list = new FieldList();
        if (restrictions.hasHostVolumes()) {
            HostVolumeRestriction volumes = restrictions.getHostVolumes();
            list.add("Host Volumes", all(volumes.getAllowList()));
            list.addKnown("Read-only Host Volumes", String.join(", ", volumes.getReadOnlyList()));
        }
        list.addKnown("Host Network", denied(restrictions.getDenyHostNetwork()));
        list.addKnown("Root", denied(restrictions.getDenyRoot()));
        if (restrictions.hasUsers()) {
            list.add("Users", ranges(restrictions.getUsers()));
        }
        if (restrictions.hasGroups()) {
            list.add("Groups", ranges(restrictions.getGroups()));
        }
        list.addKnown("Raw Capabilities", denied(restrictions.getDenyRawCapabilities()));
        list.addKnown("Insecure Images", denied(restrictions.getDenyInsecureImages()));
        if (restrictions.hasImageSources()) {
            list.add("Image Sources", all(restrictions.getImageSources().getAllowList()));
        }
        if (restrictions.hasArtifactSources()) {
            list.add("Artifact Sources", all(restrictions.getArtifactSources().getAllowList()));
        }
        return list.lines();
    }

    private static String denied(boolean isDenied) {
        return isDenied ? "denied" : "";
    }

    private static String all(List<String> entries) {
        return entries.isEmpty() ? "none" : String.join(", ", entries);
    }

    private static String ranges(IdRestriction ids) {
        return all(ids.getAllowList().stream()
                .map(range -> range.getFirst() == range.getLast()
                        ? Long.toString(range.getFirst())
                        : "%d-%d".formatted(range.getFirst(), range.getLast()))
                .toList());
    }

    private static String eligibility(Node node) {
        return node.getEligibility() == SchedulingEligibility.SCHEDULING_ELIGIBILITY_INELIGIBLE
                ? "ineligible"
                : "eligible";
    }

    private static String drain(Node node) {
        if (!node.hasDrain()) {
            return "";
        }
        String limit = node.getDrain().hasDeadline()
                ? "until " + TimeFormat.exact(node.getDrain().getDeadline())
                : "without a deadline";
        return limit + (node.getDrain().getIgnoreSystemJobs() ? ", system jobs stay" : "");
    }

    /** Returns the names of the healthy drivers, with their versions if known. */
    private static String drivers(Node node) {
        return TextFormat.orDash(node.getDriversMap().entrySet().stream()
                .filter(driver -> driver.getValue().getHealthy())
                .map(driver -> driver.getKey() + version(node, driver.getKey()))
                .sorted()
                .collect(Collectors.joining(", ")));
    }

    private static String version(Node node, String driver) {
        String version = node.getAttributesOrDefault("driver." + driver + ".version", "");
        return version.isEmpty() ? "" : " " + version;
    }

    private static List<String> driverTable(Node node) {
        return node.getDriversCount() == 0
                ? List.of()
                : new Table("Driver", "Healthy", "Description")
                        .rows(
                                node.getDriversMap().entrySet().stream()
                                        .sorted(Map.Entry.comparingByKey())
                                        .toList(),
                                driver -> List.of(
                                        driver.getKey(),
                                        driver.getValue().getHealthy() ? "yes" : "no",
                                        TextFormat.orDash(driver.getValue().getDescription())))
                        .lines();
    }
}
