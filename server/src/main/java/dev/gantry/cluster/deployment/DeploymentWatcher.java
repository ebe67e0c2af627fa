package dev.gantry.cluster.deployment;

import com.google.protobuf.Timestamp;
import dev.gantry.cluster.Clocks;
import dev.gantry.cluster.FailureLog;
import dev.gantry.cluster.InvalidFieldException;
import dev.gantry.cluster.RefusedException;
import dev.gantry.cluster.RepeatedRequests;
import dev.gantry.cluster.RequestIdReusedException;
import dev.gantry.cluster.UnknownObjectException;
import dev.gantry.cluster.WritesInFlight;
import dev.gantry.cluster.evaluation.Evaluations;
import dev.gantry.model.AllocationStatuses;
import dev.gantry.model.ProtoTimes;
import dev.gantry.store.ChangeSet;
import dev.gantry.store.Store;
import dev.gantry.store.StoreReader;
import dev.gantry.store.Submission;
import dev.gantry.store.WriteTransaction;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.Deployment;
import dev.gantry.v1.DeploymentStatus;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.Job;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Promotes and fails deployments on request, stores the health that people tell of allocations, and fails those that miss their progress deadline.
 *
 * <p>Keeps the deadlines in memory: each change of a deployment arrives by {@link #publish}, and {@link #check} finds
 * those that have passed.
 */
public final class DeploymentWatcher {

    private static final Logger LOG = LoggerFactory.getLogger(DeploymentWatcher.class);

    // Stored in place of a version if the failed deployment was not reverted.
    private static final long NO_VERSION = -1;

    /** The most writes of failed deployments under way; further deployments wait for the next check. */
    private static final int FAILURES_IN_FLIGHT = 256;

    /**
     * A progress deadline.
     *
     * @param stored the deadline as it is stored, by the wall clock
     * @param due the deadline by the steady clock
     */
    private record Deadline(Instant stored, Instant due) {}

    private final Store store;
    private final DeploymentTransitions transitions;
    private final Clocks clocks;
    private final Map<String, Deadline> deadlines = new ConcurrentHashMap<>();
    private final WritesInFlight failures = new WritesInFlight(FAILURES_IN_FLIGHT, () -> {});

    /**
     * Creates a watcher without deadlines.
     *
     * @param store the store with the deployments
     * @param evaluations creates evaluations of jobs whose deployments change
     * @param clocks tell which deadlines have passed
     */
    public DeploymentWatcher(Store store, Evaluations evaluations, Clocks clocks) {
        this.store = store;
        this.transitions = new DeploymentTransitions(evaluations);
        this.clocks = clocks;
    }

    /**
     * Loads the running deployments.
     *
     * @param reader reads the store
     */
    public void load(StoreReader reader) {
        reader.deployments().running().forEach(this::put);
    }

    /**
     * Takes in the changes of a write. Never blocks.
     *
     * @param changes the changes
     */
    public void publish(ChangeSet changes) {
        changes.deployments().forEach(this::put);
    }

    /** Fails the deployments whose deadlines have passed. Called about once a second by one thread. */
    public void check() {
        Instant now = clocks.steady().instant();
        deadlines.forEach((deploymentId, deadline) -> {
            if (!deadline.due().isAfter(now)) {
                failures.begin(deploymentId, () -> failIfUnchanged(deploymentId, deadline));
            }
        });
    }

    /**
     * Promotes the canaries of a deployment.
     *
     * @param deploymentId the full id
     * @param groups the groups to promote; empty: all
     * @param requestId makes the call safe to repeat
     * @return the id of the evaluation that replaces the older allocations. Fails with {@link RefusedException} if the
     *     deployment has ended or its canaries cannot be promoted, with {@link InvalidFieldException} if it has no such
     *     group, with {@link UnknownObjectException}, or with {@link RequestIdReusedException}
     */
    public CompletableFuture<String> promote(
            String deploymentId, Collection<String> groups, Optional<String> requestId) {
        Instant now = clocks.wall().instant();
        return change(Submission.Kind.PROMOTE, deploymentId, requestId, (transaction, deployment) -> {
                    Evaluation evaluation = transitions.promote(transaction, deployment, groups, now);
                    return answer(transaction, Submission.Kind.PROMOTE, deployment, evaluation, Optional.empty(), now);
                })
                .thenApply(Submission::evaluationId);
    }

    /**
     * Fails a deployment.
     *
     * @param deploymentId the full id
     * @param requestId makes the call safe to repeat
     * @param check is given the job that auto_revert would submit again, if any; the call fails with what it throws
     * @return what follows. Fails with {@link RefusedException} if the deployment has ended, with
     *     {@link UnknownObjectException}, or with {@link RequestIdReusedException}
     */
    public CompletableFuture<FailedDeployment> fail(
            String deploymentId, Optional<String> requestId, Consumer<Job> check) {
        Instant now = clocks.wall().instant();
        return change(Submission.Kind.FAIL, deploymentId, requestId, (transaction, deployment) -> {
                    DeploymentTransitions.Failure failure =
                            transitions.fail(transaction, deployment, "failed on request", now, check);
                    return answer(
                            transaction,
                            Submission.Kind.FAIL,
                            deployment,
                            failure.evaluation(),
                            failure.revertedTo(),
                            now);
                })
                .thenApply(answer -> new FailedDeployment(
                        answer.evaluationId(), Optional.of(answer.version()).filter(version -> version != NO_VERSION)));
    }

    /**
     * Pauses a deployment. Does nothing if it is paused already.
     *
     * @param deploymentId the full id
     * @return the deployment. Fails with {@link RefusedException} if it has ended, or with {@link
     *     UnknownObjectException}
     */
    public CompletableFuture<Deployment> pause(String deploymentId) {
        return store.writeOfClient(transaction -> {
            Deployment deployment = findRunning(transaction, deploymentId);
            return deployment.getPaused() ? deployment : DeploymentTransitions.pause(transaction, deployment);
        });
    }

    /**
     * Continues a paused deployment. Does nothing if it is not paused.
     *
     * @param deploymentId the full id
     * @return the deployment. Fails with {@link RefusedException} if it has ended, or with {@link
     *     UnknownObjectException}
     */
    public CompletableFuture<Deployment> resume(String deploymentId) {
        Instant now = clocks.wall().instant();
        return store.writeOfClient(transaction -> {
            Deployment deployment = findRunning(transaction, deploymentId);
            return deployment.getPaused() ? transitions.resume(transaction, deployment, now) : deployment;
        });
    }

    private static Deployment findRunning(WriteTransaction transaction, String deploymentId) {
        Deployment deployment = find(transaction, deploymentId);
        requireRunning(deployment);
        return deployment;
    }

    private static Deployment find(WriteTransaction transaction, String deploymentId) {
        return transaction
                .deployment(deploymentId)
                .orElseThrow(() -> new UnknownObjectException("deployment", deploymentId));
    }

    /**
     * Stores which allocations of a deployment are healthy.
     *
     * @param deploymentId the full id
     * @param health whether each allocation is healthy, by full id
     * @param check as in {@link #fail}, if an allocation is unhealthy
     * @return the deployment as it is then. Fails with {@link RefusedException} if the deployment or an allocation has
     *     ended, unless all is known already, and with {@link UnknownObjectException} for an allocation that is not of the
     *     deployment
     */
    public CompletableFuture<Deployment> setHealth(
            String deploymentId, Map<String, Boolean> health, Consumer<Job> check) {
        Instant now = clocks.wall().instant();
        return store.writeOfClient(transaction -> {
            Deployment deployment = transaction
                    .deployment(deploymentId)
                    .orElseThrow(() -> new UnknownObjectException("deployment", deploymentId));
            List<Allocation> changing = transaction.allocations(health.keySet()).stream()
                    .filter(one -> one.getDeploymentId().equals(deploymentId))
                    .toList();
            health.keySet().stream()
                    .filter(id -> changing.stream().noneMatch(one -> one.getId().equals(id)))
                    .findFirst()
                    .ifPresent(id -> {
                        throw new UnknownObjectException("allocation", id);
                    });
            // The healthy ones first: an unhealthy one ends the deployment.
            changing.stream()
                    .filter(one -> !one.hasHealthy() || one.getHealthy() != health.get(one.getId()))
                    .sorted(Comparator.comparing(one -> !health.get(one.getId())))
                    .forEachOrdered(one -> {
                        requireRunning(deployment);
                        setHealth(transaction, one, health.get(one.getId()), now, check);
                    });
            return transaction.deployment(deploymentId).orElseThrow();
        });
    }

    private void setHealth(
            WriteTransaction transaction, Allocation allocation, boolean isHealthy, Instant now, Consumer<Job> check) {
        if (!AllocationStatuses.isWanted(allocation)) {
            throw new RefusedException(
                    "Allocation %s is to stop, or has ended: its health can't change".formatted(allocation.getName()));
        }
        Timestamp time = ProtoTimes.toTimestampMillis(now);
        Allocation changed = transaction.updateClient(allocation.toBuilder()
                .setHealthy(isHealthy)
                .setHealthyTime(time)
                .setModifyTime(time)
                .build());
        transitions.onHealth(transaction, allocation, changed, now, check);
    }

    private CompletableFuture<Submission> change(
            Submission.Kind kind,
            String deploymentId,
            Optional<String> requestId,
            BiFunction<WriteTransaction, Deployment, Submission> change) {
        return store.writeOfClient(transaction -> {
            Deployment deployment = find(transaction, deploymentId);
            return RepeatedRequests.answered(transaction, kind, requestId, deployment.getJobId()::equals)
                    .orElseGet(() -> {
                        requireRunning(deployment);
                        Submission answer = change.apply(transaction, deployment);
                        RepeatedRequests.remember(transaction, requestId, answer);
                        return answer;
                    });
        });
    }

    private static Submission answer(
            WriteTransaction transaction,
            Submission.Kind kind,
            Deployment deployment,
            Evaluation evaluation,
            Optional<Long> version,
            Instant now) {
        return new Submission(
                kind, deployment.getJobId(), version.orElse(NO_VERSION), evaluation.getId(), transaction.index(), now);
    }

    private void put(Deployment deployment) {
        Optional<Instant> deadline =
                isRunning(deployment) ? DeploymentTransitions.deadline(deployment) : Optional.empty();
        deadline.ifPresentOrElse(
                stored -> deadlines.compute(
                        deployment.getId(),
                        (id, known) -> known != null && known.stored().equals(stored)
                                ? known
                                : new Deadline(
                                        stored,
                                        clocks.due(stored, ProtoTimes.toInstantMillis(deployment.getCreateTime())))),
                () -> deadlines.remove(deployment.getId()));
    }

    private CompletableFuture<Boolean> failIfUnchanged(String deploymentId, Deadline overdue) {
        Instant now = clocks.wall().instant();
        return store.write(transaction -> {
                    // Check again: the deployment may have advanced since the deadline was found to have passed.
                    transaction
                            .deployment(deploymentId)
                            .filter(DeploymentWatcher::isRunning)
                            .filter(deployment -> DeploymentTransitions.deadline(deployment)
                                    .filter(overdue.stored()::equals)
                                    .isPresent())
                            .ifPresent(deployment ->
                                    transitions.fail(transaction, deployment, "no progress before its deadline", now));
                    return true;
                })
                .exceptionally(failure -> {
                    FailureLog.tell(
                            LOG,
                            "Can't store that deployment %s has failed; it is tried again".formatted(deploymentId),
                            failure);
                    return false;
                });
    }

    private static void requireRunning(Deployment deployment) {
        if (!isRunning(deployment)) {
            throw new RefusedException("Deployment %s of version %d of job %s has ended: %s"
                    .formatted(
                            deployment.getId(),
                            deployment.getJobVersion(),
                            deployment.getJobId(),
                            deployment.getDescription()));
        }
    }

    private static boolean isRunning(Deployment deployment) {
        return deployment.getStatus() == DeploymentStatus.DEPLOYMENT_STATUS_RUNNING;
    }
}
