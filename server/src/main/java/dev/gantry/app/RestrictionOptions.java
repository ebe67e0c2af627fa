package dev.gantry.app;

import dev.gantry.jobfile.JobFileException;
import dev.gantry.jobfile.RestrictionFiles;
import dev.gantry.v1.NodeRestrictions;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The command line options about what tasks may ask of a node's machine. */
final class RestrictionOptions {

    @Option(
            names = "--restrictions",
            paramLabel = "FILE",
            description =
                    "The file that says what tasks may ask of this machine: host paths, its network, users, images."
                            + " Default: everything.")
    private Optional<Path> file = Optional.empty();

    /**
     * Reads the file.
     *
     * @throws IllegalArgumentException if it can't be read; the message names all its faults
     */
    NodeRestrictions toRestrictions() {
        try {
            return file.map(RestrictionFiles::read).orElse(NodeRestrictions.getDefaultInstance());
        } catch (JobFileException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }
}
