package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.v1.SignalAllocationResponse;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gantry alloc signal}: sends a signal to tasks of an allocation. */
@Command(name = "signal", description = "Sends a signal to the tasks of an allocation.")
final class AllocSignalCommand extends ClientCommand {

    @Option(
            names = {"-s", "--signal"},
            paramLabel = "SIGNAL",
            defaultValue = "SIGKILL",
            description = "The signal, such as SIGHUP. Default: ${DEFAULT-VALUE}, as in Nomad.")
    private String signal;

    @Parameters(index = "0", paramLabel = "ID", description = "The allocation's id or a prefix of it.")
    private String allocationId;

    @Parameters(index = "1", arity = "0..1", paramLabel = "TASK", description = "The task. Without it: all that run.")
    private String task = "";

    @Mixin
    private TaskOption named;

    @Mixin
    private JsonOption json;

    AllocSignalCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        List<String> tasks = client.allocations().signal(allocationId, named.or(task), signal);
        json.print(
                context(),
                SignalAllocationResponse.newBuilder().addAllTasks(tasks).build(),
                () -> List.of("==> Allocation \"%s\" got %s: %s"
                        .formatted(TextFormat.shortId(allocationId), signal, TextFormat.list(tasks))));
        return GantryCli.DONE;
    }
}
