package dev.gantry.app;

import dev.gantry.client.TlsOptions;
import dev.gantry.model.NodeLimits;
import dev.gantry.node.artifact.ArtifactSettings;
import dev.gantry.node.fingerprint.Fingerprinter;
import dev.gantry.node.fingerprint.HostAddress;
import dev.gantry.v1.NodeRestrictions;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The configuration of a node.
 *
 * @param servers the servers to try in turn, each as {@code HOST:PORT}; at least one. With {@code https://} before all of
 *     them, and without {@code tls}, the node trusts the certificate authorities that Java trusts
 * @param dataDir the node's data directory
 * @param name its name
 * @param datacenter its datacenter
 * @param nodeClass its class; may be empty
 * @param meta free key-value pairs for constraints and tasks
 * @param ip the address that ports are allocated on
 * @param minDynamicPort first port of the dynamic range, 1 to 65535
 * @param maxDynamicPort last port of the dynamic range, inclusive
 * @param options of drivers, such as {@code rkt.volumes.enabled}
 * @param restrictions what tasks may ask of the machine
 * @param rkt the rkt to use; empty: the first on the path, else the bundled one
 * @param joinTokenFile the file with the secret of a join token; empty: {@link JoinTokens} looks for one
 * @param tls how the node uses TLS; empty if it does not
 * @param serverUsers the numbers of the users, besides the node's own and root, whose servers on this machine the node
 *     trusts without TLS
 * @param artifacts the limits of artifacts, and where files of the machine may come from
 */
record NodeConfig(
        List<String> servers,
        Path dataDir,
        String name,
        String datacenter,
        String nodeClass,
        Map<String, String> meta,
        String ip,
        int minDynamicPort,
        int maxDynamicPort,
        Map<String, String> options,
        NodeRestrictions restrictions,
        Optional<Path> rkt,
        Optional<Path> joinTokenFile,
        Optional<TlsOptions> tls,
        Set<Long> serverUsers,
        ArtifactSettings artifacts) {

    static final int MIN_DYNAMIC_PORT = 20_000;
    static final int MAX_DYNAMIC_PORT = 32_000;
    static final String DATACENTER = "dc1";

    private static final String SECURE = "https://";
    private static final Pattern SERVER = Pattern.compile("(\\[[0-9a-fA-F:.]+]|[^\\s:/\\[\\]]+):([0-9]{1,5})");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,128}");
    private static final int HIGHEST_PORT = 65535;

    /**
     * Makes the collections immutable and validates all values.
     *
     * @throws IllegalArgumentException if a value can't be used; the message names it
     */
    NodeConfig {
        boolean isSecure = servers.stream().anyMatch(server -> server.startsWith(SECURE));
        check(
                !isSecure || servers.stream().allMatch(server -> server.startsWith(SECURE)),
                "Either all servers have https:// or none: %s".formatted(String.join(",", servers)));
        tls = tls.or(() -> isSecure ? Optional.of(TlsOptions.SYSTEM) : Optional.empty());
        servers = servers.stream()
                .map(server -> isSecure ? server.substring(SECURE.length()) : server)
                .toList();
        meta = Map.copyOf(meta);
        options = Map.copyOf(options);
        serverUsers = Set.copyOf(serverUsers);
        check(!servers.isEmpty(), "A node needs at least one server: say --servers HOST:PORT");
        servers.forEach(NodeConfig::checkServer);
        checkName("name", name);
        checkName("datacenter", datacenter);
        check(
                nodeClass.length() <= NodeLimits.LONGEST_CLASS,
                "A node's class has %d characters at most".formatted(NodeLimits.LONGEST_CLASS));
        check(
                meta.size() <= NodeLimits.MOST_ENTRIES,
                "A node has %d entries of meta at most".formatted(NodeLimits.MOST_ENTRIES));
        meta.forEach((key, value) -> check(
                !key.isEmpty() && key.length() <= NodeLimits.LONGEST_KEY && value.length() <= NodeLimits.LONGEST_VALUE,
                "Meta \"%s\" is empty or too long: a key has %d characters at most, a value %d"
                        .formatted(
                                NodeLimits.cut(key, NodeLimits.LONGEST_KEY),
                                NodeLimits.LONGEST_KEY,
                                NodeLimits.LONGEST_VALUE)));
        NodeDrivers.checkOptions(options);
        restrictions = NodeDrivers.restrictions(options, restrictions);
        check(
                minDynamicPort >= 1 && minDynamicPort <= maxDynamicPort && maxDynamicPort <= HIGHEST_PORT,
                "Dynamic ports %d to %d are no range within 1 and 65535".formatted(minDynamicPort, maxDynamicPort));
    }

    /** Returns a configuration with defaults: the machine's name, and the address of its default route. */
    static NodeConfig of(List<String> servers, Path dataDir) {
        return new NodeConfig(
                servers,
                dataDir,
                defaultName(),
                DATACENTER,
                "",
                Map.of(),
                defaultIp(),
                MIN_DYNAMIC_PORT,
                MAX_DYNAMIC_PORT,
                Map.of(),
                NodeRestrictions.getDefaultInstance(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Set.of(),
                ArtifactSettings.DEFAULT);
    }

    static String defaultName() {
        return Fingerprinter.hostname();
    }

    static String defaultIp() {
        return HostAddress.ofDefaultRoute();
    }

    private static void checkServer(String server) {
        var parts = SERVER.matcher(server);
        check(
                parts.matches() && Integer.parseInt(parts.group(2)) <= HIGHEST_PORT,
                "Server \"%s\" is no HOST:PORT".formatted(server));
    }

    private static void checkName(String what, String value) {
        check(
                NAME.matcher(value).matches(),
                "The node's %s \"%s\" must be 1 to 128 letters, digits, dots, underscores and dashes"
                        .formatted(what, value));
    }

    private static void check(boolean isGood, String fault) {
        if (!isGood) {
            throw new IllegalArgumentException(fault);
        }
    }
}
