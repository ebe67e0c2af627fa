package dev.gantry.rkt.trust;

import dev.gantry.rkt.RktException;
import java.io.IOException;

/** Asks the user whether to trust a key, which was just shown. */
@FunctionalInterface
public interface KeyReview {

    /**
     * Asks.
     *
     * @param prefix the prefix to trust the key for; empty for all images
     * @return whether the user says yes
     * @throws RktException if no user can be asked
     * @throws IOException if the answer can't be read
     */
    boolean accepts(String prefix) throws RktException, IOException;
}
