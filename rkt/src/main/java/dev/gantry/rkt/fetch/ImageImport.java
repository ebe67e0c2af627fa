package dev.gantry.rkt.fetch;

import dev.gantry.rkt.RktException;
import dev.gantry.rkt.image.ImageStore;
import dev.gantry.rkt.image.StoredImage;
import dev.gantry.rkt.trust.ImageVerifier;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Verifies image files and adds them to the store. */
final class ImageImport {

    private final ImageStore store;
    private final Optional<ImageVerifier> verifier;

    /**
     * Makes an import.
     *
     * @param verifier verifies images; empty if they need no signature
     */
    ImageImport(ImageStore store, Optional<ImageVerifier> verifier) {
        this.store = store;
        this.verifier = verifier;
    }

    /** Decides whether images must be signed. */
    boolean needsSignature() {
        return verifier.isPresent();
    }

    /**
     * Verifies a file if images must be signed, and stores it.
     *
     * @param aci the file of the image; no other process may change it during the import
     * @param signature the signature; empty only if images need no signature
     * @param imageName the name in its manifest
     * @throws RktException if it is refused; nothing is stored then
     */
    StoredImage add(Path aci, Optional<Path> signature, String imageName) throws IOException, RktException {
        if (verifier.isEmpty()) {
            return addUnverified(aci);
        }
        verifier.get().verify(aci, signature.orElseThrow(), imageName);
        StoredImage image = addUnverified(aci);
        store.markVerified(image);
        return image;
    }

    /** Stores a file without a look at its signature. */
    StoredImage addUnverified(Path aci) throws IOException, RktException {
        try (InputStream in = Files.newInputStream(aci)) {
            return store.add(in);
        }
    }
}
