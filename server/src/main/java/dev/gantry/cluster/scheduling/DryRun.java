package dev.gantry.cluster.scheduling;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;

import dev.gantry.cluster.RefusedException;
import dev.gantry.cluster.job.JobKindRule;
import dev.gantry.cluster.job.VersionRule;
import dev.gantry.model.ParentJobs;
import dev.gantry.scheduler.Scheduler;
import dev.gantry.scheduler.plan.GroupOutcome;
import dev.gantry.scheduler.plan.Placement;
import dev.gantry.scheduler.plan.Plan;
import dev.gantry.scheduler.state.SchedulerOptions;
import dev.gantry.v1.FieldDiff;
import dev.gantry.v1.GroupPlan;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.JobVersion;
import dev.gantry.v1.NodeVerdict;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Computes what a submission would do, without doing it. */
final class DryRun {

    // The most nodes explained for each group.
    private static final int NODES_EXPLAINED = 100;

    /** The most verdicts about nodes in all groups together; each takes a hundred bytes and more. */
    private static final int VERDICTS = 10_000;

    private final Scheduler scheduler;
    private final SchedulerOptions options;
    private final InstantSource clock;

    DryRun(Scheduler scheduler, SchedulerOptions options, InstantSource clock) {
        this.scheduler = scheduler;
        this.options = options;
        this.clock = clock;
    }

    /**
     * Plans a job on a snapshot.
     *
     * @param snapshot the cluster and the stored job
     * @param job the job as it would be submitted, with its defaults filled in
     * @param asSent the job as the client sent it
     * @param hasFailed true if an allocation of the stored version has failed permanently
     * @throws RefusedException if {@link JobKindRule} forbids the change
     */
    JobPlan plan(JobSnapshot snapshot, Job job, Job asSent, boolean hasFailed) {
        Optional<JobRecord> stored = snapshot.stored();
        JobKindRule.check(stored.map(JobRecord::getJob), job);
        JobVersion version = JobVersion.newBuilder()
                .setJob(job)
                .setVersion(VersionRule.version(stored, job, hasFailed))
                .setCreateIndex(stored.map(JobRecord::getCreateIndex).orElse(0L))
                .build();
        Plan plan = scheduler.plan(snapshot.cluster(), version, ParentJobs.isParent(job), clock.instant(), options);
        int nodes = Math.min(NODES_EXPLAINED, VERDICTS / Math.max(1, job.getTaskGroupsCount()));
        Map<String, List<NodeVerdict>> verdicts = scheduler.explain(snapshot.cluster(), version, plan, options, nodes);
        Map<String, Long> canaries = plan.placements().stream()
                .filter(Placement::canary)
                .collect(groupingBy(Placement::taskGroup, counting()));
        List<GroupPlan> groups = plan.groups().stream()
                .map(outcome -> toGroupPlan(
                        outcome,
                        canaries.getOrDefault(outcome.taskGroup(), 0L).intValue(),
                        verdicts.getOrDefault(outcome.taskGroup(), List.of())))
                .toList();
        return new JobPlan(groups, stored.map(JobRecord::getModifyIndex).orElse(0L), diff(stored, job, asSent));
    }

    /** Returns the differences to the stored job. All of a new job is new: only what the client sent tells something. */
    private static List<FieldDiff> diff(Optional<JobRecord> stored, Job job, Job asSent) {
        return stored.map(before -> JobDiff.between(before.getJob(), job))
                .orElseGet(() -> JobDiff.between(Job.getDefaultInstance(), asSent));
    }

    private static GroupPlan toGroupPlan(GroupOutcome outcome, int canaries, List<NodeVerdict> verdicts) {
        GroupPlan.Builder group = GroupPlan.newBuilder()
                .setTaskGroup(outcome.taskGroup())
                .setPlace(outcome.place())
                .setStop(outcome.stop())
                .setKeep(outcome.keep())
                .setUpdateInPlace(outcome.update())
                .setCanary(canaries)
                .setPreempt(outcome.preempted().size())
                .addAllPreempted(outcome.preempted())
                .addAllScores(outcome.scores())
                .addAllNodes(verdicts);
        outcome.failure().ifPresent(group::setFailure);
        return group.build();
    }
}
