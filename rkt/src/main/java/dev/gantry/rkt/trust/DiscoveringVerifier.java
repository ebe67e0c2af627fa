package dev.gantry.rkt.trust;

import dev.gantry.rkt.RktException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Verifies images, and looks for keys of those that are discovered by name (rkt's maybeFetchPubKeys). */
public final class DiscoveringVerifier implements ImageVerifier {

    private final ImageVerifier verifier;
    private final TrustedKeys trustedKeys;
    private final KeyDiscovery discovery;
    private final KeyTruster truster;
    private final Consumer<String> messages;

    /**
     * Makes one.
     *
     * @param verifier verifies
     * @param trustedKeys the keys that there are
     * @param discovery finds out where others are published
     * @param truster trusts them
     * @param messages receives warnings for the user
     */
    public DiscoveringVerifier(
            ImageVerifier verifier,
            TrustedKeys trustedKeys,
            KeyDiscovery discovery,
            KeyTruster truster,
            Consumer<String> messages) {
        this.verifier = verifier;
        this.trustedKeys = trustedKeys;
        this.discovery = discovery;
        this.truster = truster;
        this.messages = messages;
    }

    @Override
    public void verify(Path aci, Path signature, String imageName) throws IOException, RktException {
        verifier.verify(aci, signature, imageName);
    }

    @Override
    public void findKeys(String imageName) throws IOException {
        if (trustedKeys.hasPrefix(imageName)) {
            messages.accept("keys already exist for prefix \"%s\", not fetching again".formatted(imageName));
            return;
        }
        try {
            List<String> locations = discovery.locations(imageName);
            if (locations.isEmpty()) {
                messages.accept(noKeys(imageName));
            } else {
                truster.trust(locations, Optional.of(imageName));
            }
        } catch (RktException | IOException e) {
            messages.accept("error adding keys: " + e.getMessage());
        }
    }

    private static String noKeys(String imageName) {
        return "error determining key location: meta discovery on %s resulted in no keys".formatted(imageName);
    }
}
