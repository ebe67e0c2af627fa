package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.jobfile.JobSource;
import dev.gantry.v1.Job;
import dev.gantry.v1.PlanJobResponse;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code gantry job plan}: shows the plan that a submission would lead to. */
@Command(
        name = "plan",
        description = {
            "Shows what 'job run' would do now, and for each node why or why not. Changes nothing.",
            "",
            "Ends with 0 whatever the plan says, but with 1 if the token may not submit the job.",
            ""
        })
final class JobPlanCommand extends ClientCommand {

    @Mixin
    private final JobFileParameter file;

    @Mixin
    private JsonOption json;

    JobPlanCommand(CliContext context, ServerOption outer) {
        super(context, outer);
        this.file = new JobFileParameter(context);
    }

    @Override
    int run(GantryClient client) {
        JobSource source = file.read();
        Job job = JobFileParameter.job(source, client);
        PlanJobResponse plan = JobFileParameter.call(source, () -> client.jobs().plan(job));
        json.print(context(), plan, () -> PlanView.of(source, file.written(), plan));
        return plan.getRefusalsCount() == 0 ? GantryCli.DONE : GantryCli.FAILED;
    }
}
