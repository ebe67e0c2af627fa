package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.jobfile.PolicyFiles;
import dev.gantry.v1.AclPolicy;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code gantry acl policy apply}: makes or replaces a policy. */
@Command(name = "apply", description = "Makes or replaces a policy. It is in force at once.")
final class AclPolicyApplyCommand extends ClientCommand {

    @Parameters(index = "0", paramLabel = "NAME", description = "The policy's name.")
    private String name;

    @Parameters(index = "1", paramLabel = "FILE", description = "The policy, in HCL. - reads standard input.")
    private String file;

    @Mixin
    private JsonOption json;

    AclPolicyApplyCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        AclPolicy policy = file.equals("-")
                ? PolicyFiles.read("standard input", context().console().in())
                : PolicyFiles.read(Path.of(file));
        AclPolicy stored =
                client.acl().applyPolicy(policy.toBuilder().setName(name).build());
        json.print(context(), stored, () -> List.of("==> Policy \"%s\" is in force".formatted(stored.getName())));
        return GantryCli.DONE;
    }
}
