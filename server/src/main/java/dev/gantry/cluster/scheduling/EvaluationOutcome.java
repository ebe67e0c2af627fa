package dev.gantry.cluster.scheduling;

import dev.gantry.scheduler.plan.GroupOutcome;
import dev.gantry.scheduler.plan.Plan;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.EvaluationStatus;
import dev.gantry.v1.GroupScores;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.PlacementFailure;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Writes the result of a plan into its evaluation. */
final class EvaluationOutcome {

    private EvaluationOutcome() {}

    /**
     * Returns the evaluation as it is once its plan is stored: blocked if allocations could not be placed, else
     * complete.
     */
    static Evaluation of(Evaluation evaluation, JobRecord job, Plan plan) {
        List<PlacementFailure> failures = plan.groups().stream()
                .map(GroupOutcome::failure)
                .flatMap(Optional::stream)
                .toList();
        return evaluation.toBuilder()
                .setJobVersion(job.getVersion())
                .clearFailures()
                .addAllFailures(failures)
                .clearScores()
                .addAllScores(scores(evaluation, plan))
                .setStatus(
                        failures.isEmpty()
                                ? EvaluationStatus.EVALUATION_STATUS_COMPLETE
                                : EvaluationStatus.EVALUATION_STATUS_BLOCKED)
                .build();
    }

    /** Returns the scores of the best nodes by group. Groups without new placements keep their previous scores. */
    private static List<GroupScores> scores(Evaluation evaluation, Plan plan) {
        Map<String, GroupScores> scores = new LinkedHashMap<>();
        evaluation.getScoresList().forEach(known -> scores.put(known.getTaskGroup(), known));
        plan.groups().stream()
                .filter(group -> !group.scores().isEmpty())
                .forEach(group -> scores.put(
                        group.taskGroup(),
                        GroupScores.newBuilder()
                                .setTaskGroup(group.taskGroup())
                                .addAllScores(group.scores())
                                .build()));
        return List.copyOf(scores.values());
    }
}
