package dev.gantry.driver.rkt;

import dev.gantry.restriction.ImageSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The block {@code auth}: a name and a password for the server of a task's image, as in Nomad's docker driver.
 *
 * @param username the name; empty only in a faulty block
 * @param password the password; empty only in a faulty block
 * @param server the server as the block names it, {@code HOST} or {@code HOST:PORT}; empty: the server in the image's URL
 */
record ImageLogin(String username, String password, String server) {

    static final String USERNAME = "username";
    static final String PASSWORD = "password";
    static final String SERVER = "server_address";
    static final Set<String> KEYS = Set.of(USERNAME, PASSWORD, SERVER);

    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9.-]+(:[0-9]{1,5})?");
    private static final Pattern URL_HOST = Pattern.compile("(?i)(docker|https)://([^/]*)");

    /** The names of Docker Hub's registry. rkt looks its credentials up by one of them. */
    private static final List<String> HUB = List.of("docker.io", "index.docker.io", "registry-1.docker.io");

    /** The kind of server, as files of rkt's {@code auth.d} tell it apart. */
    enum Kind {
        /** A docker registry. */
        REGISTRY,
        /** An HTTPS server of images. */
        HTTPS
    }

    /**
     * Servers that get the same credentials.
     *
     * @param kind the kind of all of them
     * @param hosts {@code HOST} or {@code HOST:PORT}
     */
    record Servers(Kind kind, List<String> hosts) {}

    static ImageLogin of(Map<String, String> block) {
        return new ImageLogin(
                block.getOrDefault(USERNAME, ""), block.getOrDefault(PASSWORD, ""), block.getOrDefault(SERVER, ""));
    }

    /** Returns the fault of the server's address, apart from the image; empty if there is none. */
    static Optional<String> faultOfServer(String server) {
        return server.isEmpty() || HOST.matcher(server).matches()
                ? Optional.empty()
                : Optional.of(
                        "Must be HOST or HOST:PORT, such as registry.example.com:5000, not \"%s\"".formatted(server));
    }

    /** Returns why this block does not go with an image; empty if it does. */
    Optional<String> faultWith(String image) {
        Optional<ImageSource.Kind> kind = ImageSource.of(image).map(ImageSource::kind);
        if (kind.isEmpty()) {
            return Optional.empty();
        }
        return switch (kind.get()) {
            case DOCKER, HTTPS -> Optional.empty();
            case HTTP -> Optional.of("A password is not sent over plain HTTP: use https://");
            case NAME ->
                server.isEmpty()
                        ? Optional.of("%s must be given: an image by name may be on any server".formatted(SERVER))
                        : Optional.empty();
            case HASH, FILE, RELATIVE_FILE ->
                Optional.of("\"%s\" is fetched from no server: leave the block out".formatted(image));
        };
    }

    /** Returns the servers that get the credentials: the one that is named, or else the one in the image's URL. */
    Servers servers(String image) {
        Matcher url = URL_HOST.matcher(image);
        boolean isUrl = url.lookingAt();
        boolean isDocker = isUrl && url.group(1).toLowerCase(Locale.ROOT).equals("docker");
        String host = !server.isEmpty() ? server : isUrl ? url.group(2) : "";
        if (!isDocker) {
            return new Servers(Kind.HTTPS, List.of(host));
        }
        boolean isHub = server.isEmpty()
                ? ImageSource.of(image)
                        .filter(source -> HUB.contains(source.parts().get(0)))
                        .isPresent()
                : HUB.contains(server);
        return new Servers(Kind.REGISTRY, isHub ? HUB : List.of(host));
    }

    /** Leaves out the password. */
    @Override
    public String toString() {
        return "ImageLogin[server=%s]".formatted(server);
    }
}
