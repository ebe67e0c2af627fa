package dev.gantry.driver.rkt;

import java.util.Optional;

/**
 * A volume in a job.
 *
 * @param source path on the machine: absolute, or relative to the task's directory
 * @param target absolute path in the pod
 * @param readOnly whether the pod may only read it
 */
record RktVolume(String source, String target, boolean readOnly) {

    private static final String READ_ONLY = "readOnly";

    /** Reads a valid {@code source:target[:readOnly]}. */
    static RktVolume parse(String text) {
        fault(text).ifPresent(fault -> {
            throw new IllegalArgumentException("Volume \"" + text + "\": " + fault);
        });
        String[] parts = text.split(":", -1);
        return new RktVolume(parts[0], parts[1], parts.length == 3);
    }

    /** Returns the fault of the text of a volume; empty if the text is valid. */
    static Optional<String> fault(String text) {
        String[] parts = text.split(":", -1);
        if (parts.length < 2 || parts.length > 3 || parts[0].isEmpty() || parts[1].isEmpty()) {
            return Optional.of("Write host:container or host:container:readOnly, not \"" + text + "\"");
        }
        if (parts.length == 3 && !parts[2].equals(READ_ONLY)) {
            return Optional.of("Only readOnly may follow the second colon, not \"" + parts[2] + "\"");
        }
        if (!parts[1].startsWith("/")) {
            return Optional.of("The path in the container must be absolute, not \"" + parts[1] + "\"");
        }
        if (text.indexOf(0) >= 0) {
            return Optional.of("A path must not have a zero character");
        }
        // rkt splits the value of --volume at commas and has no way to quote a comma.
        return text.contains(",")
                ? Optional.of("rkt accepts no comma in a path, as in \"" + text + "\"")
                : Optional.empty();
    }
}
