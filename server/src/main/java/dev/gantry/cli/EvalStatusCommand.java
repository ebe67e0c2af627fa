package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.client.NotFoundException;
import dev.gantry.v1.Evaluation;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code gantry eval status}: shows evaluations. */
@Command(
        name = "status",
        description =
                "Shows one evaluation with filtered nodes, exhausted resources and the best nodes; or all evaluations"
                        + " of a job, newest first.")
final class EvalStatusCommand extends ClientCommand {

    private static final Pattern ID = Pattern.compile("[0-9a-f]{4,8}(-[0-9a-f-]*)?");

    @Parameters(paramLabel = "ID|JOB", description = "The evaluation's id or a prefix of it, or a job's id.")
    private String subject;

    @Mixin
    private JsonOption json;

    @Mixin
    private FullOption full;

    @Mixin
    private VerboseOption verbose;

    EvalStatusCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        EvaluationView view = new EvaluationView(new TimeFormat(context().clock()), verbose);
        Optional<Evaluation> evaluation = evaluation(client);
        if (evaluation.isPresent()) {
            json.print(context(), evaluation.get(), () -> view.one(evaluation.get()));
        } else {
            List<Evaluation> evaluations = ofJob(client);
            json.print(context(), evaluations, () -> view.all(evaluations));
        }
        return GantryCli.DONE;
    }

    private List<Evaluation> ofJob(GantryClient client) {
        try {
            return JobPrefix.read(
                    client,
                    subject,
                    id -> client.jobs().evaluations(id, full.view()).toList());
        } catch (NotFoundException e) {
            if (!ID.matcher(subject).matches()) {
                throw e;
            }
            throw new CommandFailedException(
                    "No evaluation and no job \"%s\": 'gantry eval status JOB' lists those of a job"
                            .formatted(subject));
        }
    }

    /**
     * Finds an evaluation. A job's id may look like the prefix of an evaluation's id, so an unknown evaluation is taken
     * for a job.
     */
    private Optional<Evaluation> evaluation(GantryClient client) {
        if (!ID.matcher(subject).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(client.jobs().evaluation(subject));
        } catch (NotFoundException e) {
            return Optional.empty();
        }
    }
}
