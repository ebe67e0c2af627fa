package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.jobfile.JobSource;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobViolation;
import dev.gantry.v1.ValidateJobResponse;
import java.io.PrintStream;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code gantry job validate}: prints the faults of a job. */
@Command(
        name = "validate",
        description =
                "Checks a job as 'job run' would, also whether the token may submit it. Changes nothing. Ends with 1 if"
                        + " it would be refused.")
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
        JobSource source = file.read();
        if (source.hasFaults()) {
            List<JobViolation> more = JobFileParameter.violations(source, client);
            if (json.isGiven()) {
                ValidateJobResponse answer = ValidateJobResponse.newBuilder()
                        .addAllViolations(source.faults(more))
                        .build();
                json.print(context(), answer, List::of);
            }
            throw source.faultyWith(more);
        }
        Job job = source.job();
        ValidateJobResponse answer = client.jobs().validate(job);
        boolean isValid = answer.getViolationsCount() == 0 && answer.getRefusalsCount() == 0;
        PrintStream err = context().console().err();
        source.reports(answer.getViolationsList()).forEach(fault -> err.println("error: " + fault));
        PlanView.refusals(source, answer.getRefusalsList()).forEach(refusal -> err.println("error: " + refusal));
        json.print(context(), answer, () -> isValid ? List.of("Job \"" + job.getId() + "\" is valid") : List.of());
        return isValid ? GantryCli.DONE : GantryCli.FAILED;
    }
}
