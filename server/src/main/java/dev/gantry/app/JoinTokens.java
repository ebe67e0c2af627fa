package dev.gantry.app;

import dev.gantry.client.LocalCredentials;
import dev.gantry.model.JoinToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the token that lets a node join: in a file, in the environment, or where a server of this user on this machine
 * has left it.
 */
final class JoinTokens implements Function<String, Optional<JoinToken>> {

    private static final Logger LOG = LoggerFactory.getLogger(JoinTokens.class);
    private static final String VARIABLE = "GANTRY_JOIN_TOKEN";

    private final Optional<Path> file;
    private final Optional<String> variable;
    private final LocalCredentials local;

    JoinTokens(Optional<Path> file, Optional<String> variable, LocalCredentials local) {
        this.file = file;
        this.variable = variable;
        this.local = local;
    }

    static JoinTokens ofThisMachine(Optional<Path> file) {
        return new JoinTokens(
                file,
                Optional.ofNullable(System.getenv(VARIABLE)).filter(value -> !value.isBlank()),
                LocalCredentials.ofThisUser(System.getenv()));
    }

    /**
     * Reads the token anew each time: the file of a server may appear after the node has started.
     *
     * @throws IllegalArgumentException if it is damaged
     */
    @Override
    public Optional<JoinToken> apply(String server) {
        Optional<String> text = file.isPresent()
                ? read(file.get())
                : variable.map(String::strip)
                        .or(() -> local.find(server, LocalCredentials.JOIN).secret());
        return text.map(JoinToken::parse);
    }

    private static Optional<String> read(Path file) {
        try {
            return Optional.of(Files.readString(file).strip()).filter(secret -> !secret.isEmpty());
        } catch (IOException e) {
            // The node needs no join token once the server knows it.
            LOG.warn("Can't read the join token in {}: {}", file, e.toString());
            return Optional.empty();
        }
    }
}
