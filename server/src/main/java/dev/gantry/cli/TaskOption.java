package dev.gantry.cli;

import picocli.CommandLine.Option;

/** {@code --task}: names the task of an allocation, in place of the argument behind the id. */
final class TaskOption {

    @Option(names = "--task", paramLabel = "TASK", description = "The task, in place of the argument.")
    private String task;

    /** Returns the option's task, else that of the argument. */
    String or(String argument) {
        return task == null ? argument : task;
    }
}
