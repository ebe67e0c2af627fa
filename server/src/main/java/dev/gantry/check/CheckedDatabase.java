package dev.gantry.check;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The database of a checked server, and the network on the way to it.
 *
 * @param options the options of {@code gantry server}
 * @param link the network; empty for H2, and for a PostgreSQL with several hosts
 */
record CheckedDatabase(List<String> options, Optional<Link> link) {

    /** One host, with a port or without. */
    private static final Pattern URL = Pattern.compile("jdbc:postgresql://([^/:,]+|\\[[^]]+])(?::(\\d+))?(/.*)?");

    private static final int DEFAULT_PORT = 5432;

    /** The database H2, which is in the data directory of its server. */
    static final CheckedDatabase H2 = new CheckedDatabase(List.of(), Optional.empty());

    /** Tells whether a check can put a network of its own before a database: its URL names one host. */
    static boolean hasLink(String url) {
        return URL.matcher(url).matches();
    }

    /**
     * Opens the network to a PostgreSQL.
     *
     * @param url its address, as of {@code gantry server --db}
     * @param others the other options that name it
     * @throws IOException if no port is free
     */
    static CheckedDatabase postgres(String url, List<String> others) throws IOException {
        List<String> options = new ArrayList<>(others);
        Matcher parts = URL.matcher(url);
        if (!parts.matches()) {
            options.add("--db=" + url);
            return new CheckedDatabase(options, Optional.empty());
        }
        int port = parts.group(2) == null ? DEFAULT_PORT : Integer.parseInt(parts.group(2));
        Link link = Link.open(() -> new InetSocketAddress(parts.group(1), port));
        options.add("--db=jdbc:postgresql://%s%s"
                .formatted(link.address(), Optional.ofNullable(parts.group(3)).orElse("")));
        return new CheckedDatabase(options, Optional.of(link));
    }
}
