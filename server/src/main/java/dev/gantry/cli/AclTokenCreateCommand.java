package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.files.DurableFile;
import dev.gantry.v1.AclTokenType;
import dev.gantry.v1.CreateAclTokenResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gantry acl token create}: makes a token. */
@Command(
        name = "create",
        description = "Makes a token, and prints its secret or writes it to a file. No other command shows the secret.")
final class AclTokenCreateCommand extends ClientCommand {

    /** The types of tokens. */
    enum Type {
        CLIENT(AclTokenType.ACL_TOKEN_TYPE_CLIENT),
        MANAGEMENT(AclTokenType.ACL_TOKEN_TYPE_MANAGEMENT),
        JOIN(AclTokenType.ACL_TOKEN_TYPE_JOIN);

        private final AclTokenType type;

        Type(AclTokenType type) {
            this.type = type;
        }
    }

    @Option(names = "--name", paramLabel = "NAME", description = "A name for people.")
    private String name = "";

    @Option(names = "--policy", paramLabel = "POLICY", description = "A policy of the token; repeat it for several.")
    private List<String> policies = new ArrayList<>();

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            description = "client (allows what its policies allow), management (allows everything) or join (registers"
                    + " nodes). Default: client.")
    private Type type = Type.CLIENT;

    @Option(names = "--ttl", paramLabel = "DURATION", description = "How long it lives. Default: it does not end.")
    private Duration timeToLive;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "Writes the secret to a new file that only you can read, and does not print it.")
    private Optional<Path> out = Optional.empty();

    @Mixin
    private JsonOption json;

    AclTokenCreateCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        out.ifPresent(AclTokenCreateCommand::checkNew);
        CreateAclTokenResponse made =
                client.acl().createToken(name, type.type, policies, Optional.ofNullable(timeToLive));
        out.ifPresent(file -> write(made, file, client));
        CreateAclTokenResponse shown =
                out.isPresent() ? made.toBuilder().clearSecret().build() : made;
        json.print(context(), shown, () -> AclView.made(shown, out));
        return GantryCli.DONE;
    }

    /** Fails before the token is made. */
    private static void checkNew(Path file) {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            throw exists(file);
        }
    }

    /** Writes the secret. A token whose secret is lost is deleted. */
    private static void write(CreateAclTokenResponse made, Path file, GantryClient client) {
        byte[] line = (made.getSecret() + "\n").getBytes(StandardCharsets.US_ASCII);
        try {
            DurableFile.create(file, line, DurableFile.OWNER_ONLY);
        } catch (IOException e) {
            client.acl().deleteToken(made.getToken().getAccessorId());
            throw e instanceof FileAlreadyExistsException
                    ? exists(file)
                    : new CommandFailedException("can't write %s: %s. No token was made".formatted(file, e), e);
        }
    }

    private static CommandFailedException exists(Path file) {
        return new CommandFailedException(
                "%s exists already, and may hold the secret of another token: name a new file".formatted(file));
    }
}
