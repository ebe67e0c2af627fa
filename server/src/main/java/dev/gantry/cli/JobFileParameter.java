package dev.gantry.cli;

import dev.gantry.jobfile.JobFiles;
import dev.gantry.v1.Job;
import java.nio.file.Path;
import picocli.CommandLine.Parameters;

/** {@code FILE}: the job file that a command reads. */
final class JobFileParameter {

    private final CliContext context;

    @Parameters(
            paramLabel = "FILE",
            description = "Job file, in HCL or as the protocol's JSON. - reads standard input.")
    private String file;

    JobFileParameter(CliContext context) {
        this.context = context;
    }

    /** Reads the job. */
    Job read() {
        return read(context, file);
    }

    /** Reads the job in a file, or on standard input if the name is {@code -}. */
    static Job read(CliContext context, String file) {
        return file.equals("-")
                ? JobFiles.read("standard input", context.console().in())
                : JobFiles.read(Path.of(file));
    }

    /** Returns the name of the file as given. */
    String name() {
        return file;
    }
}
