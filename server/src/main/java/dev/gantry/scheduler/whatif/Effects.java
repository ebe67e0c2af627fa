package dev.gantry.scheduler.whatif;

import static java.util.stream.Collectors.groupingBy;

import dev.gantry.model.AllocationStatuses;
import dev.gantry.scheduler.state.ClusterState;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.JobType;
import dev.gantry.v1.PlacementFailure;
import dev.gantry.v1.TaskGroup;
import dev.gantry.v1.WhatIfAllocation;
import dev.gantry.v1.WhatIfGroup;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Compares the allocations of jobs before and after a simulation. */
public final class Effects {

    /**
     * The effects of a simulation.
     *
     * @param groups the groups that change or wait, and those of the changed jobs: by the priority of the job, the
     *     highest first, then by the ids of the jobs and the names of the groups
     * @param allocations the allocations that change, in the order of the groups and the indexes
     * @param settled false if the cluster came to no rest, so that the effects are those of some moment
     */
    public record Result(List<WhatIfGroup> groups, List<WhatIfAllocation> allocations, boolean settled) {

        /** Copies the lists. */
        public Result {
            groups = List.copyOf(groups);
            allocations = List.copyOf(allocations);
        }
    }

    /**
     * Why an allocation leaves its node.
     *
     * @param reason the reason in words
     * @param preemptor the job that preempts it; empty: none
     */
    private record Leaving(String reason, String preemptor) {}

    private final ClusterState cluster;
    private final Map<String, List<Allocation>> before = new HashMap<>();
    private final Map<String, List<PlacementFailure>> waiting = new HashMap<>();

    /** The allocations that have left their nodes, by id. */
    private final Map<String, Leaving> leaving = new HashMap<>();

    Effects(ClusterState cluster) {
        this.cluster = cluster;
    }

    /** Notes the allocations of a job. Must be called before the first of them changes; later calls do nothing. */
    void before(String jobId) {
        if (!before.containsKey(jobId)) {
            before.put(jobId, wanted(jobId));
        }
    }

    /** Notes why an allocation leaves its node, and the job that preempts it; empty: none. */
    void leaves(Allocation allocation, String reason, String preemptor) {
        leaving.put(allocation.getId(), new Leaving(reason, preemptor));
    }

    /** Notes what a job lacks after its newest plan. */
    void waits(String jobId, List<PlacementFailure> failures) {
        waiting.put(jobId, failures);
    }

    /**
     * Compares.
     *
     * @param jobs all jobs
     * @param named the jobs to tell about although nothing changes for them
     * @param settled true if the cluster has come to rest
     */
    Result result(Map<String, SimulatedJob> jobs, Collection<SimulatedJob> named, boolean settled) {
        Set<String> ids = new LinkedHashSet<>(before.keySet());
        waiting.forEach((jobId, failures) -> {
            if (!failures.isEmpty() || !jobs.get(jobId).waiting().isEmpty()) {
                ids.add(jobId);
            }
        });
        Set<String> namedIds = named.stream().map(SimulatedJob::id).collect(Collectors.toSet());
        ids.addAll(namedIds);
        List<WhatIfGroup> groups = new ArrayList<>();
        List<WhatIfAllocation> allocations = new ArrayList<>();
        ids.stream()
                .map(jobs::get)
                .sorted(Comparator.comparingInt(SimulatedJob::priority)
                        .reversed()
                        .thenComparing(SimulatedJob::id))
                .forEach(job -> compare(job, namedIds.contains(job.id()), groups, allocations));
        return new Result(groups, allocations, settled);
    }

