package dev.gantry.node.session;

import dev.gantry.model.HostAndPort;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The servers that a node tries in turn: those that it was started with, and those that a server has told it of. Owned by the
 * owner thread.
 */
final class ServerRotation {

    /** The most servers that the node remembers beside those that it was started with. */
    static final int MOST_TOLD = 32;

    private final List<String> given;
    private final List<String> told = new ArrayList<>();
    private String current;

    /** The leader that the last server has named, before the node has tried it. */
    private Optional<String> redirected = Optional.empty();

    /** Begins with the first server of at least one. */
    ServerRotation(List<String> given) {
        this.given = List.copyOf(given);
        this.current = this.given.get(0);
    }

    /** Returns the server to try now. */
    String current() {
        return current;
    }

    /** Returns true if there is no other server to try. */
    boolean isAlone() {
        return all().size() == 1;
    }

    /** Goes on to the next server. */
    void advance() {
        redirected = Optional.empty();
        List<String> all = all();
        current = all.get((all.indexOf(current) + 1) % all.size());
    }

    /** Returns true if a server names an address, and the node was not sent on to the server by another one. */
    boolean isNewRedirect(String leader) {
        return redirected.isEmpty() && !leader.equals(current) && HostAndPort.isValid(leader);
    }

    /** Tries the leader that a server has named next. */
    void prefer(String leader) {
        redirected = Optional.of(leader);
        remember(leader);
        current = leader;
    }

    /** Notes that the node has a session with the current server. */
    void settle() {
        redirected = Optional.empty();
    }

    /** Remembers the servers that the node's server has named, in place of those that were told before. */
    void learn(List<String> servers) {
        told.removeIf(server -> !server.equals(current));
        servers.forEach(this::remember);
    }

    private void remember(String server) {
        if (HostAndPort.isValid(server) && !all().contains(server)) {
            if (told.size() == MOST_TOLD) {
                told.remove(0);
            }
            told.add(server);
        }
    }

    /** Returns all addresses, with commas between. */
    @Override
    public String toString() {
        return String.join(",", all());
    }

    private List<String> all() {
        List<String> all = new ArrayList<>(given);
        all.addAll(told);
        return all;
    }
}
