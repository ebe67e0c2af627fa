package dev.gantry.driver.rkt;

import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has pods made of images, and knows of images in files under which id rkt has stored them. Of a file rkt unpacks and
 * hashes all, each time, to find that it has the image already; an id spares it that. A file that has changed since, and
 * an image that is gone from rkt's store, are read as if seen for the first time.
 *
 * <p>Only where images are not verified: rkt does that when it reads the file, so that a file must be read whose signature
 * counts. May be used by several threads at once.
 */
final class KnownImages {

    private static final Logger LOG = LoggerFactory.getLogger(KnownImages.class);

    private static final int MOST = 256;

    private final InstantSource clock;

    /** Those used last come last. Guarded by itself. */
    private final Map<ImageFile, String> ids = new LinkedHashMap<>(16, 0.75f, true) {

        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ImageFile, String> eldest) {
            return size() > MOST;
        }
    };

    KnownImages(InstantSource clock) {
        this.clock = clock;
    }

    /**
     * Makes a pod.
     *
     * @param rkt which to call
     * @param pod what of
     * @param directory against which rkt resolves the path of an image
     * @return its UUID
     */
    String prepare(RktCli rkt, PodSpec pod, Path directory) throws RktException, InterruptedException {
        Optional<ImageFile> file = file(pod.config());
        Optional<String> id = file.flatMap(this::id);
        if (id.isPresent()) {
            try {
                return rkt.prepare(pod.of(id.get()), directory);
            } catch (RktException e) {
                if (e.isWorthRetrying()) {
                    throw e;
                }
                LOG.debug(
                        "Image {} of {} is read again: {}", id.get(), file.get().path(), e.getMessage());
                forget(file.get());
            }
        }
        Instant read = clock.instant();
        String uuid = rkt.prepare(pod, directory);
        if (file.isPresent() && file.get().isSettled(read)) {
            learn(file.get(), rkt, uuid);
        }
        return uuid;
    }

    /** Nothing but a path that begins at the root is a file for sure. */
    private static Optional<ImageFile> file(RktTaskConfig config) {
        return config.image().startsWith("/") && !config.verifiesImages()
                ? ImageFile.look(config.image())
                : Optional.empty();
    }

    private void learn(ImageFile file, RktCli rkt, String uuid) throws InterruptedException {
        try {
            String id = rkt.imageId(uuid);
            if (file.isUnchanged()) {
                remember(file, id);
            }
        } catch (RktException e) {
            // The pod is there, and that is what counts.
            LOG.debug("The image of pod {} stays unknown: {}", uuid, e.getMessage());
        }
    }

    private Optional<String> id(ImageFile file) {
        synchronized (ids) {
            return Optional.ofNullable(ids.get(file));
        }
    }

    private void remember(ImageFile file, String id) {
        synchronized (ids) {
            ids.put(file, id);
        }
    }

    private void forget(ImageFile file) {
        synchronized (ids) {
            ids.remove(file);
        }
    }
}
