package dev.gantry.app;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The command line options of a node. */
final class NodeOptions {

    private static final class ToPortRange implements ITypeConverter<PortRange> {

        @Override
        public PortRange convert(String text) {
            try {
                return PortRange.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    @Option(names = "--name", paramLabel = "NAME", description = "The node's name. Default: the host's.")
    private Optional<String> name = Optional.empty();

    @Option(
            names = "--datacenter",
            paramLabel = "NAME",
            defaultValue = NodeConfig.DATACENTER,
            description = "The node's datacenter. Default: ${DEFAULT-VALUE}.")
    private String datacenter = NodeConfig.DATACENTER;

    @Option(
            names = "--class",
            paramLabel = "WORD",
            defaultValue = "",
            description = "The node's class, for constraints: $${node.class}.")
    private String nodeClass = "";

    @Option(
            names = "--meta",
            paramLabel = "KEY=VALUE",
            description = "Metadata of the node, for constraints and tasks: $${meta.KEY}. May be repeated.")
    private Map<String, String> meta = new LinkedHashMap<>();

    @Option(
            names = "--ip",
            paramLabel = "ADDRESS",
            description = "The address that ports are allocated on. Default: that of the default route.")
    private Optional<String> ip = Optional.empty();

    @Option(
            names = "--dynamic-ports",
            paramLabel = "FIRST-LAST",
            converter = ToPortRange.class,
            description = "The range of dynamic ports. Default: 20000-32000.")
    private PortRange dynamicPorts = PortRange.STANDARD;

    @Option(
            names = "--rkt",
            paramLabel = "PATH",
            description = "The rkt to use. Default: the first on $$PATH, else the one that comes with Gantry.")
    private Optional<Path> rkt = Optional.empty();

    @Option(
            names = "--option",
            paramLabel = "KEY=VALUE",
            description = "A driver's option, such as rkt.volumes.enabled=false. May be repeated.")
    private Map<String, String> options = new LinkedHashMap<>();

    @Option(
            names = "--join-token-file",
            paramLabel = "FILE",
            description =
                    "The file with a join token, which a new node needs. Default: $$GANTRY_JOIN_TOKEN, or that of a"
                            + " server of this user on this machine.")
    private Optional<Path> joinTokenFile = Optional.empty();

    @Option(
            names = "--server-user",
            paramLabel = "USER",
            description =
                    "A user, by name or number, whose server on this machine the node connects to without TLS, besides"
                            + " those of its own user and of root. May be repeated.")
    private List<String> serverUsers = new ArrayList<>();

    @Mixin
    private final RestrictionOptions restrictions = new RestrictionOptions();

    @Mixin
    private final ArtifactOptions artifacts = new ArtifactOptions();

    @Mixin
    private final NodeTlsOptions tls = new NodeTlsOptions();

    /**
     * Makes the node's configuration.
     *
     * @param joinTokenWithoutOption the file if no {@code --join-token-file} is given
     * @param ipWithoutOption the address if no {@code --ip} is given
     * @throws IllegalArgumentException if a value can't be used; the message names it
     */
    NodeConfig toConfig(
            List<String> servers,
            Path dataDir,
            Optional<String> ipWithoutOption,
            Optional<Path> joinTokenWithoutOption) {
        return new NodeConfig(
                servers,
                dataDir,
                name.orElseGet(NodeConfig::defaultName),
                datacenter,
                nodeClass,
                meta,
                ip.or(() -> ipWithoutOption).orElseGet(NodeConfig::defaultIp),
                dynamicPorts.first(),
                dynamicPorts.last(),
                options,
                restrictions.toRestrictions(),
                rkt,
                joinTokenFile.or(() -> joinTokenWithoutOption),
                tls.toTls(),
                serverUsers.stream()
                        .map(user -> UserId.parse(user, Path.of("/etc/passwd")))
                        .collect(Collectors.toSet()),
                artifacts.toSettings());
    }
}
