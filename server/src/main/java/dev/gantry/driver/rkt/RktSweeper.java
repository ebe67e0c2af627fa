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
 * Removes orphaned pods of this node: pods of interrupted starts, and pods of allocations that the node no longer
 * knows.
 *
 * <p>A pod is this node's if it has the shared directory of one of this node's allocations under the name that the
 * driver gives it. Other nodes of the machine keep their allocations elsewhere.
 */
final class RktSweeper {

    private static final Logger LOG = LoggerFactory.getLogger(RktSweeper.class);

    /**
     * The states in which a pod has a manifest, which tells its owner. rkt's own garbage collection removes pods in
     * other states.
     */
    private static final Set<PodState> WITH_MANIFEST =
            EnumSet.of(PodState.PREPARED, PodState.RUNNING, PodState.EXITED, PodState.EXITED_GARBAGE);

    /** The time that a pod of an unknown job has to end by itself: Nomad's default of {@code kill_timeout}. */
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

    /** Sweeps as {@link dev.gantry.driver.TaskDriver#sweep} describes. */
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
     * Removes pods of this node that do not run and are not held. These are pods that could not be removed at the end
     * of their tasks. Must not be called before a sweep: until then, a pod with a damaged record is not held although
     * it is in use.
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

    /**
     * Decides whether a pod is still needed. A running pod may be the task of a known allocation, even if the pod's own
     * record was lost.
     */
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
            // The pod may belong to another node, so keep it.
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
