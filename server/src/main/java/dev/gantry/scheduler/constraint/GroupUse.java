package dev.gantry.scheduler.constraint;

import dev.gantry.restriction.MachineUse;
import dev.gantry.restriction.MachineUses;
import dev.gantry.restriction.Restrictions;
import dev.gantry.v1.TaskGroup;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The uses of the machine that the tasks of a group ask for.
 *
 * @param tasks what each task asks for, each once
 */
public record GroupUse(List<MachineUse> tasks) {

    // A group may have hundreds of tasks.
    private static final int MOST_REASONS = 3;

    /** Copies the list. */
    public GroupUse {
        tasks = List.copyOf(tasks);
    }

    /**
     * Finds what the tasks of a group ask for.
     *
     * @param group the group
     * @param uses finds what one task asks for
     */
    public static GroupUse of(TaskGroup group, MachineUses uses) {
        return new GroupUse(
                group.getTasksList().stream().map(uses::of).distinct().toList());
    }

    /**
     * Returns why a node does not allow the group, in words that are the same for all nodes with the same restrictions;
     * empty if it does.
     *
     * @param restrictions what the node allows
     */
    public Optional<String> refusal(Restrictions restrictions) {
        List<String> reasons = tasks.stream()
                .flatMap(task -> restrictions.refusals(task).stream())
                .distinct()
                .toList();
        if (reasons.isEmpty()) {
            return Optional.empty();
        }
        String more = reasons.size() <= MOST_REASONS ? "" : "; and %d more".formatted(reasons.size() - MOST_REASONS);
        return Optional.of(reasons.stream().limit(MOST_REASONS).collect(Collectors.joining("; ", "node ", more)));
    }
}
