package dev.gantry.cli;

import dev.gantry.client.DrainOptions;
import dev.gantry.client.GantryClient;
import dev.gantry.v1.Node;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gantry node drain}: moves a node's allocations away. */
@Command(
        name = "drain",
        description = {
            "Moves a node's allocations away, at most max_parallel of a group at a time, and follows it until none is"
                    + " left. The node gets no new ones.",
            "",
            "Ends with 1 if another command ends the drain.",
            ""
        })
final class NodeDrainCommand extends ClientCommand {

    private static final String DEFAULT_DEADLINE = "1h";

    @Mixin
    private NodeParameter which;

    @Option(names = "--enable", description = "Begins a drain and follows it, or changes its deadline.")
    private boolean enable;

    @Option(names = "--disable", description = "Ends a drain.")
    private boolean disable;

    @Option(
            names = "--monitor",
            description = "Changes nothing, and follows a drain that has begun; with --enable, the same as --enable.")
    private boolean monitor;

    @ArgGroup
    private Limit limit = new Limit();

    @Option(names = "--ignore-system", description = "Leaves the allocations of system jobs where they are.")
    private boolean ignoreSystem;

    @Option(names = "--keep-ineligible", description = "With --disable: the node still gets no new allocations.")
    private boolean keepIneligible;

    @Option(names = "--detach", description = "Does not follow the drain.")
    private boolean detach;

    @Mixin
    private JsonOption json;

    NodeDrainCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        if (!enable && !disable && !monitor) {
            throw which.misuse("Give --enable to begin a drain, --disable to end it, or --monitor to follow it");
        }
        if (disable && (enable || monitor)) {
            throw which.misuse("--disable ends a drain: leave out " + (enable ? "--enable" : "--monitor"));
        }
        String nodeId = which.find(client);
        if (disable) {
            Node node = client.nodes().endDrain(nodeId, !keepIneligible);
            json.print(
                    context(),
                    node,
                    () -> List.of("==> Node \"%s\" is not drained any more".formatted(node.getName())));
            return GantryCli.DONE;
        }
        return enable ? begin(client, nodeId) : monitor(client, nodeId);
    }

    private int begin(GantryClient client, String nodeId) {
        Optional<DrainMonitor> follower = detach || json.isGiven()
                ? Optional.empty()
                : Optional.of(DrainMonitor.of(context(), client, client.nodes().get(nodeId), ignoreSystem));
        Node node = client.nodes().drain(nodeId, options());
        json.print(
                context(),
                node,
                () -> List.of("==> Node \"%s\" is being drained%s".formatted(node.getName(), until(node))));
        return follower.map(one -> one.follow(node)).orElse(GantryCli.DONE);
    }

    /** Follows a drain that another command has begun. */
    private int monitor(GantryClient client, String nodeId) {
        Node node = client.nodes().get(nodeId);
        if (!node.hasDrain()) {
            print("==> Node \"%s\" is not being drained".formatted(node.getName()));
            return GantryCli.DONE;
        }
        print("==> Node \"%s\" is being drained%s".formatted(node.getName(), until(node)));
        return DrainMonitor.of(context(), client, node, ignoreSystem).follow(node);
    }

    private DrainOptions options() {
        DrainOptions options = ignoreSystem ? DrainOptions.PATIENT.sparingSystemJobs() : DrainOptions.PATIENT;
        if (limit.never) {
            return options;
        }
        return options.within(limit.force ? Duration.ZERO : limit.deadline);
    }

    private static String until(Node node) {
        return node.getDrain().hasDeadline()
                ? ", until " + TimeFormat.exact(node.getDrain().getDeadline())
                : "";
    }

    private static final class Limit {

        @Option(
                names = "--deadline",
                paramLabel = "DURATION",
                defaultValue = DEFAULT_DEADLINE,
                description = "When all remaining allocations are stopped at once. Default: ${DEFAULT-VALUE}.")
        private Duration deadline = Duration.ofHours(1);

        @Option(names = "--no-deadline", description = "Waits without a limit.")
        private boolean never;

        @Option(names = "--force", description = "Stops all allocations at once.")
        private boolean force;
    }
}
