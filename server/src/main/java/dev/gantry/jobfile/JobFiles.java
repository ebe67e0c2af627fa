package dev.gantry.jobfile;

import dev.gantry.jobfile.JobSource.Parsed;
import dev.gantry.jobfile.hcl.Faults;
import dev.gantry.jobfile.hcl.HclParser;
import dev.gantry.jobfile.hcl.HclValue;
import dev.gantry.jobfile.hcl.Position;
import dev.gantry.jobfile.hcl.TextFaultException;
import dev.gantry.jobfile.hcl2.Dialect;
import dev.gantry.jobfile.hcl2.Hcl2File;
import dev.gantry.jobfile.hcl2.Inputs;
import dev.gantry.jobfile.hcl2.Surroundings;
import dev.gantry.v1.Job;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Reads job files, in HCL 1, HCL 2 or JSON, and writes them in HCL 2. */
public final class JobFiles {

    /** The largest job file: 1 MiB. */
    public static final int LARGEST = SourceFiles.LARGEST;

    private static final String TOO_LARGE = "a job file names images and files, it does not hold them";

    private JobFiles() {}

    /**
     * Reads a job file. Its functions may read files; relative paths begin in its directory.
     *
     * @param file the file
     * @param inputs the values of its variables
     * @return the job as it is written there, and where; or the faults of the file, if a part of a job can be made of it
     * @throws JobFileException if the file can't be read, is larger than {@link #LARGEST}, or does not say a job
     */
    public static JobSource open(Path file, Inputs inputs) {
        Path directory = file.toAbsolutePath().getParent();
        return files(file.toString(), inputs, Surroundings.in(directory)).read(file);
    }

    /**
     * Reads a job file without variables.
     *
     * @param file the file
     * @return the job as it is written there; defaults are not filled in
     * @throws JobFileException as above
     */
    public static Job read(Path file) {
        return open(file, Inputs.NONE).job();
    }

    /**
     * Reads a job file from a stream, such as standard input. Its functions may not read files.
     *
     * @param name how messages call it
     * @param in the file's bytes, UTF-8; read to its end, but no further than {@link #LARGEST}, and not closed
     * @param inputs the values of its variables
     * @return the job as it is written there, and where; or the faults, as above
     * @throws JobFileException if the stream can't be read, is larger than {@link #LARGEST}, or does not say a job
     */
    public static JobSource open(String name, InputStream in, Inputs inputs) {
        return files(name, inputs, Surroundings.withoutFiles()).read(name, in);
    }

    /**
     * Reads a job file without variables from a stream.
     *
     * @param name how messages call it
     * @param in the file's bytes, as above
     * @return the job as it is written there; defaults are not filled in
     * @throws JobFileException as above
     */
    public static Job read(String name, InputStream in) {
        return open(name, in, Inputs.NONE).job();
    }

    /**
     * Reads the text of a job file. Its functions may not read files.
     *
     * @param text the text
     * @param inputs the values of its variables
     * @param faults takes what is wrong with it
     * @return the job as it is written there, without what is at fault; defaults are not filled in
     */
    public static Job parse(String text, Inputs inputs, Faults faults) {
        return faults.attempt(() ->
                        parse(text, inputs, Surroundings.withoutFiles(), faults).job())
                .orElseGet(Job::getDefaultInstance);
    }

    /**
     * Writes a job as a job file in HCL 2, laid out as {@link #layOut} does.
     *
     * @param job the job
     * @return the text; read as a job file, it says the same job
     * @throws JobFileException if HCL can't say the job, such as null in the settings of a driver
     */
    public static String write(Job job) {
        return JobHcl.write(job);
    }

    /**
     * Lays out the text of a job file in HCL: indents, aligned equals signs, no blanks at the ends of lines. Comments stay.
     *
     * @param name how messages call it
     * @param in the file's bytes, as for {@link #open}
     * @return the text before and after
     * @throws JobFileException if the stream can't be read, is larger than {@link #LARGEST}, or is not HCL
     */
    public static Layout layOut(String name, InputStream in) {
        return new SourceFiles<>("job file", TOO_LARGE, JobFiles::layOut).read(name, in);
    }

    /**
     * The text of a file.
     *
     * @param before as it is
     * @param after as it is laid out
     */
    public record Layout(String before, String after) {

        /**
         * Decides whether the layout changes the text.
         *
         * @return true if it does
         */
        public boolean isChange() {
            return !before.equals(after);
        }
    }

    private static Layout layOut(String text, Faults faults) {
        if (text.stripLeading().startsWith("{")) {
            faults.add(Position.START, "this is JSON: only HCL is laid out");
        } else if (inHcl1(text).isEmpty()) {
            Hcl2File.check(text, faults);
        }
        return new Layout(text, faults.isEmpty() ? HclFormat.format(text) : text);
    }

    /**
     * Writes a message on one line: messages quote the file, which may have line feeds or terminal control sequences.
     *
     * @param message the message
     * @return the message with a blank in place of each sequence of such characters
     */
    public static String oneLine(String message) {
        return SourceFiles.oneLine(message);
    }

    /** A file with faults is read all the same, unless nothing can be made of it. */
    private static SourceFiles<JobSource> files(String name, Inputs inputs, Surroundings world) {
        return new SourceFiles<>("job file", TOO_LARGE, (text, fatal) -> {
            Faults faults = new Faults();
            Optional<Parsed> parsed = faults.attempt(() -> parse(text, inputs, world, faults));
            if (parsed.isEmpty()) {
                fatal.addAll(faults);
                return null;
            }
            return new JobSource(name, parsed.get(), faults);
        });
    }

    /** Reads a text; what is wrong with it is kept in the faults, or thrown if it is the last fault. */
    private static Parsed parse(String text, Inputs inputs, Surroundings world, Faults faults) {
        if (text.stripLeading().startsWith("{")) {
            inputs.refuseUnknown(List.of(), faults);
            return NomadJson.isNomads(text)
                    ? read(text, NomadJson.read(text, faults), faults)
                    : new Parsed(JsonJob.read(text), text, Optional.empty());
        }
        Optional<HclValue.Body> inHcl1 = inHcl1(text);
        if (inHcl1.isPresent() && !Dialect.isHcl2(inHcl1.get())) {
            inputs.refuseUnknown(List.of(), faults);
            return read(text, inHcl1.get(), faults);
        }
        Faults inHcl2 = new Faults();
        Parsed parsed = read(text, Hcl2File.read(text, inputs, world, false, inHcl2), inHcl2);
        if (inHcl2.isEmpty() || inHcl1.isPresent() || Dialect.looksLikeHcl2(text)) {
            faults.addAll(inHcl2);
            return parsed;
        }
        // Neither language can read it. If it is damaged HCL 1, what stands in its texts is no fault.
        Faults verbatim = new Faults();
        HclJob.read(Hcl2File.read(text, inputs, world, true, verbatim), verbatim);
        faults.addAll(verbatim.isEmpty() ? inHcl2 : verbatim);
        return parsed;
    }

    private static Parsed read(String text, HclValue.Body tree, Faults faults) {
        return new Parsed(HclJob.read(tree, faults), text, Optional.of(tree));
    }

    private static Optional<HclValue.Body> inHcl1(String text) {
        try {
            return Optional.of(HclParser.parse(text));
        } catch (TextFaultException e) {
            return Optional.empty();
        }
    }
}
