package dev.gantry.jobfile;

import java.util.function.Supplier;

/** Holds the oracle for the files of a user, whatever a file contains. */
final class FileFuzz {

    /** How the targets call their files. */
    static final String NAME = "fuzzed";

    private FileFuzz() {}

    /**
     * Reads a file.
     *
     * @param reader reads it
     * @throws AssertionError if it neither says something nor has a fault that names the file
     */
    static void read(Supplier<?> reader) {
        try {
            if (reader.get() == null) {
                throw new AssertionError("The file says nothing and has no fault");
            }
        } catch (JobFileException e) {
            if (!e.getMessage().startsWith(NAME + ":")) {
                throw new AssertionError("The fault does not name the file: " + e.getMessage(), e);
            }
        }
    }
}
