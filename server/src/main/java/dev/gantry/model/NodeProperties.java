package dev.gantry.model;

import dev.gantry.v1.Node;
import java.util.Map;
import java.util.Optional;

/**
 * Resolves references to properties of a node, such as <code>${node.class}</code>, in constraints and in the settings
 * of tasks.
 *
 * <p>The names are Nomad's. Unlike in Nomad 0.8, an attribute needs no {@code attr.} prefix, since the documentation of
 * the rkt driver writes <code>${driver.rkt.version}</code>.
 */
public final class NodeProperties {

    private static final String ATTRIBUTE = "attr.";
    private static final String META = "meta.";

    private NodeProperties() {}

    /**
     * Resolves a name.
     *
     * @param node the node
     * @param name the text between <code>${</code> and <code>}</code>, such as {@code attr.kernel.name}, {@code
     *     driver.rkt.version}, {@code meta.rack}, {@code node.unique.id}, {@code node.unique.name}, {@code
     *     node.datacenter} or {@code node.class}
     * @return its value; empty if the node has no such property
     */
    public static Optional<String> find(Node node, String name) {
        return switch (name) {
            case "node.unique.id" -> Optional.of(node.getId());
            case "node.unique.name" -> Optional.of(node.getName());
            case "node.datacenter" -> Optional.of(node.getDatacenter());
            case "node.class" -> Optional.of(node.getNodeClass());
            default -> findByPrefix(node, name);
        };
    }

    private static Optional<String> findByPrefix(Node node, String name) {
        if (name.startsWith(META)) {
            return get(node.getMetaMap(), name.substring(META.length()));
        }
        if (name.startsWith(ATTRIBUTE)) {
            return get(node.getAttributesMap(), name.substring(ATTRIBUTE.length()));
        }
        return get(node.getAttributesMap(), name);
    }

    private static Optional<String> get(Map<String, String> values, String key) {
        return Optional.ofNullable(values.get(key));
    }
}
