package dev.gantry.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The servers that a node tries in turn: those that it was started with, and those that a server has told it of. Not
 * thread-safe.
 */
public final class ServerRotation {

    /** The most servers that the node remembers beside those that it was started with. */
    static final int MOST_TOLD = 32;

    private final List<String> given;
    private final List<String> told = new ArrayList<>();
    private String current;

    /** The leader that the last server has named, before the node has tried it. */
    private Optional<String> redirected = Optional.empty();

    /**
     * Begins with the first server.
     *
     * @param given the servers that the node was started with, each as {@code HOST:PORT}, at least one
     */
    public ServerRotation(List<String> given) {
        this.given = List.copyOf(given);
        this.current = this.given.get(0);
    }

    /**
     * Returns the server to try now.
     *
     * @return its address, {@code HOST:PORT}
     */
    public String current() {
        return current;
    }

    /**
     * Tells whether there is no other server to try.
     *
     * @return true if there is none
     */
    public boolean isAlone() {
        return all().size() == 1;
    }

    /** Goes on to the next server. */
    public void advance() {
        redirected = Optional.empty();
        List<String> all = all();
        current = all.get((all.indexOf(current) + 1) % all.size());
    }

    /**
     * Tells whether to try the leader that a server has named.
     *
     * @param leader what the server has sent, which may be no address
     * @return true if it is the address of another server, and the node was not sent on to this server by another one
     */
    public boolean isNewRedirect(String leader) {
        return redirected.isEmpty() && !leader.equals(current) && HostAndPort.isValid(leader);
    }

    /**
     * Tries the leader that a server has named next.
     *
     * @param leader its address
     */
    public void prefer(String leader) {
        redirected = Optional.of(leader);
        remember(leader);
        current = leader;
    }

    /** Notes that the node has a session with the current server. */
    public void settle() {
        redirected = Optional.empty();
    }

    /**
     * Remembers the servers that the node's server has named, in place of those that were told before.
     *
     * @param servers what the server has sent; what is no address is left out
     */
    public void learn(List<String> servers) {
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
