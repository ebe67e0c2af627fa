package dev.gantry.rkt.fetch;

import dev.gantry.rkt.RktException;
import dev.gantry.rkt.image.AciManifest;
import dev.gantry.rkt.image.ImageStore;
import dev.gantry.rkt.image.OtherFormat;
import dev.gantry.rkt.image.StoredImage;
import dev.gantry.rkt.image.WorkDirectory;
import dev.gantry.rkt.request.ImageReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** Stores images from files of this machine. */
final class FileImages {

    private static final String SIGNATURE_EXTENSION = ".asc";

    private final ImageStore store;
    private final ImageImport imports;

    FileImages(ImageStore store, ImageImport imports) {
        this.store = store;
        this.imports = imports;
    }

    /**
     * Verifies and stores an image.
     *
     * @param path the file
     * @param givenSignature the file of its signature; empty to look beside the image
     * @throws RktException if the file is no image, or the image is refused
     * @throws IOException if a file can't be read, or the image can't be stored
     */
    StoredImage fetch(Path path, Optional<Path> givenSignature) throws IOException, RktException {
        Path file = path.toAbsolutePath().normalize();
        requireReadable(file);
        if (Files.isDirectory(file)) {
            throw OtherFormat.ofDirectory(file)
                    .map(OtherFormat::refusal)
                    .orElseGet(() -> new RktException("\"%s\" is a directory, not an image".formatted(file)));
        }
        if (!imports.needsSignature()) {
            return imports.addUnverified(file);
        }
        Path signature = givenSignature.orElseGet(() -> signatureOf(file));
        requireReadable(signature);
        try (WorkDirectory work = store.newWork()) {
            // Another process may write to the file now, so verify and store one copy of it.
            Path copy = Files.copy(file, work.path().resolve("download"));
            String name = AciManifest.read(copy, store.limits()).name();
            return imports.add(copy, Optional.of(signature), name);
        }
    }

    private static void requireReadable(Path file) throws IOException {
        if (!Files.exists(file)) {
            throw new NoSuchFileException(file.toString());
        }
    }

    /** Returns the place of a signature by rkt's convention: {@code x.aci.asc} for {@code x.aci} and for {@code x}. */
    private static Path signatureOf(Path file) {
        String path = file.toString();
        String image = path.endsWith(ImageReference.EXTENSION) ? path : path + ImageReference.EXTENSION;
        return Path.of(image + SIGNATURE_EXTENSION);
    }
}
