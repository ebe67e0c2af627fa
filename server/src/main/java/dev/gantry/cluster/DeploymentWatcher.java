package dev.gantry.cluster;

import dev.gantry.store.ChangeSet;
import dev.gantry.store.Store;
import dev.gantry.store.StoreReader;
import dev.gantry.store.WriteTransaction;
import dev.gantry.v1.Deployment;
import dev.gantry.v1.DeploymentStatus;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deployments as people and the clock move them: promoted or failed on request, failed when they don't get on in time.
 *
 * <p>It alone knows the deadlines: the store's writer tells it of each change of a deployment, a tick asks it which have
 * passed.
 */
public final class DeploymentWatcher {

    private static final Logger LOG = LoggerFactory.getLogger(DeploymentWatcher.class);

    private final Store store;
    private final DeploymentProgress progress;
    private final InstantSource clock;
    private final Map<String, Instant> deadlines = new ConcurrentHashMap<>();

    /**
     * Begins without deadlines.
     *
     * @param store where deployments are kept
     * @param evaluations makes evaluations of jobs whose deployments move
     * @param clock tells which deadlines have passed
     */
    public DeploymentWatcher(Store store, Evaluations evaluations, InstantSource clock) {
        this.store = store;
        this.progress = new DeploymentProgress(evaluations);
        this.clock = clock;
    }

    /**
     * Takes up the deployments that ran when the last server ended.
     *
     * @param reader where they are
     */
    public void load(StoreReader reader) {
        reader.deployments().running().forEach(this::put);
    }

    /**
     * Takes in what a write changed. Never waits.
     *
     * @param changes what it changed
     */
    public void publish(ChangeSet changes) {
        changes.deployments().forEach(this::put);
    }

    /** Fails the deployments that have not got on in time. Called about once a second, by one thread. */
    public void check() {
        Instant now = clock.instant();
        List<String> overdue = deadlines.entrySet().stream()
                .filter(deployment -> !deployment.getValue().isAfter(now))
                .map(Map.Entry::getKey)
                .toList();
        overdue.forEach(this::failIfOverdue);
    }

    /**
     * Goes on with a deployment whose canaries are good.
     *
     * @param deploymentId its whole id
     * @param groups only these groups; empty: all
     * @return the id of the evaluation that goes on with it; failed with {@link RefusedException}, also if it has ended,
     *     with {@link InvalidFieldException} if it has no such group, or with {@link UnknownObjectException}
     */
    public CompletableFuture<String> promote(String deploymentId, Collection<String> groups) {
        return store.write(transaction -> progress.promote(
                        transaction, running(transaction, deploymentId), groups, clock.instant())
                .getId());
    }

    /**
     * Ends a deployment as failed.
     *
     * @param deploymentId its whole id
     * @return what follows; failed with {@link RefusedException} if it has ended, or {@link UnknownObjectException}
     */
    public CompletableFuture<FailedDeployment> fail(String deploymentId) {
        return store.write(transaction -> {
            DeploymentProgress.Failure failure = progress.fail(
                    transaction, running(transaction, deploymentId), "failed on request", clock.instant());
            return new FailedDeployment(failure.evaluation().getId(), failure.revertedTo());
        });
    }

    private void put(Deployment deployment) {
        Optional<Instant> deadline = isRunning(deployment) ? DeploymentProgress.deadline(deployment) : Optional.empty();
        deadline.ifPresentOrElse(
                instant -> deadlines.put(deployment.getId(), instant), () -> deadlines.remove(deployment.getId()));
    }

    private void failIfOverdue(String deploymentId) {
        Instant now = clock.instant();
        store.write(transaction -> {
                    // Once more, since it may have got on meanwhile.
                    transaction
                            .deployment(deploymentId)
                            .filter(DeploymentWatcher::isRunning)
                            .filter(deployment -> DeploymentProgress.deadline(deployment)
                                    .filter(deadline -> !deadline.isAfter(now))
                                    .isPresent())
                            .ifPresent(deployment ->
                                    progress.fail(transaction, deployment, "no progress before its deadline", now));
                    return null;
                })
                .exceptionally(failure -> {
                    LOG.error("Can't store that deployment {} has failed; it is tried again", deploymentId, failure);
                    return null;
                });
    }

    private static Deployment running(WriteTransaction transaction, String id) {
        Deployment deployment =
                transaction.deployment(id).orElseThrow(() -> new UnknownObjectException("deployment", id));
        if (!isRunning(deployment)) {
            throw new RefusedException("Deployment %s of version %d of job %s has ended: %s"
                    .formatted(id, deployment.getJobVersion(), deployment.getJobId(), deployment.getDescription()));
        }
        return deployment;
    }

    private static boolean isRunning(Deployment deployment) {
        return deployment.getStatus() == DeploymentStatus.DEPLOYMENT_STATUS_RUNNING;
    }
}
