package dev.gantry.rkt.image;

import dev.gantry.rkt.RktException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** A format of images that can't be read from a file here; the same images can be fetched from a registry. */
public enum OtherFormat {
    DOCKER_ARCHIVE("a docker archive (as \"docker save\" writes it)", "docker-archive:FILE", "manifest.json"),
    OCI_ARCHIVE("an archive of an OCI image layout", "oci-archive:FILE", "oci-layout"),
    OCI_DIRECTORY("a directory with an OCI image layout", "oci:DIR", "oci-layout");

    private final String description;
    private final String source;
    private final String marker;

    /**
     * Describes a format.
     *
     * @param description its name for messages
     * @param source how skopeo names such an image
     * @param marker a file at the top of such an image, and of no App Container Image
     */
    OtherFormat(String description, String source, String marker) {
        this.description = description;
        this.source = source;
        this.marker = marker;
    }

    /** Returns the format of an archive that has such a file at its top. */
    static Optional<OtherFormat> ofArchive(String path) {
        return Arrays.stream(values())
                .filter(format -> format.marker.equals(path))
                .findFirst();
    }

    /**
     * Returns the format that a directory is in.
     *
     * @param directory the directory
     * @return the format; empty if it is none of these
     */
    public static Optional<OtherFormat> ofDirectory(Path directory) {
        return Files.isRegularFile(directory.resolve(OCI_DIRECTORY.marker))
                ? Optional.of(OCI_DIRECTORY)
                : Optional.empty();
    }

    /**
     * Makes the error that names the format and tells how to get the image another way.
     *
     * @return the error, to be thrown
     */
    public RktException refusal() {
        return new RktException(("this is %s, not an App Container Image: copy it to a registry, by \"skopeo copy %s"
                        + " docker://HOST:PORT/NAME\" for instance, and name it docker://HOST:PORT/NAME")
                .formatted(description, source));
    }
}
