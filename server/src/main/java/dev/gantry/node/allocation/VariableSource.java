package dev.gantry.node.allocation;

import dev.gantry.v1.TaskVariables;

/** Asks the server for the values of variables. Used on the node's owner thread. */
public interface VariableSource {

    /**
     * Asks for the values that a task refers to. Without a server the question waits.
     *
     * @param allocationId the allocation
     * @param task the task
     * @param question takes the server's answer
     */
    void ask(String allocationId, String task, Question question);

    /** Who asks. */
    interface Question {

        /** Returns true while the answer is needed. */
        boolean isNeeded();

        /** Takes the server's answer. */
        void answered(TaskVariables answer);
    }
}
