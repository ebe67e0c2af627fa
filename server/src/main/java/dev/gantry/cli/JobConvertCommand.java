package dev.gantry.cli;

import dev.gantry.jobfile.JobFiles;
import dev.gantry.v1.Job;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gantry job convert}: prints a job file in another language. */
@Command(
        name = "convert",
        description = {
            "Prints the job of a file as a job file in HCL 2 or JSON. The file may be in any language of job files, Nomad's API"
                    + " JSON among them. Variables have their values, and comments are left out. Calls no server.",
            ""
        })
final class JobConvertCommand implements Callable<Integer> {

    private final CliContext context;

    @Mixin
    private final JobFileParameter file;

    @Option(
            names = "--to",
            paramLabel = "hcl|json",
            defaultValue = "hcl",
            description = "The language: hcl, or json, that of the API. Default: ${DEFAULT-VALUE}.")
    private Language language;

    /** A language of job files. */
    private enum Language {
        HCL,
        JSON
    }

    JobConvertCommand(CliContext context) {
        this.context = context;
        this.file = new JobFileParameter(context);
    }

    @Override
    public Integer call() {
        Job job = file.read().job();
        context.print((language == Language.HCL ? JobFiles.write(job) : ProtoJson.jobFile(job)).stripTrailing());
        return GantryCli.DONE;
    }
}
