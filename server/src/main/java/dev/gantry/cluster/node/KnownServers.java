package dev.gantry.cluster.node;

import dev.gantry.store.Members;
import java.util.List;

/** The addresses of the servers that share the database, as nodes are told of them. Thread-safe. */
public final class KnownServers {

    private static final int MOST = 32;

    private final Members members;
    private volatile List<String> known = List.of();

    /**
     * Makes an empty list.
     *
     * @param members reads the servers
     */
    public KnownServers(Members members) {
        this.members = members;
    }

    /**
     * Reads the addresses. Blocks on the database.
     *
     * @return true if they have changed
     */
    public boolean refresh() {
        List<String> before = known;
        known = members.list().stream()
                .filter(Members.Seen::isAlive)
                .map(server -> server.member().address())
                .filter(address -> !address.isEmpty())
                .distinct()
                .limit(MOST)
                .toList();
        return !known.equals(before);
    }

    /**
     * Returns the addresses as they were last read. Never blocks.
     *
     * @return each as {@code HOST:PORT}; none if no other server can share the database
     */
    public List<String> list() {
        return known;
    }
}
