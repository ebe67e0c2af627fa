package dev.gantry.rkt.trust;

import dev.gantry.rkt.RktException;
import java.io.IOException;
import java.util.List;

/** Finds out where the keys of a prefix are published. */
@FunctionalInterface
public interface KeyDiscovery {

    /**
     * Asks the host that the prefix begins with.
     *
     * @param prefix an AC Identifier
     * @return the URLs of keys; empty if the host names no keys
     * @throws RktException if the host can't be asked
     * @throws IOException if an answer breaks off
     */
    List<String> locations(String prefix) throws RktException, IOException;
}
