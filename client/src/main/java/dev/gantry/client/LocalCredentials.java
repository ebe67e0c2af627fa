package dev.gantry.client;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The files that servers of this user leave for the user's other processes on this machine, a directory for each port:
 * {@code $XDG_CONFIG_HOME/gantry/local/PORT}.
 *
 * <p>A token is only for a server of the same user, or of root: while the server is down, another user of the machine
 * could listen at its port. So the owner of the listening socket decides, as {@code /proc/net/tcp} tells it.
 */
public final class LocalCredentials {

    /** The file with the secret of a management token. */
    public static final String MANAGEMENT = "management.token";

    /** The file with the secret of a join token. */
    public static final String JOIN = "join.token";

    /** The file with the certificate of the authority that issues the server's certificate, if the server uses TLS. */
    public static final String AUTHORITY = "ca.crt";

    private static final long LONGEST = 4096;
    private static final List<String> TABLES = List.of("net/tcp", "net/tcp6");
    private static final String LISTENING = "0A";
    private static final int ADDRESS = 1;
    private static final int STATE = 3;
    private static final int UID = 7;
    private static final long ROOT = 0;

    private final Optional<Path> directory;
    private final Path proc;

    LocalCredentials(Optional<Path> directory, Path proc) {
        this.directory = directory;
        this.proc = proc;
    }

    /**
     * What was found.
     *
     * @param secret the secret of a token; empty if there is none for this server
     * @param foreign the user who listens at the server's address, if that is why a token that is there is not sent
     */
    public record Found(Optional<String> secret, Optional<String> foreign) {

        private static final Found NOTHING = new Found(Optional.empty(), Optional.empty());

        /** Leaves out the secret. */
        @Override
        public String toString() {
            return "Found[" + secret.isPresent() + "]";
        }
    }

    /**
     * Returns the credentials of the user of this process.
     *
     * @param environment the environment variables
     * @return the credentials; there may be none
     */
    public static LocalCredentials ofThisUser(Map<String, String> environment) {
        return new LocalCredentials(directory(environment), Path.of("/proc"));
    }

    /**
     * Returns the directory with the directories of all ports.
     *
     * @param environment the environment variables
     * @return the directory, which need not exist; empty for a user without a home
     */
    public static Optional<Path> directory(Map<String, String> environment) {
        return directory(environment, System.getProperty("user.home"));
    }

    /**
     * Finds the token for a server.
     *
     * @param server {@code HOST:PORT}
     * @param name {@link #MANAGEMENT} or {@link #JOIN}
     * @return the token; nothing if the server is not on this machine, or has left none
     */
    public Found find(String server, String name) {
        OptionalInt port = localPort(server);
        if (port.isEmpty()) {
            return Found.NOTHING;
        }
        Optional<String> secret = directory
                .map(all -> all.resolve(Integer.toString(port.getAsInt())).resolve(name))
                .flatMap(LocalCredentials::read);
        if (secret.isEmpty()) {
            return Found.NOTHING;
        }
        try {
            List<Long> listeners = listeners(port.getAsInt());
            Optional<String> stranger = stranger(listeners, Set.of());
            return listeners.isEmpty() || stranger.isPresent()
                    ? new Found(Optional.empty(), stranger)
                    : new Found(secret, Optional.empty());
        } catch (IOException e) {
            return new Found(Optional.empty(), Optional.of(unnamed()));
        }
    }

    /**
     * Tells whether someone listens at an address of this machine who is neither the user of this process nor root.
     *
     * @param server {@code HOST:PORT}
     * @param trusted the numbers of other users who may listen there
     * @return the user, for people; empty if there is none, or if the address is not on this machine
     */
    public Optional<String> strangerAt(String server, Set<Long> trusted) {
        OptionalInt port = localPort(server);
        if (port.isEmpty()) {
            return Optional.empty();
        }
        try {
            return stranger(listeners(port.getAsInt()), trusted);
        } catch (IOException e) {
            return Optional.of(unnamed());
        }
    }

    private Optional<String> stranger(List<Long> listeners, Set<Long> trusted) throws IOException {
        long own = owner(proc.resolve("self"));
        return listeners.stream()
                .filter(uid -> uid != own && uid != ROOT && !trusted.contains(uid))
                .findFirst()
                .map(uid -> "user " + uid);
    }

    private String unnamed() {
        return "a user whom %s does not name".formatted(proc);
    }

    /**
     * Finds the certificate authority of a server. No owner of a socket is asked for it: TLS proves who the server is.
     *
     * @return the file; empty if the server is not on this machine, or has left none
     */
    Optional<Path> authority(ServerAddress server) {
        return directory
                .map(all -> all.resolve(Integer.toString(server.port())).resolve(AUTHORITY))
                .filter(file -> server.isLoopback() && Files.isReadable(file));
    }

    /**
     * Finds the token for a server.
     *
     * @throws GantryException if there is one, but another user listens at the address
     */
    Optional<String> secretFor(String server, String name) {
        Found found = find(server, name);
        found.foreign().ifPresent(user -> {
            throw new GantryException(
                    ("%s listens at %s, and that is neither you nor root: your token is not sent there. If the server is"
                                    + " nevertheless the right one, name a file with its token (--token-file)")
                            .formatted(user, server),
                    null);
        });
        return found.secret();
    }

    /** Returns the users whose sockets listen at a port, at any address: which one answers is not ours to guess. */
    private List<Long> listeners(int port) throws IOException {
        List<Long> users = new ArrayList<>();
        for (String table : TABLES) {
            Path file = proc.resolve(table);
            if (Files.exists(file)) {
                try (Stream<String> lines = Files.lines(file)) {
                    lines.map(line -> line.strip().split("\\s+"))
                            .filter(fields -> fields.length > UID && fields[STATE].equals(LISTENING))
                            .filter(fields -> fields[ADDRESS].endsWith(":%04X".formatted(port)))
                            .forEach(fields -> users.add(Long.parseLong(fields[UID])));
                }
            }
        }
        return users;
    }

    /** Java says {@code ?} of the home of a user whom the machine does not know: that would be in any directory. */
    static Optional<Path> directory(Map<String, String> environment, String javaHome) {
        Optional<Path> home = Stream.of(environment.getOrDefault("HOME", ""), javaHome)
                .filter(LocalCredentials::isAbsolute)
                .findFirst()
                .map(found -> Path.of(found, ".config"));
        return Optional.ofNullable(environment.get("XDG_CONFIG_HOME"))
                .filter(LocalCredentials::isAbsolute)
                .map(Path::of)
                .or(() -> home)
                .map(config -> config.resolve("gantry").resolve("local"));
    }

    private static boolean isAbsolute(String path) {
        return path.startsWith("/");
    }

    private static OptionalInt localPort(String server) {
        try {
            ServerAddress address = ServerAddress.parse(server);
            return address.isLoopback() ? OptionalInt.of(address.port()) : OptionalInt.empty();
        } catch (IllegalArgumentException e) {
            return OptionalInt.empty();
        }
    }

    private static Optional<String> read(Path file) {
        try {
            return Files.isReadable(file) && Files.size(file) <= LONGEST
                    ? Optional.of(Files.readString(file).strip()).filter(secret -> !secret.isEmpty())
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static long owner(Path file) throws IOException {
        return ((Number) Files.getAttribute(file, "unix:uid")).longValue();
    }
}
