package dev.gantry.app;

import dev.gantry.tls.ServerTls;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
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

    /** Returns true if the server is to serve over TLS. */
    boolean isPresent() {
        return certificate.isPresent();
    }

    /**
     * Returns how the server uses TLS; empty if it does not.
     *
     * @throws IllegalArgumentException if only some of the files are given
     */
    Optional<ServerTls> toTls() {
        List<Optional<Path>> files = List.of(certificate, key, authority);
        if (files.stream().allMatch(Optional::isPresent)) {
            return Optional.of(new ServerTls(
                    certificate.orElseThrow(),
                    key.orElseThrow(),
                    authority.orElseThrow(),
                    oldest.orElse(ServerTls.Version.TLS_1_3),
                    isClientVerified));
        }
        if (files.stream().anyMatch(Optional::isPresent) || oldest.isPresent() || isClientVerified) {
            throw new IllegalArgumentException(
                    "TLS needs all of --tls-cert FILE, --tls-key FILE and --tls-ca FILE; gantry tls makes them");
        }
        return Optional.empty();
    }
}
