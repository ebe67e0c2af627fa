package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.v1.AclTokenType;
import dev.gantry.v1.CreateAclTokenResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gantry acl token create}: makes a token. */
@Command(name = "create", description = "Makes a token, and prints its secret, which no other command shows.")
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

    @Mixin
    private JsonOption json;

    AclTokenCreateCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        CreateAclTokenResponse made =
                client.acl().createToken(name, type.type, policies, Optional.ofNullable(timeToLive));
        json.print(context(), made, () -> AclView.made(made));
        return GantryCli.DONE;
    }
}
