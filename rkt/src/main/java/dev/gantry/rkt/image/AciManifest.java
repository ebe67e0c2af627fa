package dev.gantry.rkt.image;

import dev.gantry.rkt.RktException;
import dev.gantry.rkt.appc.ImageManifest;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** The manifest of an image that is not stored yet. */
public final class AciManifest {

    private AciManifest() {}

    /**
     * Reads the manifest within the usual limits, and extracts nothing.
     *
     * @param aci the image, compressed or not
     * @return its manifest
     * @throws RktException if the archive has none, or is refused before its entry
     * @throws IOException if the file can't be read or is no archive
     */
    public static ImageManifest read(Path aci) throws IOException, RktException {
        return read(aci, ImageLimits.DEFAULT);
    }

    /**
     * Reads the manifest, and extracts nothing.
     *
     * @param aci the image, compressed or not
     * @param limits the limits of the archive up to the manifest
     * @return its manifest
     * @throws RktException if the archive has none, or is refused before its entry
     * @throws IOException if the file can't be read or is no archive
     */
    public static ImageManifest read(Path aci, ImageLimits limits) throws IOException, RktException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(aci))) {
            return ImageManifest.parse(AciExtractor.manifestOf(LimitedArchive.of(in, limits), limits));
        }
    }
}
