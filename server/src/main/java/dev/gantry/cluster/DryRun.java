package dev.gantry.cluster;

import dev.gantry.model.JobFamily;
import dev.gantry.scheduler.GroupOutcome;
import dev.gantry.scheduler.Placement;
import dev.gantry.scheduler.Plan;
import dev.gantry.scheduler.Scheduler;
import dev.gantry.scheduler.SchedulerOptions;
import dev.gantry.v1.FieldDiff;
import dev.gantry.v1.GroupPlan;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.JobVersion;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Says what a submission would do, without doing it. */
final class DryRun {

    private static final int NODES_EXPLAINED = 100;

    private final Scheduler scheduler;
    private final SchedulerOptions options;
    private final InstantSource clock;

    DryRun(Scheduler scheduler, SchedulerOptions options, InstantSource clock) {
        this.scheduler = scheduler;
        this.options = options;
        this.clock = clock;
    }

    /**
     * Plans.
     *
     * @param hasFailed whether an allocation of the stored version has failed for good
     */
    JobPlan plan(SchedulingState state, Job job, boolean hasFailed) {
        Optional<JobRecord> stored = state.job(job.getId());
        JobVersion version = JobVersion.newBuilder()
                .setJob(job)
                .setVersion(VersionRule.version(stored, job, hasFailed))
                .build();
        Plan plan = scheduler.plan(state.cluster(), version, JobFamily.isParent(job), clock.instant(), options);
        List<GroupPlan> groups = plan.groups().stream()
                .map(outcome -> toGroupPlan(state, version, plan, outcome))
                .toList();
        return new JobPlan(groups, stored.map(JobRecord::getModifyIndex).orElse(0L), diff(stored, job));
    }

    private static List<FieldDiff> diff(Optional<JobRecord> stored, Job job) {
        return JobDiff.between(stored.map(JobRecord::getJob).orElse(Job.getDefaultInstance()), job);
    }

    private GroupPlan toGroupPlan(SchedulingState state, JobVersion version, Plan plan, GroupOutcome outcome) {
        GroupPlan.Builder group = GroupPlan.newBuilder()
                .setTaskGroup(outcome.taskGroup())
                .setPlace(outcome.place())
                .setStop(outcome.stop())
                .setKeep(outcome.keep())
                .setUpdateInPlace(outcome.update())
                .setCanary((int)
                        placements(plan, outcome).filter(Placement::canary).count())
                .setPreempt(outcome.preempted().size())
                .addAllPreempted(outcome.preempted())
                .addAllScores(outcome.scores());
        outcome.failure().ifPresent(group::setFailure);
        version.getJob().getTaskGroupsList().stream()
                .filter(wanted -> wanted.getName().equals(outcome.taskGroup()))
                .forEach(wanted -> group.addAllNodes(
                        scheduler.explain(state.cluster(), version, wanted, plan, options, NODES_EXPLAINED)));
        return group.build();
    }

    private static Stream<Placement> placements(Plan plan, GroupOutcome outcome) {
        return plan.placements().stream()
                .filter(placement -> placement.taskGroup().equals(outcome.taskGroup()));
    }
}
