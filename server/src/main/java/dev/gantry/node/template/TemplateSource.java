package dev.gantry.node.template;

import dev.gantry.v1.TemplateData;
import java.util.function.Consumer;

/** Watches at the server what the templates of tasks look up. Used on the node's owner thread. */
public interface TemplateSource {

    /**
     * Begins to watch. Without a server the watch waits for one, and it goes on with each later one.
     *
     * @param allocationId the allocation
     * @param task the task
     * @param listener takes all data of the task's templates, first and after each change
     * @return ends the watch
     */
    Runnable watch(String allocationId, String task, Consumer<TemplateData> listener);
}
