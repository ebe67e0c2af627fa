package dev.gantry.cli.jobfile;

import dev.gantry.cli.jobfile.hcl.HclParser;
import dev.gantry.v1.NodeRestrictions;
import java.nio.file.Path;
import java.util.stream.Collectors;

/** Reads files with what the owner of a node lets tasks ask of the machine. */
public final class RestrictionFiles {

    private static final SourceFiles<HclRestrictions.Reading> FILES = new SourceFiles<>(
            "file with restrictions",
            "a list has at most 256 entries",
            text -> HclRestrictions.read(HclParser.parse(text)));

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
        HclRestrictions.Reading reading = FILES.read(file);
        if (!reading.faults().isEmpty()) {
            throw new JobFileException(reading.faults().stream()
                    .map(fault -> SourceFiles.oneLine(file + ":" + fault))
                    .collect(Collectors.joining("\n")));
        }
        return reading.restrictions();
    }
}
