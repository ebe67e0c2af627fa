package dev.gantry.rkt.image;

import dev.gantry.rkt.RktException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Stores any bytes as an image: the store has one image or none, and nothing of the machine changes. */
public final class ImageFuzz {

    private ImageFuzz() {}

    /** Called by the fuzzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        try {
            Path directory = Files.createTempDirectory("image-fuzz");
            try {
                add(directory, input);
            } finally {
                FileTrees.delete(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void add(Path directory, byte[] input) throws IOException {
        Path precious = Files.writeString(directory.resolve("precious"), "untouched");
        ImageStore store = new ImageStore(directory.resolve("data"), ImageLimits.DEFAULT);
        boolean isStored;
        try {
            store.add(new ByteArrayInputStream(input));
            isStored = true;
        } catch (RktException | IOException e) {
            isStored = false;
        }
        if (!Files.readString(precious).equals("untouched") || store.all().size() != (isStored ? 1 : 0)) {
            throw new AssertionError("The store has a partial image, or a file outside of it has changed");
        }
    }
}
