package dev.gantry.app;

import dev.gantry.cli.TlsFiles;
import dev.gantry.client.TlsOptions;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The command line options of a node for TLS. They are those of the commands. */
final class NodeTlsOptions {

    @Option(
            names = "--ca-file",
            paramLabel = "FILE",
            defaultValue = "${env:GANTRY_CACERT}",
            description = "Uses TLS, and trusts servers whose certificate is of this CA. Default: $$GANTRY_CACERT.")
    private Optional<Path> authority = Optional.empty();

    @Option(
            names = "--cert-file",
            paramLabel = "FILE",
            defaultValue = "${env:GANTRY_CLIENT_CERT}",
            description = "The node's certificate, whose role is node NAME. Default: $$GANTRY_CLIENT_CERT.")
    private Optional<Path> certificate = Optional.empty();

    @Option(
            names = "--key-file",
            paramLabel = "FILE",
            defaultValue = "${env:GANTRY_CLIENT_KEY}",
            description = "The private key of the certificate. Default: $$GANTRY_CLIENT_KEY.")
    private Optional<Path> key = Optional.empty();

    /**
     * Returns how the node uses TLS; empty if it does not.
     *
     * @throws IllegalArgumentException if there is a certificate without a key, or the reverse
     */
    Optional<TlsOptions> toTls() {
        return TlsFiles.toOptions(authority, certificate, key);
    }
}
