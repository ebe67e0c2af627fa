package dev.gantry.rkt.fetch;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What is remembered of a fetched image, as in rkt's table of remotes.
 *
 * @param imageId the stored image
 * @param etag what the server called this version of it
 * @param downloadedAt when the server was last asked
 * @param maxAge for how long it need not be asked again
 */
record Remote(String imageId, Optional<String> etag, Instant downloadedAt, Duration maxAge) {

    /** Whether the server need not be asked. A clock that was set back makes it necessary. */
    boolean isFresh(Instant now) {
        return !now.isBefore(downloadedAt) && now.isBefore(downloadedAt.plus(maxAge));
    }
}
