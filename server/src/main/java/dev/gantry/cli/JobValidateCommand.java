package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobViolation;
import dev.gantry.v1.ValidateJobResponse;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code gantry job validate}: prints the faults of a job. */
@Command(
        name = "validate",
        description = "Checks a job as 'job run' would. Changes nothing. Ends with 1 if it is not valid.")
final class JobValidateCommand extends ClientCommand {

    @Mixin
    private final JobFileParameter file;

    @Mixin
    private JsonOption json;

    JobValidateCommand(CliContext context, ServerOption outer) {
        super(context, outer);
        this.file = new JobFileParameter(context);
    }

    @Override
    int run(GantryClient client) {
        Job job = file.read();
        List<JobViolation> violations = client.jobs().validate(job);
        violations.forEach(violation -> context().console().err().println(CommandFailureHandler.line(violation)));
        json.print(
                context(),
                ValidateJobResponse.newBuilder().addAllViolations(violations).build(),
                () -> violations.isEmpty() ? List.of("Job \"" + job.getId() + "\" is valid") : List.of());
        return violations.isEmpty() ? GantryCli.DONE : GantryCli.FAILED;
    }
}
