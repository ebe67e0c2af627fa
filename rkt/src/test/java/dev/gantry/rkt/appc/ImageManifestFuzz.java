package dev.gantry.rkt.appc;

import dev.gantry.rkt.RktException;
import java.nio.charset.StandardCharsets;

/** Reads any text as the manifest of an image. */
public final class ImageManifestFuzz {

    private ImageManifestFuzz() {}

    /** Called by the fuzzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        try {
            ImageManifest manifest = ImageManifest.parse(new String(input, StandardCharsets.UTF_8));
            manifest.app();
            manifest.dependencies();
            manifest.pathWhitelist();
            manifest.displayName();
        } catch (RktException e) {
            if (e.getMessage() == null || e.getMessage().isBlank()) {
                throw new AssertionError("The fault is not told", e);
            }
        }
    }
}
