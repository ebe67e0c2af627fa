package dev.gantry.cli;

import dev.gantry.client.AllocationQuery;
import dev.gantry.client.GantryClient;
import dev.gantry.v1.Allocation;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gantry alloc status}: all allocations, or one. */
@Command(name = "status", description = "Shows allocations, newest first, or one allocation with its tasks.")
final class AllocStatusCommand extends ClientCommand {

    @Parameters(
            arity = "0..1",
            paramLabel = "ID",
            description = "The allocation's id or a prefix of it. Without it: all allocations.")
    private String allocationId;

    @Option(names = "--job", paramLabel = "JOB", defaultValue = "", description = "Only allocations of this job.")
    private String jobId;

    @Mixin
    private JsonOption json;

    @Mixin
    private FullOption full;

    @Mixin
    private VerboseOption verbose;

    @Mixin
    private ShortOption brief;

    AllocStatusCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        AllocationView view = new AllocationView(new TimeFormat(context().clock()), verbose);
        if (allocationId == null) {
            List<Allocation> allocations = JobPrefix.list(client, jobId, id -> {
                AllocationQuery query = AllocationQuery.ALL.ofJob(id);
                return client.allocations()
                        .list(full.isFull() ? query.whole() : query)
                        .toList();
            });
            json.print(context(), allocations, () -> view.all(allocations));
        } else {
            Allocation allocation = client.allocations().get(allocationId);
            json.print(context(), allocation, () -> brief.of(view.one(allocation)));
        }
        return GantryCli.DONE;
    }
}
