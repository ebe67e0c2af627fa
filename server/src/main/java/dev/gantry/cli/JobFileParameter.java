package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.client.GantryException;
import dev.gantry.client.InvalidArgumentException;
import dev.gantry.client.PermissionDeniedException;
import dev.gantry.jobfile.JobSource;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobViolation;
import java.util.List;
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

    /** Reads the file. */
    JobSource read() {
        return variables.read(context, file);
    }

    /**
     * Returns the job of a file.
     *
     * @throws dev.gantry.jobfile.JobFileException if the file has faults. Those that the server finds in the rest of the
     *     job are among them, so that all can be mended at once; without a server they come in a second run
     */
    static Job job(JobSource source, GantryClient client) {
        if (source.hasFaults()) {
            throw source.faultyWith(violations(source, client));
        }
        return source.job();
    }

    /** Returns what the server finds wrong with what could be read of a file with faults; nothing without a server. */
    static List<JobViolation> violations(JobSource source, GantryClient client) {
        try {
            return client.jobs().validate(source.readable()).getViolationsList();
        } catch (GantryException unknown) {
            return List.of();
        }
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
