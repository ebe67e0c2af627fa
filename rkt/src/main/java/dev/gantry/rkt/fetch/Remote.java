package dev.gantry.rkt.fetch;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The record of the last fetch of a URL, as in rkt's table of remotes.
 *
 * @param imageId the stored image
 * @param etag the entity tag of this version
 * @param downloadedAt when the server was last asked
 * @param maxAge how long it need not be asked again
 */
record Remote(String imageId, Optional<String> etag, Instant downloadedAt, Duration maxAge) {

    /** Decides whether the server need not be asked. If the clock was set back, it must be asked. */
    boolean isFresh(Instant now) {
        return !now.isBefore(downloadedAt) && now.isBefore(downloadedAt.plus(maxAge));
    }
}
