package dev.gantry.model;

import dev.gantry.v1.TaskEvent;
import dev.gantry.v1.TaskState;
import java.util.Collection;
import java.util.Optional;

/** The events of tasks that the server understands. All others are for people. */
public final class TaskEvents {

    /** The type of the event of a task that the owner of the node does not allow. */
    public static final String RESTRICTED = "Restricted";

    private TaskEvents() {}

    /**
     * Returns why the owner of a node does not allow one of several tasks.
     *
     * @param tasks the states of the tasks
     * @return the message of the first such event; empty if there is none
     */
    public static Optional<String> restriction(Collection<TaskState> tasks) {
        return tasks.stream()
                .flatMap(task -> task.getEventsList().stream())
                .filter(event -> event.getType().equals(RESTRICTED))
                .map(TaskEvent::getMessage)
                .findFirst();
    }
}
