package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gantry job promote} and {@code gantry deployment promote}: goes on with a deployment. */
@Command(
        name = "promote",
        description = "Goes on with the newest deployment of a job, whose canaries are good: the rest is replaced.")
final class PromoteCommand extends ClientCommand {

    @Parameters(paramLabel = "JOB", description = "The job's id.")
    private String jobId;

    @Option(names = "--group", paramLabel = "GROUP", description = "Only this group; can be given many times.")
    private List<String> groups = List.of();

    PromoteCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        String evaluation =
                client.jobs().promote(jobId, groups.toArray(String[]::new)).getEvaluationId();
        print("==> The deployment of job \"%s\" goes on, evaluation \"%s\""
                .formatted(jobId, Words.shortId(evaluation)));
        return GantryCli.DONE;
    }
}
