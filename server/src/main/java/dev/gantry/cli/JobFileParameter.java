package dev.gantry.cli;

import dev.gantry.v1.Job;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code FILE}: the job file that a command reads. */
final class JobFileParameter {

    private final CliContext context;

    @Parameters(paramLabel = "FILE", description = "Job file, in HCL or JSON. - reads standard input.")
    private String file;

    @Mixin
    private JobVariableOptions variables;

    JobFileParameter(CliContext context) {
        this.context = context;
    }

    /** Reads the job. */
    Job read() {
        return variables.read(context, file);
    }

    /** Returns the arguments that name the file and its variables, as given. */
    String written() {
        return variables.written() + file;
    }
}
