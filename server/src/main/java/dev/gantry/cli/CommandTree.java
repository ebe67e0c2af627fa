package dev.gantry.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/**
 * A command with the commands below it. Each is made only when it is needed: picocli reads a command's options by
 * reflection, which for all commands together takes longer than most of them run.
 *
 * @param name how it is called
 * @param command makes the object with picocli's {@code @Command}; empty for a command that only has others below it
 * @param description one line, for a command that only has others below it
 * @param children the commands below it, in the order of the help
 */
record CommandTree(String name, Optional<Supplier<?>> command, String description, List<CommandTree> children) {

    /** A command that runs. */
    static CommandTree command(String name, Supplier<?> command, CommandTree... children) {
        return new CommandTree(name, Optional.of(command), "", List.of(children));
    }

    /** A command that only has others below it. */
    static CommandTree group(String name, String description, CommandTree... children) {
        return new CommandTree(name, Optional.empty(), description, List.of(children));
    }

    /**
     * Makes what a command line needs: one command and those above it if the arguments begin with its whole path, and all
     * commands otherwise, since a message about a wrong word names what there is.
     */
    CommandLine forArguments(String... arguments) {
        List<CommandTree> path = new ArrayList<>(List.of(this));
        for (String argument : arguments) {
            Optional<CommandTree> next = path.get(path.size() - 1).child(argument);
            if (next.isEmpty()) {
                break;
            }
            path.add(next.get());
        }
        boolean isWhole = path.get(path.size() - 1).children.isEmpty();
        return isWhole ? only(path) : all();
    }

    private Optional<CommandTree> child(String wanted) {
        return children.stream().filter(child -> child.name.equals(wanted)).findFirst();
    }

    private static CommandLine only(List<CommandTree> path) {
        CommandLine made = path.get(0).itself();
        CommandLine last = made;
        for (CommandTree below : path.subList(1, path.size())) {
            CommandLine next = below.itself();
            last.addSubcommand(below.name, next);
            last = next;
        }
        return made;
    }

    /** Makes all commands. */
    CommandLine all() {
        CommandLine made = itself();
        children.forEach(child -> made.addSubcommand(child.name, child.all()));
        return made;
    }

    private CommandLine itself() {
        return command.map(maker -> new CommandLine(maker.get())).orElseGet(this::group);
    }

    private CommandLine group() {
        CommandSpec spec = CommandSpec.create().name(name);
        spec.usageMessage().description(description).synopsisSubcommandLabel("COMMAND");
        return new CommandLine(spec);
    }
}
