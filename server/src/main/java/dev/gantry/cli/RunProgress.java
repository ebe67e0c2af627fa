package dev.gantry.cli;

import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.EvaluationStatus;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.JobType;
import dev.gantry.v1.PlacementFailure;
import dev.gantry.v1.SubmitJobResponse;
import dev.gantry.v1.TaskGroup;
import dev.gantry.v1.TaskState;
import dev.gantry.v1.WatchJobResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Follows a submission until all allocations of the job run (service, system) or have completed (batch). If the
 * submission makes a deployment, it follows the deployment to its end. Without a deployment nothing checks the health
 * of allocations: they must keep running for a moment, or for a deployment's default min_healthy_time once a task was
 * restarted.
 */
final class RunProgress implements JobProgress {

    private static final int EVENTS_SHOWN = 3;
    private static final Duration SETTLE_TIME = Duration.ofSeconds(2);
    private static final Duration SETTLE_TIME_AFTER_RESTART = Duration.ofSeconds(10);

    private final Job job;
    private final SubmitJobResponse submitted;
    private final Consumer<String> out;
    private final WatchedAllocations roster;
    private final SubmittedDeployment deployment;

    private Evaluation evaluation = Evaluation.getDefaultInstance();
    private String superseded = "";
    private long seenIndex;

    RunProgress(Job job, SubmitJobResponse submitted, Consumer<String> out) {
        this.job = job;
        this.submitted = submitted;
        this.out = out;
        this.roster = new WatchedAllocations(submitted.getModifyIndex(), out);
        this.deployment = new SubmittedDeployment(job, submitted, out);
    }

    @Override
    public State accept(WatchJobResponse update) {
        seenIndex = update.getIndex();
        if (update.hasJob()) {
            accept(update.getJob());
        }
        roster.accept(update.getAllocationsList());
        update.getEvaluationsList().forEach(this::accept);
        update.getDeploymentsList().forEach(deployment::accept);
        return state();
    }

    @Override
    public String verdict(State state) {
        String name = "Job \"" + job.getId() + "\"";
        return switch (state) {
            case DONE -> name + done();
            case FAILED ->
                deployment
                        .failure()
                        .map(why -> name + " is not up: " + why + unhealthy())
                        .orElseGet(() -> failure(name));
            case BLOCKED ->
                "%s is blocked: %s. It is placed as soon as a node fits; see: gantry job plan"
                        .formatted(name, failures());
            case AWAITS_PROMOTION -> name + " " + deployment.promotionAdvice();
            case IN_PROGRESS ->
                "%s is not up in time: %s. %sThe server keeps trying; see: gantry job status %s"
                        .formatted(
                                name,
                                tally(),
                                roster.pending().map(task -> task + ". ").orElse("")
                                        + (isBlocked() ? failures() + ". " : ""),
                                job.getId());
        };
    }

    @Override
    public Duration settleTime() {
        if (isBatch() || deployment.isKnown() || roster.wanted().findAny().isEmpty()) {
            return Duration.ZERO;
        }
        return roster.hasRestarted() ? SETTLE_TIME_AFTER_RESTART : SETTLE_TIME;
    }

    @Override
    public boolean mustSettle() {
        return roster.hasRestarted();
    }

    private String done() {
        if (!isBatch()) {
            return " is running";
        }
        return roster.placed().findAny().isPresent() || roster.all().findAny().isEmpty()
                ? " has completed"
                : " had completed before and has not changed: it is not run again";
    }

    private void accept(JobRecord record) {
        if (record.getVersion() > submitted.getVersion()) {
            superseded = "was submitted again meanwhile, as version " + record.getVersion();
        } else if (record.getStopped()) {
            superseded = "was stopped meanwhile";
        }
    }

