package dev.gantry.driver.rkt;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes orphaned pods of this node: pods that interrupted starts have left, and pods of allocations that the node
 * does not know any more.
 *
 * <p>A pod is this node's if it has the shared directory of one of this node's allocations under the name that the
 * driver gives it. Other nodes of the machine keep their allocations elsewhere.
 */
final class RktSweeper {

    private static final Logger LOG = LoggerFactory.getLogger(RktSweeper.class);

    /**
     * The states in which a pod has a manifest, which tells its owner. Others are left to rkt's own garbage collection.
     */
    private static final Set<PodState> WITH_MANIFEST =
            EnumSet.of(PodState.PREPARED, PodState.RUNNING, PodState.EXITED, PodState.EXITED_GARBAGE);

    /** The time that a pod has to end by itself if its job is unknown: Nomad's default of {@code kill_timeout}. */
    private static final Duration GRACE = Duration.ofSeconds(5);

    private final RktCli rkt;
    private final Path allocations;
    private final HeldPods held;
    private final PodRemains remains;

    RktSweeper(RktCli rkt, Path allocations, HeldPods held, PodRemains remains) {
        this.rkt = rkt;
        this.allocations = allocations;
        this.held = held;
        this.remains = remains;
    }

    /** As {@link dev.gantry.driver.TaskDriver#sweep}. */
    boolean sweep(Predicate<String> isKnown) throws RktException, InterruptedException {
        boolean isSwept = true;
        for (PodStatus pod : rkt.list()) {
            if (WITH_MANIFEST.contains(pod.state())) {
                isSwept &= sweep(pod, isKnown);
            }
        }
        return isSwept;
    }

    /**
     * Removes pods of this node that do not run and that nobody holds: those that could not be removed when their tasks
     * had ended. Must not be called before a sweep: until then, nobody holds a pod whose record is damaged.
     */
    void removeUnused() throws RktException, InterruptedException {
        for (PodStatus pod : rkt.list()) {
            if (WITH_MANIFEST.contains(pod.state()) && pod.state() != PodState.RUNNING && !held.isHeld(pod.uuid())) {
                sweep(pod, allocation -> true);
            }
        }
    }

    private boolean sweep(PodStatus pod, Predicate<String> isKnown) throws InterruptedException {
        try {
            Optional<String> allocation = allocationOf(pod.uuid());
            if (allocation.isEmpty() || isNeeded(pod, allocation.get(), isKnown)) {
                return true;
            }
            if (pod.state() == PodState.RUNNING) {
                rkt.end(pod.uuid(), GRACE);
            }
            if (pod.state() != PodState.PREPARED && !remains.end(pod.uuid())) {
                LOG.warn("Could not sweep pod {}: some of its processes do not end", pod.uuid());
                return false;
            }
            rkt.remove(pod.uuid());
            LOG.info("Removed orphaned pod {} of allocation {}", pod.uuid(), allocation.get());
            return true;
        } catch (RktException e) {
            LOG.warn("Could not sweep pod {}: {}", pod.uuid(), e.getMessage());
            return false;
        }
    }

    /** A pod that runs may be the task of an allocation that is known even if its own record was lost. */
    private boolean isNeeded(PodStatus pod, String allocation, Predicate<String> isKnown) {
        return held.isBusy(pod.uuid(), allocation) || (pod.state() == PodState.RUNNING && isKnown.test(allocation));
    }

    private Optional<String> allocationOf(String uuid) throws InterruptedException {
        try {
            return rkt.hostVolumes(uuid).stream()
                    .filter(this::isSharedDirectory)
                    .map(volume -> idOf(volume.source()))
                    .findFirst();
        } catch (RktException e) {
            // It is not known to be this node's, so it is left alone.
            LOG.debug("Pod {} is left alone: {}", uuid, e.getMessage());
            return Optional.empty();
        }
    }

    private boolean isSharedDirectory(RktJson.HostVolume volume) {
        Path source = volume.source().normalize();
        Path allocation = source.getParent();
        return allocation != null
                && isAllocations(allocation.getParent())
                && volume.name().startsWith(RktNames.volumePrefix(idOf(source)))
                && volume.name().endsWith("-" + PodVolumes.SHARED);
    }

    private boolean isAllocations(Path path) {
        try {
            return path != null
                    && (path.equals(allocations) || (Files.exists(path) && Files.isSameFile(path, allocations)));
        } catch (IOException e) {
            // A path that can't be read is not in this node's directory of allocations.
            return false;
        }
    }

    private static String idOf(Path shared) {
        return shared.getParent().getFileName().toString();
    }
}
