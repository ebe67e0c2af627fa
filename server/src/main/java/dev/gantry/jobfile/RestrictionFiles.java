package dev.gantry.jobfile;

import dev.gantry.jobfile.hcl.HclParser;
import dev.gantry.v1.NodeRestrictions;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.stream.Collectors;

/** Reads files with what the owner of a node lets tasks ask of the machine. */
public final class RestrictionFiles {

    private static final SourceFiles<HclRestrictions.Reading> FILES = new SourceFiles<>(
            "file with restrictions",
            "a list has at most 256 entries",
            (text, faults) -> HclRestrictions.read(HclParser.parse(text)));

    private RestrictionFiles() {}

    /**
     * Reads a file.
     *
     * @param file the file
     * @return what it says
     * @throws JobFileException if the file can't be read, is larger than 1 MiB, or is malformed; the message has a line
     *     for each fault
     */
    public static NodeRestrictions read(Path file) {
        return orFaults(file.toString(), FILES.read(file));
    }

    /**
     * Reads a file from a stream.
     *
     * @param name how messages call it
     * @param in the file's bytes, as in {@link #read(Path)}; not closed
     * @return what it says
     * @throws JobFileException as for a file
     */
    static NodeRestrictions read(String name, InputStream in) {
        return orFaults(name, FILES.read(name, in));
    }

    private static NodeRestrictions orFaults(String name, HclRestrictions.Reading reading) {
        if (!reading.faults().isEmpty()) {
            throw new JobFileException(reading.faults().stream()
                    .map(fault -> SourceFiles.oneLine(name + ":" + fault))
                    .collect(Collectors.joining("\n")));
        }
        return reading.restrictions();
    }
}
