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
 * Prepares pods, and caches the ids of images that were read from files. If rkt gets a file, it decompresses and hashes
 * the whole file each time, even if the image is stored already. If rkt gets an id, it does neither. A changed file is
 * read again, and so is the file of an image that was removed from rkt's store.
 *
 * <p>Ids are used only for images that need no signature, because rkt verifies a signature only when it reads the file.
 * Thread-safe.
 */
final class KnownImages {

    private static final Logger LOG = LoggerFactory.getLogger(KnownImages.class);

    private static final int MOST = 256;

    private final InstantSource clock;

    /** In the order of use, the latest last. Guarded by its own lock. */
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
     * @param rkt the rkt to call
     * @param pod the specification of the pod
     * @param uuid the UUID that the pod shall have
     * @param directory against which rkt resolves the path of an image
     * @return its UUID, which is another one if this rkt chooses UUIDs itself
     */
    String prepare(RktCli rkt, PodSpec pod, String uuid, Path directory) throws RktException, InterruptedException {
        Optional<ImageFile> file = file(pod);
        Optional<String> id = file.flatMap(this::id);
        if (id.isPresent()) {
            try {
                return rkt.prepare(pod.of(id.get()), uuid, directory);
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
        String made = rkt.prepare(pod, uuid, directory);
        if (file.isPresent() && file.get().isSettled(read)) {
            learn(file.get(), rkt, made);
        }
        return made;
    }

    /** Returns the file of an image, if the image is an absolute path. Other texts may mean something else than a file. */
    private static Optional<ImageFile> file(PodSpec pod) {
        return pod.image().startsWith("/") && !pod.config().verifiesImages()
                ? ImageFile.look(pod.image())
                : Optional.empty();
    }

    private void learn(ImageFile file, RktCli rkt, String uuid) throws InterruptedException {
        try {
            String id = rkt.imageId(uuid);
            if (file.isUnchanged()) {
                remember(file, id);
            }
        } catch (RktException e) {
            // The pod is prepared; the id would only make later starts faster.
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
