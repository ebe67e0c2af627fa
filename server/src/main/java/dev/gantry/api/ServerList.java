package dev.gantry.api;

import dev.gantry.cluster.RefusedException;
import dev.gantry.model.ProtoTimes;
import dev.gantry.store.Member;
import dev.gantry.store.Members;
import dev.gantry.v1.ListServersResponse;
import dev.gantry.v1.ServerInfo;
import dev.gantry.v1.TransferLeadershipResponse;
import java.util.List;

/** Answers calls about the servers that share the database. Its methods block on the database. */
final class ServerList {

    private final GrpcServer.Servers servers;

    /** Answers from the point of view of the leader, which this server is. */
    ServerList(GrpcServer.Servers servers) {
        this.servers = servers;
    }

    /** Returns all servers; this one alone if it does not share its database. */
    ListServersResponse list() {
        if (servers.handOver().isEmpty()) {
            return ListServersResponse.newBuilder()
                    .addServers(info(servers.self()).setAlive(true))
                    .build();
        }
        ListServersResponse.Builder all = ListServersResponse.newBuilder();
        seen().forEach(seen -> all.addServers(info(seen.member())
                .setStartTime(ProtoTimes.toTimestamp(seen.started()))
                .setUnseen(ProtoTimes.toDuration(seen.unseen()))
                .setAlive(seen.isAlive())));
        return all.build();
    }

    /**
     * Lets another server lead.
     *
     * @throws RefusedException if there is none
     */
    TransferLeadershipResponse transfer() {
        if (!hasOthers()) {
            throw new RefusedException(
                    "No other server shares the database of this one, so none can lead in its place: start another one with the same --db");
        }
        servers.handOver().get().run();
        return TransferLeadershipResponse.newBuilder()
                .setFormerLeaderId(servers.self().id())
                .build();
    }

    /**
     * Refuses what only a server may do that has no others beside it.
     *
     * @param why what it is, and what to do instead
     * @throws RefusedException if another server is alive
     */
    void requireNoOthers(String why) {
        if (hasOthers()) {
            throw new RefusedException(why);
        }
    }

    private boolean hasOthers() {
        return servers.handOver().isPresent()
                && seen().stream().anyMatch(seen -> seen.isAlive() && !isSelf(seen.member()));
    }

    private List<Members.Seen> seen() {
        return servers.members().list();
    }

    private ServerInfo.Builder info(Member member) {
        return ServerInfo.newBuilder()
                .setId(member.id())
                .setName(member.name())
                .setAddress(member.address())
                .setVersion(member.version())
                .setLeader(isSelf(member));
    }

    private boolean isSelf(Member member) {
        return member.id().equals(servers.self().id());
    }
}
