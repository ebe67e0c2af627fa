package dev.gantry.jobfile;

import dev.gantry.jobfile.hcl2.Inputs;
import java.nio.file.Path;

/** Reads files with values for the variables of job files. */
public final class VariableFiles {

    private VariableFiles() {}

    /**
     * Reads a file.
     *
     * @param file the file: settings in HCL, or a JSON object
     * @param inputs the values until now
     * @return these and the file's, which count more
     * @throws JobFileException if the file can't be read, is larger than 1 MiB, or is malformed
     */
    public static Inputs read(Path file, Inputs inputs) {
        return new SourceFiles<Inputs>(
                        "file of values",
                        "values of variables are short",
                        (text, faults) -> inputs.withFile(text, file.toString(), faults))
                .read(file);
    }
}
