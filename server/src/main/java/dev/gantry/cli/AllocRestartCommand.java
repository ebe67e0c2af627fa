package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.v1.RestartAllocationResponse;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code gantry alloc restart}: restarts tasks of an allocation. */
@Command(
        name = "restart",
        description = "Restarts the tasks of an allocation on its node. The restart policy does not count it.")
final class AllocRestartCommand extends ClientCommand {

    @Parameters(index = "0", paramLabel = "ID", description = "The allocation's id or a prefix of it.")
    private String allocationId;

    @Parameters(index = "1", arity = "0..1", paramLabel = "TASK", description = "The task. Without it: all that run.")
    private String task = "";

    @Mixin
    private TaskOption named;

    @Mixin
    private JsonOption json;

    AllocRestartCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        List<String> tasks = client.allocations().restart(allocationId, named.or(task));
        json.print(
                context(),
                RestartAllocationResponse.newBuilder().addAllTasks(tasks).build(),
                () -> List.of("==> Allocation \"%s\" is being restarted: %s"
                        .formatted(TextFormat.shortId(allocationId), TextFormat.list(tasks))));
        return GantryCli.DONE;
    }
}
