package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.v1.Node;
import dev.gantry.v1.View;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** {@code NODE} or {@code --self}: the node that a command is about. */
final class NodeParameter {

    private static final Path HOSTNAME = Path.of("/proc/sys/kernel/hostname");
    private static final String ATTRIBUTE = "unique.hostname";

    @Spec(Target.MIXEE)
    @SuppressWarnings("unused")
    private CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "NODE", description = "The node's id, a prefix of it, or its name.")
    private String named;

    @Option(names = "--self", description = "In place of NODE: the node of this machine, by its host name.")
    private boolean self;

    /** Returns true if the command line says which node it means. */
    boolean isGiven() {
        return named != null || self;
    }

    /**
     * Returns the id, a prefix of it or the name of the node.
     *
     * @throws ParameterException if neither or both are given
     * @throws CommandFailedException if no or several nodes have the host name of this machine
     */
    String find(GantryClient client) {
        if (self == (named != null)) {
            throw misuse("Name a node, or give --self: one of them");
        }
        return self ? ofThisMachine(client) : named;
    }

    /** Makes the exception of options of the command that do not fit. */
    ParameterException misuse(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private static String ofThisMachine(GantryClient client) {
        String hostname = hostname();
        List<Node> found = client.nodes()
                .list(View.VIEW_FULL)
                .filter(node -> node.getAttributesOrDefault(ATTRIBUTE, "").equals(hostname))
                .toList();
        if (found.size() != 1) {
            String which = found.isEmpty()
                    ? "No node has"
                    : found.stream()
                            .map(node -> "\"%s\" (%s)".formatted(node.getName(), TextFormat.shortId(node.getId())))
                            .collect(Collectors.joining(", ", "The nodes ", " have"));
            throw new CommandFailedException(
                    "%s the host name %s of this machine. Name a node; 'gantry node status' lists them"
                            .formatted(which, hostname));
        }
        return found.get(0).getId();
    }

    private static String hostname() {
        try {
            return Files.readString(HOSTNAME).strip();
        } catch (IOException e) {
            throw new CommandFailedException("The host name of this machine can't be read: name a node", e);
        }
    }
}
