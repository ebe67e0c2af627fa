package dev.gantry.rkt.trust;

import dev.gantry.rkt.RktException;
import dev.gantry.rkt.appc.AcNames;
import dev.gantry.rkt.http.MetaDiscovery;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/** Meta discovery of keys (appc spec/discovery.md): by tags {@code ac-discovery-pubkeys} that name their URLs. */
public final class MetaKeyDiscovery implements KeyDiscovery {

    private static final String TAG = "ac-discovery-pubkeys";

    private final KeyDownloads downloads;
    private final boolean httpAllowed;
    private final Consumer<String> debug;

    /**
     * Makes a discovery.
     *
     * @param downloads fetches the keys that are found
     * @param httpAllowed whether plain HTTP is tried where HTTPS leads to nothing
     * @param debug receives a message for each failed attempt
     */
    public MetaKeyDiscovery(KeyDownloads downloads, boolean httpAllowed, Consumer<String> debug) {
        this.downloads = downloads;
        this.httpAllowed = httpAllowed;
        this.debug = debug;
    }

    @Override
    public List<String> locations(String prefix) throws RktException, IOException {
        if (!AcNames.isIdentifier(prefix)) {
            throw new RktException("\"%s\" is no AC Identifier".formatted(prefix));
        }
        return new MetaDiscovery(downloads.transport(), httpAllowed, debug).find(prefix, TAG);
    }
}
