package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code gantry alloc stop}: stops one allocation. */
@Command(name = "stop", description = "Stops one allocation. A job that still wants it gets another one in its place.")
final class AllocStopCommand extends ClientCommand {

    @Parameters(paramLabel = "ID", description = "The allocation's id or a prefix of it.")
    private String allocationId;

    AllocStopCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        String evaluation = client.allocations().stop(allocationId).getEvaluationId();
        print("==> Allocation \"%s\" is being stopped, evaluation \"%s\""
                .formatted(TextFormat.shortId(allocationId), TextFormat.shortId(evaluation)));
        return GantryCli.DONE;
    }
}
