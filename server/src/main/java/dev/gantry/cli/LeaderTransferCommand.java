package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.v1.ServerInfo;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code gantry operator leader transfer}: lets another server lead. */
@Command(
        name = "transfer",
        description = {
            "Lets another server of the cluster lead, such as before an upgrade of the leader. Needs a management token.",
            "",
            "Tasks are not touched. Calls that are under way can fail, and can be repeated.",
            ""
        })
final class LeaderTransferCommand extends ClientCommand {

    private static final Duration POLL = Duration.ofMillis(200);
    private static final int MOST_POLLS = 75;

    @Mixin
    private JsonOption json;

    LeaderTransferCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        String former = client.transferLeadership();
        for (int polls = 0; polls < MOST_POLLS; polls++) {
            Pause.of(POLL);
            Optional<ServerInfo> leader = client.servers().stream()
                    .filter(ServerInfo::getLeader)
                    .filter(server -> !server.getId().equals(former))
                    .findFirst();
            if (leader.isPresent()) {
                json.print(
                        context(),
                        leader.get(),
                        () -> List.of("==> %s leads now".formatted(leader.get().getName())));
                return GantryCli.DONE;
            }
        }
        throw new CommandFailedException(
                "the leader was asked to hand over, but no other server leads after %d s: see the servers' logs"
                        .formatted(POLL.multipliedBy(MOST_POLLS).toSeconds()));
    }
}
