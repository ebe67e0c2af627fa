package dev.gantry.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gantry help}: prints the usage of a command. Unlike picocli's own, it supports nested commands. */
@Command(name = "help", description = "Prints the usage of a command.")
final class HelpCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Parameters(arity = "0..*", paramLabel = "COMMAND", description = "The command, such as: job run.")
    private List<String> path = List.of();

    @Override
    public Integer call() {
        CommandLine command = spec.root().commandLine();
        for (String name : path) {
            command = find(command, name);
        }
        command.usage(command.getOut());
        return GantryCli.DONE;
    }

    private CommandLine find(CommandLine command, String name) {
        CommandLine found = command.getSubcommands().get(name);
        if (found == null) {
            throw new ParameterException(
                    spec.commandLine(),
                    NomadCommands.remedy(path, 0)
                            .orElseGet(() -> "There is no command \"%s %s\""
                                    .formatted(command.getCommandSpec().qualifiedName(), name)));
        }
        return found;
    }
}