    private void accept(Evaluation next) {
        boolean isOurs =
                next.getId().equals(submitted.getEvaluationId()) || next.getCreateIndex() > submitted.getModifyIndex();
        if (!isOurs || next.getStatus() == EvaluationStatus.EVALUATION_STATUS_CANCELED) {
            return;
        }
        boolean isBlocked = next.getStatus() == EvaluationStatus.EVALUATION_STATUS_BLOCKED;
        if (isBlocked && !next.getFailuresList().equals(evaluation.getFailuresList())) {
            next.getFailuresList().forEach(failure -> out.accept("    Blocked: " + reason(failure)));
        }
        evaluation = next;
    }

    private State state() {
        if (deployment.isKnown()) {
            return deploymentState();
        }
        if (!superseded.isEmpty() || failed().findAny().isPresent()) {
            return State.FAILED;
        }
        boolean isSeen = seenIndex >= evaluation.getModifyIndex();
        if (!isSeen || roster.wanted().anyMatch(hasStatus(ClientStatus.CLIENT_STATUS_PENDING))) {
            return State.IN_PROGRESS;
        }
        return switch (evaluation.getStatus()) {
            case EVALUATION_STATUS_FAILED -> State.FAILED;
            case EVALUATION_STATUS_COMPLETE -> isUp() ? State.DONE : State.IN_PROGRESS;
            // Allocations that are being stopped may free resources.
            case EVALUATION_STATUS_BLOCKED ->
                roster.stopping().findAny().isPresent() ? State.IN_PROGRESS : State.BLOCKED;
            default -> State.IN_PROGRESS;
        };
    }

    /** A failed allocation does not fail the submission: the deployment may replace it. */
    private State deploymentState() {
        State state = deployment.state() == State.IN_PROGRESS && isStuck() ? State.BLOCKED : deployment.state();
        boolean isOver = state == State.DONE || state == State.FAILED;
        return isOver || superseded.isEmpty() ? state : State.FAILED;
    }

    /**
     * Returns true if the deployment can't go on before a node fits: something can't be placed, and all that was placed is
     * healthy, so that nothing more is stopped.
     */
    private boolean isStuck() {
        return isBlocked()
                && seenIndex >= evaluation.getModifyIndex()
                && roster.stopping().findAny().isEmpty()
                && roster.wanted()
                        .allMatch(allocation -> allocation.getClientStatus() == ClientStatus.CLIENT_STATUS_RUNNING
                                && (allocation.getHealthy() || allocation.getJobVersion() != submitted.getVersion()));
    }

    private boolean isBlocked() {
        return evaluation.getStatus() == EvaluationStatus.EVALUATION_STATUS_BLOCKED;
    }

    private boolean isUp() {
        if (job.getType() == JobType.JOB_TYPE_SYSTEM) {
            return roster.wanted().allMatch(hasStatus(ClientStatus.CLIENT_STATUS_RUNNING));
        }
        return job.getTaskGroupsList().stream().allMatch(group -> upOf(group) >= countOf(group));
    }

    private long upOf(TaskGroup group) {
        Stream<Allocation> up = isBatch()
                ? roster.all()
                        .filter(allocation -> allocation.getJobVersion() == submitted.getVersion())
                        .filter(hasStatus(ClientStatus.CLIENT_STATUS_COMPLETE))
                : roster.wanted().filter(hasStatus(ClientStatus.CLIENT_STATUS_RUNNING));
        return up.filter(allocation -> allocation.getTaskGroup().equals(group.getName()))
                .count();
    }

    private static int countOf(TaskGroup group) {
        return group.hasCount() ? group.getCount() : 1;
    }

    private Stream<Allocation> failed() {
        return roster.placed()
                .filter(hasStatus(ClientStatus.CLIENT_STATUS_FAILED))
                .filter(allocation -> !isBatch() || isForGood(allocation));
    }

