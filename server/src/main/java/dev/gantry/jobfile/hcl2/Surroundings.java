package dev.gantry.jobfile.hcl2;

import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * What functions may ask of the machine.
 *
 * @param directory the directory of the job file, in which relative paths begin; empty: files are not read
 * @param uuids makes ids for {@code uuidv4}
 */
public record Surroundings(Optional<Path> directory, Supplier<UUID> uuids) {

    /**
     * Makes the surroundings of a file that may not read other files.
     *
     * @return no directory, and ids at random
     */
    public static Surroundings withoutFiles() {
        return new Surroundings(Optional.empty(), UUID::randomUUID);
    }

    /**
     * Makes the surroundings of a file in a directory.
     *
     * @param directory the directory
     * @return the directory, and ids at random
     */
    public static Surroundings in(Path directory) {
        return new Surroundings(Optional.of(directory), UUID::randomUUID);
    }
}
