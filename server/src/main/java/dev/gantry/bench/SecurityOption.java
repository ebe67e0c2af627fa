package dev.gantry.bench;

import picocli.CommandLine.Option;

/** {@code --security}: how the measured server knows its callers. */
final class SecurityOption {

    @Option(
            names = "--security",
            paramLabel = "HOW",
            defaultValue = "none",
            description =
                    "How the server knows its callers: none (gantry server --insecure), tokens, or tls (tokens, and a"
                            + " certificate for each client and each node). Default: ${DEFAULT-VALUE}.")
    private Security security = Security.NONE;

    Security security() {
        return security;
    }
}
