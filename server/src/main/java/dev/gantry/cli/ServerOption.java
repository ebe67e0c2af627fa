package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.client.RetryPolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** {@code --address}, {@code --token-file}: the server to call, and who calls. May stand before and after the command. */
final class ServerOption {

    private static final String VARIABLE = "GANTRY_ADDR";

    /** Three attempts in about a second, since a person waits for the response. */
    private static final RetryPolicy RETRY = RetryPolicy.DEFAULT.withMaxAttempts(3);

    private static final Duration WATCH_PATIENCE = Duration.ofSeconds(30);

    private final CliContext context;
    private final Optional<ServerOption> outer;

    @Spec(Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--address",
            paramLabel = "HOST:PORT",
            description =
                    "The server; with https:// before it, over TLS. Several servers of one cluster have commas between"
                            + " them: the command calls the first that it can connect to. Default: $" + VARIABLE
                            + ", or "
                            + GantryClient.DEFAULT_ADDRESS + ".")
    private String address;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description =
                    "The file with the token of the calls. Default: $$GANTRY_TOKEN, the file $$GANTRY_TOKEN_FILE, or"
                            + " the token of a server of this user on this machine.")
    private Path tokenFile;

    /** True once a hint was given: a command may connect again. */
    private boolean isHinted;

    @Mixin
    private final ClientTlsOptions tls = new ClientTlsOptions();

    /** Makes the option that stands before the command. */
    ServerOption(CliContext context) {
        this.context = context;
        this.outer = Optional.empty();
    }

    /** Makes the option that stands after the command. */
    ServerOption(CliContext context, ServerOption outer) {
        this.context = context;
        this.outer = Optional.of(outer);
    }

    /** Returns a client of the server. The caller closes it. */
    GantryClient connect() {
        Optional<String> named = address();
        if (named.isEmpty() && !isHinted) {
            isHinted = true;
            NomadEnvironment.hint(context.environment())
                    .ifPresent(context.console().err()::println);
        }
        String server = named.orElse(GantryClient.DEFAULT_ADDRESS);
        try {
            GantryClient.Builder client = GantryClient.builder()
                    .environment(context.environment())
                    .address(server)
                    .retry(server.contains(",") ? RetryPolicy.DEFAULT : RETRY)
                    .watchPatience(WATCH_PATIENCE)
                    .userAgent("gantry-cli")
                    .transport(CommandTransport::channel);
            Optional.ofNullable(tokenFile)
                    .or(() -> outer.map(option -> option.tokenFile))
                    .ifPresent(client::tokenFile);
            tls.find(outer.map(option -> option.tls), context.environment()).ifPresent(client::tls);
            return client.build();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), e.getMessage(), e);
        }
    }

    private Optional<String> variable(String name) {
        return Optional.ofNullable(context.environment().get(name)).filter(value -> !value.isBlank());
    }

    /** Returns the address that was named; empty: the default. */
    private Optional<String> address() {
        return Optional.ofNullable(address)
                .or(() -> outer.map(option -> option.address))
                .or(() -> variable(VARIABLE));
    }
}