    private void compare(
            SimulatedJob job, boolean named, List<WhatIfGroup> groups, List<WhatIfAllocation> allocations) {
        List<Allocation> now = wanted(job.id());
        Map<String, List<Allocation>> newByGroup = now.stream().collect(groupingBy(Allocation::getTaskGroup));
        Map<String, List<Allocation>> oldByGroup =
                before.getOrDefault(job.id(), now).stream().collect(groupingBy(Allocation::getTaskGroup));
        Map<String, PlacementFailure> failures = new HashMap<>();
        waiting.getOrDefault(job.id(), List.of()).forEach(failure -> failures.put(failure.getTaskGroup(), failure));
        Stream.of(
                        job.version().getJob().getTaskGroupsList().stream().map(TaskGroup::getName),
                        oldByGroup.keySet().stream().sorted())
                .flatMap(names -> names)
                .distinct()
                .forEach(name -> {
                    WhatIfGroup.Builder group = WhatIfGroup.newBuilder()
                            .setJobId(job.id())
                            .setTaskGroup(name)
                            .setPriority(job.priority())
                            .setWaitingBefore(job.waiting().getOrDefault(name, 0));
                    WhatIfGroup unchanged = group.build();
                    if (failures.containsKey(name)) {
                        group.setWaiting(failures.get(name).getUnplaced()).setFailure(failures.get(name));
                    }
                    new GroupComparison(job.version().getJob().getType(), group, allocations)
                            .compare(
                                    oldByGroup.getOrDefault(name, List.of()), newByGroup.getOrDefault(name, List.of()));
                    if (named || !group.build().equals(unchanged) || group.getWaitingBefore() > 0) {
                        groups.add(group.build());
                    }
                });
    }

    private List<Allocation> wanted(String jobId) {
        return cluster.allocationsOf(jobId).stream()
                .filter(AllocationStatuses::isWanted)
                .toList();
    }

    /** Compares the allocations of one group. */
    private final class GroupComparison {

        private final boolean oneForEachNode;
        private final WhatIfGroup.Builder group;
        private final List<WhatIfAllocation> allocations;

        GroupComparison(JobType type, WhatIfGroup.Builder group, List<WhatIfAllocation> allocations) {
            this.oneForEachNode = type == JobType.JOB_TYPE_SYSTEM;
            this.group = group;
            this.allocations = allocations;
        }

        void compare(List<Allocation> before, List<Allocation> after) {
            Map<String, Allocation> afterById = after.stream().collect(Collectors.toMap(Allocation::getId, one -> one));
            Map<String, Deque<Allocation>> gone = new TreeMap<>();
            for (Allocation old : before) {
                Allocation same = afterById.remove(old.getId());
                if (same == null) {
                    gone.computeIfAbsent(place(old), unseen -> new ArrayDeque<>())
                            .add(old);
                } else if (same.getJobVersion() != old.getJobVersion()) {
                    group.setUpdatedInPlace(group.getUpdatedInPlace() + 1);
                }
            }
            List<WhatIfAllocation> found = new ArrayList<>();
            for (Allocation one : afterById.values()) {
                Deque<Allocation> old = gone.getOrDefault(place(one), new ArrayDeque<>());
                found.add(old.isEmpty() ? placed(one) : replaced(old.remove(), one));
            }
            gone.values().forEach(left -> left.forEach(old -> found.add(stopped(old))));
            found.sort(Comparator.comparingInt(WhatIfAllocation::getIndex)
                    .thenComparing(WhatIfAllocation::getFromNode)
                    .thenComparing(WhatIfAllocation::getToNode));
            allocations.addAll(found);
        }

        private String place(Allocation one) {
            return oneForEachNode ? one.getNodeId() : Integer.toString(one.getIndex());
        }

        private WhatIfAllocation placed(Allocation one) {
            group.setPlaced(group.getPlaced() + 1);
            return of(one).setToNode(one.getNodeName()).build();
        }

        private WhatIfAllocation replaced(Allocation old, Allocation one) {
            if (old.getJobVersion() == one.getJobVersion()) {
                group.setMoved(group.getMoved() + 1);
            } else {
                group.setReplaced(group.getReplaced() + 1);
            }
            return left(old).setToNode(one.getNodeName()).build();
        }

        private WhatIfAllocation stopped(Allocation old) {
            group.setStopped(group.getStopped() + 1);
            return left(old).build();
        }

        private WhatIfAllocation.Builder left(Allocation old) {
            Leaving why = leaving.getOrDefault(old.getId(), new Leaving("", ""));
            group.setPreempted(group.getPreempted() + (why.preemptor().isEmpty() ? 0 : 1));
            return of(old).setAllocationId(old.getId())
                    .setFromNode(old.getNodeName())
                    .setReason(why.reason())
                    .setPreemptedByJobId(why.preemptor());
        }

        private WhatIfAllocation.Builder of(Allocation one) {
            return WhatIfAllocation.newBuilder()
                    .setJobId(one.getJobId())
                    .setTaskGroup(one.getTaskGroup())
                    .setIndex(one.getIndex());
        }
    }
}
