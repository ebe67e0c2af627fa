package dev.gantry.app;

import dev.gantry.model.IpLiteral;
import dev.gantry.node.fingerprint.Fingerprinter;
import dev.gantry.tls.DnsNames;
import dev.gantry.tls.ServerTls;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The command line options of a server for TLS. */
final class TlsServerOptions {

    private static final class ToVersion implements ITypeConverter<ServerTls.Version> {

        @Override
        public ServerTls.Version convert(String text) {
            return switch (text) {
                case "1.2" -> ServerTls.Version.TLS_1_2;
                case "1.3" -> ServerTls.Version.TLS_1_3;
                default -> throw new TypeConversionException("\"%s\" is not 1.2 or 1.3".formatted(text));
            };
        }
    }

    @Option(
            names = "--tls",
            description = "Serves over TLS only, with a CA and a certificate that the server makes and renews in"
                    + " server/tls in its data directory.")
    private boolean isOwn;

    @Option(
            names = "--tls-name",
            paramLabel = "NAME",
            description = "With --tls: a DNS name or an IP address by which the server is called, besides its --listen"
                    + " address, the machine's name and the loopback's. May be repeated.")
    private List<String> names = new ArrayList<>();

    @Option(
            names = "--tls-cert",
            paramLabel = "FILE",
            description = "Serves over TLS only, with this certificate. Read again when it changes.")
    private Optional<Path> certificate = Optional.empty();

    @Option(names = "--tls-key", paramLabel = "FILE", description = "The private key of the certificate.")
    private Optional<Path> key = Optional.empty();

    @Option(
            names = "--tls-ca",
            paramLabel = "FILE",
            description = "The CA that issues the certificates of nodes and clients.")
    private Optional<Path> authority = Optional.empty();

    @Option(
            names = "--tls-min-version",
            paramLabel = "VERSION",
            converter = ToVersion.class,
            description = "The oldest version of TLS that callers may use: 1.2 or 1.3. Default: 1.3.")
    private Optional<ServerTls.Version> oldest = Optional.empty();

    @Option(
            names = "--tls-verify-client",
            description = "Demands a certificate of the CA from every caller. Without it, only nodes need one.")
    private boolean isClientVerified;

    /**
     * Returns how the server uses TLS; empty if it does not.
     *
     * @param ownDirectory the directory of the files that the server makes
     * @param listen the address that the server listens on
     * @throws IllegalArgumentException if only some of the files are given, or options that exclude each other
     */
    Optional<ServerTls> toTls(Path ownDirectory, InetAddress listen) {
        List<Optional<Path>> files = List.of(certificate, key, authority);
        ServerTls.Version version = oldest.orElse(ServerTls.Version.TLS_1_3);
        if (isOwn && files.stream().anyMatch(Optional::isPresent)) {
            throw new IllegalArgumentException(
                    "--tls makes the server's certificates itself: say either it, or --tls-cert, --tls-key and --tls-ca");
        }
        if (isOwn) {
            return Optional.of(ServerTls.own(ownDirectory, allNames(listen), version, isClientVerified));
        }
        if (!names.isEmpty()) {
            throw new IllegalArgumentException(
                    "--tls-name is for --tls: a certificate of your own has its names in it");
        }
        if (files.stream().allMatch(Optional::isPresent)) {
            return Optional.of(new ServerTls(
                    certificate.orElseThrow(), key.orElseThrow(), authority.orElseThrow(), version, isClientVerified));
        }
        if (files.stream().anyMatch(Optional::isPresent) || oldest.isPresent() || isClientVerified) {
            throw new IllegalArgumentException(
                    "TLS needs all of --tls-cert FILE, --tls-key FILE and --tls-ca FILE; gantry tls makes them,"
                            + " or say --tls");
        }
        return Optional.empty();
    }

    private List<String> allNames(InetAddress listen) {
        for (String name : names) {
            if (!DnsNames.isValid(name) && !IpLiteral.isValid(name)) {
                throw new IllegalArgumentException(
                        "--tls-name \"%s\" is no DNS name and no IP address".formatted(name));
            }
        }
        Stream<String> own = Stream.concat(
                Stream.of("localhost", "127.0.0.1", "::1"),
                Stream.of(Fingerprinter.hostname()).filter(DnsNames::isValid));
        // An address that only this machine knows how to reach has the name of its interface after it.
        Stream<String> bound = Stream.of(listen.getHostAddress())
                .filter(address -> !listen.isAnyLocalAddress() && IpLiteral.isValid(address));
        return Stream.of(own, bound, names.stream())
                .flatMap(Function.identity())
                .distinct()
                .toList();
    }
}
