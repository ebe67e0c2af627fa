package dev.gantry.jobfile;

import dev.gantry.jobfile.hcl.HclParser;
import dev.gantry.v1.Job;
import java.io.InputStream;
import java.nio.file.Path;

/** Reads job files. */
public final class JobFiles {

    /** The largest job file: 1 MiB. */
    public static final int LARGEST = SourceFiles.LARGEST;

    private static final SourceFiles<Job> FILES =
            new SourceFiles<>("job file", "a job file names images and files, it does not hold them", JobFiles::parse);

    private JobFiles() {}

    /**
     * Reads a job file.
     *
     * @param file the file
     * @return the job as it is written there; defaults are not filled in
     * @throws JobFileException if the file can't be read, is larger than {@link #LARGEST}, or does not say a job
     */
    public static Job read(Path file) {
        return FILES.read(file);
    }

    /**
     * Reads a job file from a stream, such as standard input.
     *
     * @param name how messages call it
     * @param in the file's bytes, UTF-8; read to its end, but no further than {@link #LARGEST}, and not closed
     * @return the job as it is written there; defaults are not filled in
     * @throws JobFileException if the stream can't be read, is larger than {@link #LARGEST}, or does not say a job
     */
    public static Job read(String name, InputStream in) {
        return FILES.read(name, in);
    }

    private static Job parse(String text) {
        return text.stripLeading().startsWith("{") ? JsonJob.read(text) : HclJob.read(HclParser.parse(text));
    }
}
