package dev.gantry.client;

import dev.gantry.v1.Artifact;
import dev.gantry.v1.ArtifactMode;

/**
 * Builds an artifact, which a node fetches before the task starts; see {@link Jobs#artifact}. Without more it is put into the
 * task's {@code local/}, and unpacked if its name is one of an archive.
 */
public final class ArtifactBuilder {

    private final Artifact.Builder artifact;

    ArtifactBuilder(String source) {
        this.artifact = Artifact.newBuilder().setSource(source);
    }

    /**
     * Sets the directory that it is put into. Default: {@code local/}.
     *
     * @param directory a path relative to the task's directory, such as {@code local/data}
     * @return this
     */
    public ArtifactBuilder directory(String directory) {
        artifact.setDestination(directory);
        return this;
    }

    /**
     * Puts one file at a path of its own.
     *
     * @param path a path relative to the task's directory, such as {@code local/data/a.bin}
     * @return this
     */
    public ArtifactBuilder file(String path) {
        artifact.setMode(ArtifactMode.ARTIFACT_MODE_FILE).setDestination(path);
        return this;
    }

    /**
     * Sets the checksum of the file. A node keeps files with checksums for later tasks.
     *
     * @param checksum {@code md5:}, {@code sha1:}, {@code sha256:} or {@code sha512:} and the hexadecimal digits
     * @return this
     */
    public ArtifactBuilder checksum(String checksum) {
        return option("checksum", checksum);
    }

    /**
     * Sets the branch, tag or commit of a git repository.
     *
     * @param ref its name
     * @return this
     */
    public ArtifactBuilder ref(String ref) {
        return option("ref", ref);
    }

    /**
     * Sets an option of the source.
     *
     * @param name such as {@code archive} or {@code filename}
     * @param value its value
     * @return this
     */
    public ArtifactBuilder option(String name, String value) {
        artifact.putOptions(name, value);
        return this;
    }

    /**
     * Sets a header of the requests for it.
     *
     * @param name such as {@code Authorization}
     * @param value its value, which may refer to variables: <code>Bearer ${var.jobs/web.token}</code>
     * @return this
     */
    public ArtifactBuilder header(String name, String value) {
        artifact.putHeaders(name, value);
        return this;
    }

    /**
     * Gives the files to the task's user, which is then set by its number.
     *
     * @return this
     */
    public ArtifactBuilder chown() {
        artifact.setChown(true);
        return this;
    }

    Artifact build() {
        return artifact.build();
    }
}
