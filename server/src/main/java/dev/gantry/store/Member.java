package dev.gantry.store;

import java.util.UUID;

/**
 * A server of a database, as others are told of it.
 *
 * @param id tells apart two processes, also two in turn with the same address
 * @param name a name for people; it is cut to 255 characters
 * @param address {@code HOST:PORT} where other servers, nodes and clients call this server, at most 255 characters; empty:
 *     they can't
 * @param version the version of its program; it is cut to 64 characters
 */
public record Member(String id, String name, String address, String version) {

    private static final int LONGEST = 255;
    private static final int LONGEST_VERSION = 64;

    /**
     * Cuts what is too long.
     *
     * @throws IllegalArgumentException if the address is too long
     */
    public Member {
        if (address.length() > LONGEST) {
            throw new IllegalArgumentException(
                    "The address of a server has %d characters at most: %s".formatted(LONGEST, address));
        }
        name = name.substring(0, Math.min(LONGEST, name.length()));
        version = version.substring(0, Math.min(LONGEST_VERSION, version.length()));
    }

    /**
     * Makes a server whom other servers can't call.
     *
     * @param name a name for people
     * @return the server, with an id of its own
     */
    public static Member unreachable(String name) {
        return new Member(UUID.randomUUID().toString(), name, "", "");
    }
}
