package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.v1.StopAllocationResponse;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code gantry alloc stop}: stops one allocation. */
@Command(name = "stop", description = "Stops one allocation. A job that still wants it gets another one in its place.")
final class AllocStopCommand extends ClientCommand {

    @Parameters(paramLabel = "ID", description = "The allocation's id or a prefix of it.")
    private String allocationId;

    @Mixin
    private JsonOption json;

    AllocStopCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        StopAllocationResponse stopped = client.allocations().stop(allocationId);
        json.print(
                context(),
                stopped,
                () -> List.of("==> Allocation \"%s\" is being stopped, evaluation \"%s\""
                        .formatted(TextFormat.shortId(allocationId), TextFormat.shortId(stopped.getEvaluationId()))));
        return GantryCli.DONE;
    }
}
