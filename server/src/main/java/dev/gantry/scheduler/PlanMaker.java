package dev.gantry.scheduler;

import dev.gantry.scheduler.GroupChange.Rollout;
import dev.gantry.scheduler.Proposal.Outlook;
import dev.gantry.v1.JobVersion;
import dev.gantry.v1.TaskGroup;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Makes the plan of a job that shall run. */
final class PlanMaker {

    /** Those who fill the places of one group. */
    private record Planners(GroupPlanner newest, Optional<GroupPlanner> older) {

        Stream<GroupPlanner> stream() {
            return Stream.concat(Stream.of(newest), older.stream());
        }

        GroupOutcome outcome() {
            return older.map(planner -> newest.outcome().with(planner.outcome()))
                    .orElseGet(newest::outcome);
        }
    }

    private final ClusterState cluster;
    private final JobVersion job;
    private final DeploymentRule deployments;
    private final SchedulerOptions options;
    private final Proposal now;
    private final LaterProposal onceStopped;
    private final List<GroupChange> changes;
    private final List<GroupChange> formerGroups;
    private final List<Planners> groups = new ArrayList<>();

    PlanMaker(
            ClusterState cluster,
            JobVersion job,
            Reconciliation reconciliation,
            DeploymentRule deployments,
            SchedulerOptions options) {
        this.options = options;
        this.cluster = cluster;
        this.job = job;
        this.deployments = deployments;
        String jobId = job.getJob().getId();
        this.now = new Proposal(cluster, jobId, Outlook.NOW);
        this.onceStopped = new LaterProposal(() -> new Proposal(cluster, jobId, Outlook.ONCE_STOPPED));
        List<Demand> demands = job.getJob().getTaskGroupsList().stream()
                .map(group -> Demand.of(cluster, job, group, options.algorithm()))
                .toList();
        this.changes = demands.stream().map(reconciliation::change).toList();
        this.formerGroups = reconciliation.stopFormer();
        boolean deploying = deployments.isRunningWith(changes);
        for (int i = 0; i < demands.size(); i++) {
            groups.add(planners(demands.get(i), changes.get(i), deploying));
        }
    }

    Plan make() {
        List<GroupPlanner> planners = groups.stream().flatMap(Planners::stream).toList();
        Stream.concat(changes.stream(), formerGroups.stream())
                .flatMap(change -> change.surplus().stream())
                .forEach(stop -> {
                    now.stop(stop.allocation());
                    onceStopped.plan(proposal -> proposal.stop(stop.allocation()));
                });
        planners.forEach(GroupPlanner::fillEmpty);
        boolean again = true;
        while (again) {
            // What is stopped in one place may make room for what was tried before it.
            again = false;
            for (GroupPlanner planner : planners) {
                again |= planner.advance();
            }
        }
        if (options.preempting().contains(job.getJob().getType())) {
            Preemption preemption = new Preemption(cluster, onceStopped);
            planners.forEach(planner -> planner.preempt(preemption));
        }
        return assemble(planners);
    }

    private Plan assemble(List<GroupPlanner> planners) {
        List<Placement> placements = planners.stream()
                .flatMap(planner -> planner.placements().stream())
                .toList();
        return new Plan(
                placements,
                changes.stream().flatMap(change -> change.updates().stream()).toList(),
                Stream.concat(
                                planners.stream().flatMap(planner -> planner.stops().stream()),
                                formerGroups.stream().flatMap(change -> change.surplus().stream()))
                        .toList(),
                changes.stream()
                        .flatMap(change -> change.reschedules().stream())
                        .toList(),
                deployments.after(changes, placements),
                Stream.concat(
                                groups.stream().map(Planners::outcome),
                                formerGroups.stream().map(GroupOutcome::stopOnly))
                        .toList(),
                lookAgain());
    }

    private Optional<Instant> lookAgain() {
        return changes.stream().flatMap(change -> change.lookAgain().stream()).min(Instant::compareTo);
    }

    private Planners planners(Demand demand, GroupChange change, boolean deploying) {
        String deploymentId = deploying ? deployments.idOf(demand) : "";
        GroupPlanner newest = new GroupPlanner(demand, change, deploymentId, cluster, now, onceStopped);
        return new Planners(newest, change.olderVacancies().map(older -> olderPlanner(demand, older)));
    }

    private GroupPlanner olderPlanner(Demand demand, GroupChange.OlderVacancies older) {
        JobVersion version = JobVersion.newBuilder()
                .setJob(cluster.jobAt(job.getJob().getId(), older.version()).orElseThrow())
                .setVersion(older.version())
                .build();
        String name = demand.group().getName();
        TaskGroup group = version.getJob().getTaskGroupsList().stream()
                .filter(one -> one.getName().equals(name))
                .findFirst()
                .orElseThrow();
        GroupChange change = new GroupChange(
                name,
                0,
                List.of(),
                List.of(),
                older.vacancies(),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Rollout.NONE);
        return new GroupPlanner(
                Demand.of(cluster, version, group, options.algorithm()), change, "", cluster, now, onceStopped);
    }
}
