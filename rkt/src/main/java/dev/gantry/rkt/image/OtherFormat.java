package dev.gantry.rkt.image;

import dev.gantry.rkt.RktException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * A format of image files that this runtime recognizes but can't read. An image in such a format has to be copied to a
 * registry first.
 */
public enum OtherFormat {
    /** A tar archive of {@code docker save}. */
    DOCKER_ARCHIVE("a docker archive (as \"docker save\" writes it)", "docker-archive:FILE", "manifest.json"),
    /** A tar archive of an OCI image layout. */
    OCI_ARCHIVE("an archive of an OCI image layout", "oci-archive:FILE", "oci-layout"),
    /** An OCI image layout in a directory that is not packed. */
    OCI_DIRECTORY("a directory with an OCI image layout", "oci:DIR", "oci-layout");

    private final String description;
    private final String source;
    private final String marker;

    /**
     * Describes a format.
     *
     * @param description the name of the format in error messages
     * @param source the name by which skopeo reads an image in this format
     * @param marker the path of a file at the top of each image in this format; App Container Images never have it
     */
    OtherFormat(String description, String source, String marker) {
        this.description = description;
        this.source = source;
        this.marker = marker;
    }

    /** Returns the format whose marker has the given path in an archive; empty if no format has this marker. */
    static Optional<OtherFormat> ofArchive(String path) {
        return Arrays.stream(values())
                .filter(format -> format.marker.equals(path))
                .findFirst();
    }

    /**
     * Returns the format that a directory is in.
     *
     * @param directory the directory
     * @return {@link #OCI_DIRECTORY} if the directory holds the file {@code oci-layout}; otherwise empty
     */
    public static Optional<OtherFormat> ofDirectory(Path directory) {
        return Files.isRegularFile(directory.resolve(OCI_DIRECTORY.marker))
                ? Optional.of(OCI_DIRECTORY)
                : Optional.empty();
    }

    /**
     * Makes the error that names the format and tells how to copy the image to a registry.
     *
     * @return the error, to be thrown
     */
    public RktException refusal() {
        return new RktException(("this is %s, not an App Container Image: copy it to a registry, by \"skopeo copy %s"
                        + " docker://HOST:PORT/NAME\" for instance, and name it docker://HOST:PORT/NAME")
                .formatted(description, source));
    }
}
