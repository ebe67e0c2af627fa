package dev.gantry.scheduler;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;
import static java.util.stream.Collectors.toSet;

import dev.gantry.model.AllocationLife;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.JobVersion;
import dev.gantry.v1.TaskGroup;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/** Compares what a job wants with the allocations that it has. Looks at no node. */
final class Reconciliation {

    /** Why an allocation is stopped in whose place another one comes. */
    static final String OUTDATED = "a newer version of the job takes its place";

    // Of two allocations in one place the older one stays.
    private static final Comparator<Allocation> OLDEST_FIRST =
            Comparator.comparingLong(Allocation::getCreateIndex).thenComparing(Allocation::getId);

    private final JobVersion job;
    private final Map<String, List<Allocation>> wanted;
    private final Map<String, List<Allocation>> settled;

    /**
     * Begins a comparison.
     *
     * @param job the newest version of the job
     * @param allocations what is known of the job's allocations
     */
    Reconciliation(JobVersion job, Collection<Allocation> allocations) {
        this.job = job;
        this.wanted = allocations.stream()
                .filter(AllocationLife::isWanted)
                .sorted(OLDEST_FIRST)
                .collect(groupingBy(Allocation::getTaskGroup));
        this.settled = allocations.stream()
                .filter(allocation -> ClusterState.isSettled(allocation) && isCurrent(allocation))
                .collect(groupingBy(Allocation::getTaskGroup));
    }

    /** What to change so that the job runs: its groups in its order, then those that it has no more, by name. */
    List<GroupChange> run() {
        return changes(
                this::change,
                name -> stop(name, StopCause.GROUP_GONE, "the job has no group %s any more".formatted(name)));
    }

    /** What to change so that nothing of the job runs, in the same order. */
    List<GroupChange> stop() {
        String reason = "the job was stopped";
        return changes(
                group -> stop(group.getName(), StopCause.JOB_STOPPED, reason),
                name -> stop(name, StopCause.JOB_STOPPED, reason));
    }

    private List<GroupChange> changes(
            Function<TaskGroup, GroupChange> ofGroup, Function<String, GroupChange> ofFormerGroup) {
        List<TaskGroup> groups = job.getJob().getTaskGroupsList();
        List<GroupChange> changes = new ArrayList<>();
        groups.forEach(group -> changes.add(ofGroup.apply(group)));
        Set<String> names = groups.stream().map(TaskGroup::getName).collect(toSet());
        wanted.keySet().stream()
                .filter(name -> !names.contains(name))
                .sorted()
                .forEach(name -> changes.add(ofFormerGroup.apply(name)));
        return changes;
    }

    private GroupChange stop(String group, StopCause cause, String reason) {
        NavigableMap<Integer, List<Allocation>> places = places(group);
        List<Stop> surplus = new ArrayList<>();
        places.descendingMap()
                .values()
                .forEach(place -> place.forEach(one -> surplus.add(new Stop(one, cause, reason))));
        return new GroupChange(group, 0, surplus, List.of());
    }

    private GroupChange change(TaskGroup group) {
        NavigableMap<Integer, List<Allocation>> places = places(group.getName());
        List<Stop> surplus = new ArrayList<>();
        places.tailMap(group.getCount(), true)
                .descendingMap()
                .values()
                .forEach(place -> place.forEach(one -> surplus.add(new Stop(
                        one, StopCause.COUNT_LOWERED, "the group's count is %d now".formatted(group.getCount())))));
        Set<Integer> settledPlaces = settled.getOrDefault(group.getName(), List.of()).stream()
                .map(Allocation::getIndex)
                .collect(toSet());
        List<Vacancy> vacancies = new ArrayList<>();
        for (int index = 0; index < group.getCount(); index++) {
            boolean isSettled = settledPlaces.contains(index);
            fill(index, places.getOrDefault(index, List.of()), isSettled, surplus)
                    .ifPresent(vacancies::add);
        }
        return new GroupChange(group.getName(), group.getCount() - vacancies.size(), surplus, vacancies);
    }

    /** Chooses who fills a place. All others there are surplus, but for an outdated one that still has to do. */
    private Optional<Vacancy> fill(int index, List<Allocation> place, boolean isSettled, List<Stop> surplus) {
        Optional<Allocation> current = place.stream().filter(this::isCurrent).findFirst();
        Optional<Allocation> outdated =
                isSettled ? Optional.empty() : place.stream().findFirst();
        Optional<Allocation> staying = current.or(() -> outdated);
        place.stream()
                .filter(one -> !Optional.of(one).equals(staying))
                .forEach(one -> surplus.add(isCurrent(one) ? doubled(one) : replaced(one)));
        return isSettled || current.isPresent() ? Optional.empty() : Optional.of(new Vacancy(index, outdated));
    }

    private static Stop doubled(Allocation one) {
        return new Stop(one, StopCause.DOUBLED, "another allocation has index %d already".formatted(one.getIndex()));
    }

    private static Stop replaced(Allocation one) {
        return new Stop(one, StopCause.REPLACED, OUTDATED);
    }

    private NavigableMap<Integer, List<Allocation>> places(String group) {
        return wanted.getOrDefault(group, List.of()).stream()
                .collect(groupingBy(Allocation::getIndex, TreeMap::new, toList()));
    }

    private boolean isCurrent(Allocation allocation) {
        return allocation.getJobVersion() == job.getVersion();
    }
}
