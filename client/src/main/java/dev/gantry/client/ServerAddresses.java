package dev.gantry.client;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The addresses of a cluster's servers, each of which serves all calls.
 *
 * @param all at least one, the preferred one first; all with TLS, or none
 */
record ServerAddresses(List<ServerAddress> all) {

    private static final int MOST = 32;

    /**
     * Parses addresses with commas between.
     *
     * @throws IllegalArgumentException if an address is invalid, if there are too many, or if only some have https://
     */
    static ServerAddresses parse(String text) {
        List<ServerAddress> all = Arrays.stream(text.split(",", -1))
                .map(String::strip)
                .map(ServerAddress::parse)
                .distinct()
                .toList();
        if (all.size() > MOST) {
            throw new IllegalArgumentException(
                    "%d addresses of servers are too many: name %d at most".formatted(all.size(), MOST));
        }
        if (all.stream().map(ServerAddress::isSecure).distinct().count() > 1) {
            throw new IllegalArgumentException(
                    "Either all addresses of servers have %s or none: %s".formatted(ServerAddress.SECURE, text));
        }
        return new ServerAddresses(all);
    }

    /** Returns the preferred address. */
    ServerAddress first() {
        return all.get(0);
    }

    boolean isSecure() {
        return first().isSecure();
    }

    /** Returns the first address that is not of this machine. */
    Optional<ServerAddress> beyondThisMachine() {
        return all.stream().filter(server -> !server.isLoopback()).findFirst();
    }

    @Override
    public String toString() {
        return all.stream().map(ServerAddress::toString).collect(Collectors.joining(","));
    }
}
