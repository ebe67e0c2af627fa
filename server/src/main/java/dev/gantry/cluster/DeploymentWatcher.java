package dev.gantry.cluster;

import dev.gantry.store.ChangeSet;
import dev.gantry.store.Store;
import dev.gantry.store.StoreReader;
import dev.gantry.store.Submission;
import dev.gantry.store.WriteTransaction;
import dev.gantry.v1.Deployment;
import dev.gantry.v1.DeploymentStatus;
import dev.gantry.v1.Evaluation;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
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

    private static final long NO_VERSION = -1;

    /** The most writes of failed deployments under way; further deployments wait for the next check. */
    private static final int FAILURES_IN_FLIGHT = 256;

    /**
     * By when a deployment has to get on.
     *
     * @param stored as it is stored, by the wall clock
     * @param due by the clock that does not jump
     */
    private record Deadline(Instant stored, Instant due) {}

    private final Store store;
    private final DeploymentProgress progress;
    private final Clocks clocks;
    private final Map<String, Deadline> deadlines = new ConcurrentHashMap<>();
    private final WritesInFlight failures = new WritesInFlight(FAILURES_IN_FLIGHT, () -> {});

    /**
     * Begins without deadlines.
     *
     * @param store where deployments are kept
     * @param evaluations makes evaluations of jobs whose deployments move
     * @param clocks tell which deadlines have passed
     */
    public DeploymentWatcher(Store store, Evaluations evaluations, Clocks clocks) {
        this.store = store;
        this.progress = new DeploymentProgress(evaluations);
        this.clocks = clocks;
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
        Instant now = clocks.steady().instant();
        deadlines.forEach((deploymentId, deadline) -> {
            if (!deadline.due().isAfter(now)) {
                failures.begin(deploymentId, () -> failIfUnchanged(deploymentId, deadline));
            }
        });
    }

    /**
     * Goes on with a deployment whose canaries are good.
     *
     * @param deploymentId its whole id
     * @param groups only these groups; empty: all
     * @param requestId makes the call safe to repeat
     * @return the id of the evaluation that goes on with it; failed with {@link RefusedException}, also if it has ended,
     *     with {@link InvalidFieldException} if it has no such group, with {@link UnknownObjectException}, or with
     *     {@link RequestIdReusedException}
     */
    public CompletableFuture<String> promote(
            String deploymentId, Collection<String> groups, Optional<String> requestId) {
        Instant now = clocks.wall().instant();
        return change(Submission.Kind.PROMOTE, deploymentId, requestId, (transaction, deployment) -> {
                    Evaluation evaluation = progress.promote(transaction, deployment, groups, now);
                    return answer(transaction, Submission.Kind.PROMOTE, deployment, evaluation, Optional.empty(), now);
                })
                .thenApply(Submission::evaluationId);
    }

    /**
     * Ends a deployment as failed.
     *
     * @param deploymentId its whole id
     * @param requestId makes the call safe to repeat
     * @return what follows; failed with {@link RefusedException} if it has ended, {@link UnknownObjectException}, or
     *     {@link RequestIdReusedException}
     */
    public CompletableFuture<FailedDeployment> fail(String deploymentId, Optional<String> requestId) {
        Instant now = clocks.wall().instant();
        return change(Submission.Kind.FAIL, deploymentId, requestId, (transaction, deployment) -> {
                    DeploymentProgress.Failure failure =
                            progress.fail(transaction, deployment, "failed on request", now);
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

    private CompletableFuture<Submission> change(
            Submission.Kind kind,
            String deploymentId,
            Optional<String> requestId,
            BiFunction<WriteTransaction, Deployment, Submission> change) {
        return store.write(transaction -> {
            Deployment deployment = transaction
                    .deployment(deploymentId)
                    .orElseThrow(() -> new UnknownObjectException("deployment", deploymentId));
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
        Optional<Instant> deadline = isRunning(deployment) ? DeploymentProgress.deadline(deployment) : Optional.empty();
        deadline.ifPresentOrElse(
                stored -> deadlines.compute(
                        deployment.getId(),
                        (id, known) -> known != null && known.stored().equals(stored)
                                ? known
                                : new Deadline(
                                        stored, clocks.due(stored, Times.toInstant(deployment.getCreateTime())))),
                () -> deadlines.remove(deployment.getId()));
    }

    private CompletableFuture<Boolean> failIfUnchanged(String deploymentId, Deadline overdue) {
        Instant now = clocks.wall().instant();
        return store.write(transaction -> {
                    // Once more, since it may have got on meanwhile.
                    transaction
                            .deployment(deploymentId)
                            .filter(DeploymentWatcher::isRunning)
                            .filter(deployment -> DeploymentProgress.deadline(deployment)
                                    .filter(overdue.stored()::equals)
                                    .isPresent())
                            .ifPresent(deployment ->
                                    progress.fail(transaction, deployment, "no progress before its deadline", now));
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
