package dev.gantry.cli;

import dev.gantry.client.TlsOptions;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine.Option;

/** The options of a command for TLS. They may stand before and after the command, and in environment variables. */
final class ClientTlsOptions {

    private static final String AUTHORITY = "GANTRY_CACERT";
    private static final String CERTIFICATE = "GANTRY_CLIENT_CERT";
    private static final String KEY = "GANTRY_CLIENT_KEY";

    @Option(
            names = "--ca-file",
            paramLabel = "FILE",
            description = "Uses TLS, and trusts servers whose certificate is of this CA. Default: $" + AUTHORITY
                    + ". An address with https:// and no CA trusts those that Java trusts.")
    private String authority;

    @Option(
            names = "--cert-file",
            paramLabel = "FILE",
            description = "Uses TLS, and shows the server this certificate. Default: $" + CERTIFICATE + ".")
    private String certificate;

    @Option(
            names = "--key-file",
            paramLabel = "FILE",
            description = "The private key of the certificate. Default: $" + KEY + ".")
    private String key;

    /**
     * Finds out how to use TLS.
     *
     * @param outer the options before the command
     * @param environment the environment variables
     * @return empty if nothing asks for TLS
     * @throws IllegalArgumentException if there is a certificate without a key, or the reverse
     */
    Optional<TlsOptions> find(Optional<ClientTlsOptions> outer, Map<String, String> environment) {
        Optional<Path> trusted = file(outer, environment, options -> options.authority, AUTHORITY);
        Optional<Path> shown = file(outer, environment, options -> options.certificate, CERTIFICATE);
        Optional<Path> secret = file(outer, environment, options -> options.key, KEY);
        return TlsFiles.toOptions(trusted, shown, secret);
    }

    private Optional<Path> file(
            Optional<ClientTlsOptions> outer,
            Map<String, String> environment,
            Function<ClientTlsOptions, String> option,
            String variable) {
        return Optional.ofNullable(option.apply(this))
                .or(() -> outer.map(option))
                .or(() -> Optional.ofNullable(environment.get(variable)).filter(value -> !value.isBlank()))
                .map(Path::of);
    }
}