    /**
     * Returns true if a failed allocation is not replaced. The scheduler decides that in an evaluation that is stored
     * together with the failure.
     */
    private boolean isForGood(Allocation failed) {
        boolean isPlacedAnew =
                failed.hasNextRescheduleTime() || !failed.getNextAllocationId().isEmpty();
        boolean isSeen = seenIndex >= failed.getModifyIndex() && seenIndex >= evaluation.getModifyIndex();
        return !isPlacedAnew && isSeen && evaluation.getStatus() == EvaluationStatus.EVALUATION_STATUS_COMPLETE;
    }

    private String failure(String name) {
        if (superseded.isEmpty() && failed().findAny().isEmpty()) {
            return "%s is not placed: its evaluation has failed. %s; see: gantry eval status %s"
                    .formatted(name, evaluation.getStatusDescription(), TextFormat.shortId(evaluation.getId()));
        }
        return superseded.isEmpty()
                ? name + " has failed: "
                        + failed().findFirst().map(RunProgress::failure).orElseThrow() + others()
                : name + " " + superseded;
    }

    /** Names an unhealthy allocation: its checks and events tell why the deployment has failed. */
    private String unhealthy() {
        return roster.all()
                .filter(allocation -> allocation.getJobVersion() == submitted.getVersion())
                .filter(allocation -> allocation.hasHealthy() && !allocation.getHealthy())
                .findFirst()
                .map(allocation -> "; to see why: gantry alloc status " + TextFormat.shortId(allocation.getId()))
                .orElse("");
    }

    private String others() {
        long others = failed().count() - 1;
        return others == 0 ? "" : "; and " + TextFormat.count(others, "other allocation");
    }

    private static String failure(Allocation allocation) {
        String id = TextFormat.shortId(allocation.getId());
        Optional<TaskState> task = allocation.getTaskStatesList().stream()
                .filter(TaskState::getFailed)
                .findFirst();
        String what = task.map(state -> "task \"" + state.getTask() + "\" of ").orElse("") + "allocation \"" + id
                + "\" on node \"" + allocation.getNodeName() + "\"";
        String why = task.map(RunProgress::lastEvents)
                .filter(events -> !events.isEmpty())
                .orElse(allocation.getDescription());
        String log = task.filter(TaskState::hasStartTime)
                .map(state -> " (log: gantry alloc logs --stderr " + id + " " + state.getTask() + ")")
                .orElse("");
        return what + (why.isEmpty() ? "" : ": " + why) + log;
    }

    private static String lastEvents(TaskState task) {
        List<String> events = task.getEventsList().stream()
                .map(event -> event.getMessage().isEmpty() ? event.getType() : event.getMessage())
                .toList();
        return String.join(", then ", events.subList(Math.max(0, events.size() - EVENTS_SHOWN), events.size()));
    }

    private String failures() {
        return reasons(evaluation);
    }

    /** Returns why a job can't be placed. */
    static String reasons(Evaluation evaluation) {
        return evaluation.getFailuresList().stream().map(RunProgress::reason).collect(Collectors.joining("; "));
    }

    private static String reason(PlacementFailure failure) {
        return "%d of group \"%s\" unplaced: %s"
                .formatted(failure.getUnplaced(), failure.getTaskGroup(), failure.getSummary());
    }

    private String tally() {
        if (deployment.isKnown()) {
            return deployment.tally();
        }
        long up = job.getTaskGroupsList().stream().mapToLong(this::upOf).sum();
        long wanted = job.getType() == JobType.JOB_TYPE_SYSTEM
                ? roster.wanted().count()
                : job.getTaskGroupsList().stream()
                        .mapToLong(RunProgress::countOf)
                        .sum();
        return "%d of %d allocations %s".formatted(up, wanted, isBatch() ? "completed" : "run");
    }

    private boolean isBatch() {
        return job.getType() == JobType.JOB_TYPE_BATCH;
    }

    private static Predicate<Allocation> hasStatus(ClientStatus status) {
        return allocation -> allocation.getClientStatus() == status;
    }
}
