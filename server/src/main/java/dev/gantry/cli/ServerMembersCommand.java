package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.model.ProtoTimes;
import dev.gantry.v1.ServerInfo;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code gantry server members}: the servers of a cluster. */
@Command(
        name = "members",
        description = "Shows the servers that share the database. One leads; the others pass calls on to it.")
final class ServerMembersCommand extends ClientCommand {

    @Mixin
    private JsonOption json;

    ServerMembersCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        List<ServerInfo> servers = client.servers();
        json.print(context(), servers, () -> lines(servers));
        return GantryCli.DONE;
    }

    private List<String> lines(List<ServerInfo> servers) {
        return new Table("Address", "Status", "Leader", "Version", "Started", "Name")
                .rows(
                        servers,
                        server -> List.of(
                                server.getAddress().isEmpty() ? "-" : server.getAddress(),
                                status(server),
                                server.getLeader() ? "yes" : "no",
                                server.getVersion(),
                                TimeFormat.exact(server.getStartTime()),
                                server.getName()))
                .lines();
    }

    private static String status(ServerInfo server) {
        return server.getAlive()
                ? "alive"
                : "not seen for " + DurationText.format(ProtoTimes.toDuration(server.getUnseen()));
    }
}
