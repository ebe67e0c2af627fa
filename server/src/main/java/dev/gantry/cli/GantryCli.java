package dev.gantry.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/**
 * The {@code gantry} command line: the commands for clients, and the commands that the program adds.
 *
 * <p>Exit codes: 0, done; 1, failed; 2, wrong usage.
 */
public final class GantryCli {

    static final int DONE = 0;
    static final int FAILED = 1;
    static final int MISUSED = 2;

    private final CommandLine commandLine;

    /**
     * Assembles the commands.
     *
     * @param context the environment of the commands
     * @param version the lines of {@code gantry version}
     * @param programs further commands: objects with picocli's {@code @Command}. One that is called {@code node} gets
     *     the client's {@code node status}, {@code node drain} and others as its subcommands
     */
    public GantryCli(CliContext context, List<String> version, List<?> programs) {
        ServerOption server = new ServerOption(context);
        commandLine = new CommandLine(new RootCommand(server));
        commandLine.getCommandSpec().version(version.toArray(String[]::new));
        programs.forEach(commandLine::addSubcommand);
        addClientCommands(context, server);
        commandLine.addSubcommand(new VersionCommand()).addSubcommand(new HelpCommand());
        configure(context);
    }

    /**
     * Runs one command.
     *
     * @param arguments the arguments of {@code gantry}
     * @return the exit code
     */
    public int run(String... arguments) {
        int exitCode = commandLine.execute(arguments);
        commandLine.getOut().flush();
        commandLine.getErr().flush();
        return exitCode;
    }

    private void addClientCommands(CliContext context, ServerOption server) {
        commandLine
                .addSubcommand(group(
                        "job",
                        "Run, show, revert, promote, dispatch and stop jobs.",
                        new JobRunCommand(context, server),
                        new JobPlanCommand(context, server),
                        new JobValidateCommand(context, server),
                        new JobStatusCommand(context, server),
                        new JobHistoryCommand(context, server),
                        new JobRevertCommand(context, server),
                        new JobPromoteCommand(context, server),
                        new JobDispatchCommand(context, server),
                        group("periodic", "Run periodic jobs.", new PeriodicForceCommand(context, server)),
                        new JobStopCommand(context, server)))
                .addSubcommand(group(
                        "deployment",
                        "Show, promote and fail deployments.",
                        new DeploymentListCommand(context, server),
                        new DeploymentStatusCommand(context, server),
                        new DeploymentPromoteCommand(context, server),
                        new DeploymentFailCommand(context, server)))
                .addSubcommand(group("eval", "Show evaluations.", new EvalStatusCommand(context, server)))
                .addSubcommand(group(
                        "service",
                        "Show services and their instances.",
                        new ServiceListCommand(context, server),
                        new ServiceInfoCommand(context, server)))
                .addSubcommand(group(
                        "alloc",
                        "Show allocations, read their logs, stop them.",
                        new AllocStatusCommand(context, server),
                        new AllocLogsCommand(context, server),
                        new AllocStopCommand(context, server)));
        nodeCommand()
                .addSubcommand(new NodeStatusCommand(context, server))
                .addSubcommand(new NodeDrainCommand(context, server))
                .addSubcommand(new NodeEligibilityCommand(context, server))
                .addSubcommand(new NodePurgeCommand(context, server))
                .addSubcommand(new NodeRejoinCommand(context, server));
        commandLine.addSubcommand(new StatusCommand(context, server));
    }

    private CommandLine nodeCommand() {
        if (!commandLine.getSubcommands().containsKey("node")) {
            commandLine.addSubcommand(group("node", "Show and manage nodes."));
        }
        return commandLine.getSubcommands().get("node");
    }

    private static CommandLine group(String name, String description, Object... commands) {
        CommandSpec spec = CommandSpec.create().name(name);
        spec.usageMessage().description(description).synopsisSubcommandLabel("COMMAND");
        CommandLine group = new CommandLine(spec);
        for (Object command : commands) {
            group.addSubcommand(command);
        }
        return group;
    }

    private void configure(CliContext context) {
        Console console = context.console();
        commandLine
                .setOut(new PrintWriter(console.out(), true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(console.err(), true, StandardCharsets.UTF_8))
                .setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF))
                .registerConverter(Duration.class, DurationText::parse)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler(new UsageErrorHandler())
                .setExecutionExceptionHandler(new CommandFailureHandler(context));
    }
}
