package dev.gantry.driver.rkt;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.function.ToIntFunction;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes unused pods of this node, and calls {@code rkt gc} and {@code rkt image gc} regularly, so that pods and
 * images do not fill the disk. If the disk is fuller than the setting allows, younger images are removed too, the
 * longest unused first. rkt keeps the images of pods. This class keeps the images of tasks that are being made ready,
 * since the host's rkt may not do so. Pods of others are kept: other nodes and users of the machine may still want to
 * read how these pods have ended.
 *
 * <p>Used by one thread.
 */
final class RktGarbage {

    private static final Logger LOG = LoggerFactory.getLogger(RktGarbage.class);

    /** The time after which a disk that is too full is checked again. */
    private static final Duration PRESSURE_INTERVAL = Duration.ofMinutes(5);

    /** A younger image may be used again at once, for instance by a task that restarts. */
    private static final Duration MIN_IMAGE_AGE = Duration.ofMinutes(10);

    /** Each step under pressure divides the least age of removed images by this number. */
    private static final int AGE_DIVISOR = 4;

    /** The longest wait for starts to end, in seconds. New starts wait during this time. */
    private static final long PATIENCE_SECONDS = 30;

    private static final int SHOWN_CHARACTERS = 500;

    /** rkt prints this for each ended pod that it keeps, each time. */
    private static final Pattern KEPT = Pattern.compile("pod \"[^\"]*\" not removed: still within grace period");

    /** Removes the pods of this node that nobody uses. */
    interface OwnPods {
        /** Removes the pods with the given rkt. */
        void removeUnused(RktCli rkt) throws RktException, InterruptedException;
    }

    private final RktFinder finder;
    private final RktGarbageSettings settings;
    private final OwnPods ownPods;
    private final Lock noStarts;
    private final InstantSource clock;
    private final ToIntFunction<Path> diskUse;
    private Instant last;

    /**
     * Creates the collector. The first collection is due after one interval.
     *
     * @param finder finds rkt
     * @param settings when to collect
     * @param ownPods removes the pods of this node that nobody uses
     * @param noStarts a lock that excludes tasks that are being made ready
     * @param clock the time
     * @param diskUse returns in percent how full the file system of a directory is
     */
    RktGarbage(
            RktFinder finder,
            RktGarbageSettings settings,
            OwnPods ownPods,
            Lock noStarts,
            InstantSource clock,
            ToIntFunction<Path> diskUse) {
        this.finder = finder;
        this.settings = settings;
        this.ownPods = ownPods;
        this.noStarts = noStarts;
        this.clock = clock;
        this.diskUse = diskUse;
        this.last = clock.instant();
    }

    /** Collects if it is time to. */
    void collectIfDue() throws InterruptedException {
        Duration passed = Duration.between(last, clock.instant());
        Duration shortest =
                settings.interval().compareTo(PRESSURE_INTERVAL) < 0 ? settings.interval() : PRESSURE_INTERVAL;
        // If the clock was set back, collect now: otherwise collections would stop for a long time.
        if (settings.interval().isZero() || (!passed.isNegative() && passed.compareTo(shortest) < 0)) {
            return;
        }
        try {
            RktCli rkt = finder.current();
            Path data = rkt.dataDirectory();
            boolean isDue = passed.isNegative() || passed.compareTo(settings.interval()) >= 0;
            if (isDue || isTooFull(data)) {
                last = clock.instant();
                collect(rkt, data);
            }
        } catch (RktException e) {
            last = clock.instant();
            LOG.warn("Could not collect unused pods and images of rkt: {}", e.getMessage());
        }
    }

    private void collect(RktCli rkt, Path data) throws RktException, InterruptedException {
        ownPods.removeUnused(rkt);
        log("gc", rkt.collectPods());
        Duration age = settings.imageAge();
        collectImages(rkt, age);
        while (isTooFull(data) && age.compareTo(MIN_IMAGE_AGE) > 0) {
            Duration less = age.dividedBy(AGE_DIVISOR);
            age = less.compareTo(MIN_IMAGE_AGE) < 0 ? MIN_IMAGE_AGE : less;
            collectImages(rkt, age);
        }
        if (isTooFull(data)) {
            LOG.warn(
                    "The file system of {} is {} % full. The limit is {} %, but no image is left that was unused for {}",
                    data, diskUse.applyAsInt(data), settings.diskPercent(), age);
        }
    }

    private void collectImages(RktCli rkt, Duration age) throws RktException, InterruptedException {
        if (!noStarts.tryLock(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new RktException(
                    "tasks were being made ready all the time; the collection is tried again later", true);
        }
        try {
            log("image gc", rkt.collectImages(age));
        } finally {
            noStarts.unlock();
        }
    }

    private boolean isTooFull(Path data) {
        return diskUse.applyAsInt(data) > settings.diskPercent();
    }

    private static void log(String command, CommandResult result) {
        String said = (result.stdout() + result.stderr())
                .lines()
                .filter(line -> !KEPT.matcher(line).find())
                .collect(Collectors.joining(";"));
        if (!said.isEmpty()) {
            LOG.info("rkt {}: {}", command, said.substring(0, Math.min(SHOWN_CHARACTERS, said.length())));
        }
    }

    /** Returns how full the file system of a directory is, in percent; 0 if unknown. The directory need not exist. */
    static int percentUsed(Path directory) {
        Path existing = directory.toAbsolutePath();
        while (existing.getParent() != null && !Files.exists(existing)) {
            existing = existing.getParent();
        }
        try {
            FileStore store = Files.getFileStore(existing);
            long total = store.getTotalSpace();
            return total <= 0 ? 0 : (int) Math.ceil(100.0 * (total - store.getUsableSpace()) / total);
        } catch (IOException e) {
            LOG.warn("Can't read how full the file system of {} is: {}", directory, e.getMessage());
            return 0;
        }
    }
}
