package dev.gantry.cli;

import dev.gantry.client.InvalidArgumentException;
import dev.gantry.client.PermissionDeniedException;
import dev.gantry.jobfile.JobSource;
import java.util.function.Supplier;
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
    JobSource read() {
        return variables.read(context, file);
    }

    /**
     * Makes a call with a job of a file. What the server finds wrong with the job is shown in the file.
     *
     * @throws dev.gantry.jobfile.JobFileException if the server refuses the job for some of its fields
     */
    static <T> T call(JobSource source, Supplier<T> call) {
        try {
            return call.get();
        } catch (InvalidArgumentException e) {
            throw e.violations().isEmpty() ? e : source.refused(e.violations(), e);
        } catch (PermissionDeniedException e) {
            throw e.violations().isEmpty() ? e : source.refused(e.violations(), e);
        }
    }

    /** Returns the arguments that name the file and its variables, as given. */
    String written() {
        return variables.written() + file;
    }
}
