package dev.gantry.rkt.trust;

import dev.gantry.rkt.RktException;
import java.io.IOException;

/** Asks the user whether a key, which was just shown, shall be trusted. */
@FunctionalInterface
public interface KeyReview {

    /**
     * Asks.
     *
     * @param prefix the prefix that the key shall be trusted for; empty for all images
     * @return whether the user says yes
     * @throws RktException if there is nobody to ask
     * @throws IOException if the answer can't be read
     */
    boolean accepts(String prefix) throws RktException, IOException;
}
