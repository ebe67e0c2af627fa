package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.v1.EvaluateJobResponse;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gantry job eval}: queues a job for placement again. */
@Command(
        name = "eval",
        description = {
            "Queues a job for placement again, although nothing of it has changed, and prints the evaluation's id.",
            "",
            "'eval status ID' shows what came of it.",
            ""
        })
final class JobEvalCommand extends ClientCommand {

    @Parameters(paramLabel = "JOB", description = "The job's id.")
    private String jobId;

    @Option(
            names = "--force-reschedule",
            description =
                    "Reschedules failed allocations now, also those that the reschedule block would not reschedule any more.")
    private boolean forceReschedule;

    @Mixin
    private JsonOption json;

    JobEvalCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        EvaluateJobResponse queued =
                JobPrefix.change(client, jobId, () -> client.jobs().evaluate(jobId, forceReschedule));
        json.print(context(), queued, () -> List.of(queued.getEvaluationId()));
        return GantryCli.DONE;
    }
}
