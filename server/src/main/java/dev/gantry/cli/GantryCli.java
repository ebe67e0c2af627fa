package dev.gantry.cli;

import static dev.gantry.cli.CommandTree.command;
import static dev.gantry.cli.CommandTree.group;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/**
 * The {@code gantry} command line: the commands for clients, and the commands that the program adds.
 *
 * <p>Exit codes: 0, done; 1, failed; 2, wrong usage.
 */
public final class GantryCli {

    static final int DONE = 0;
    static final int FAILED = 1;
    static final int MISUSED = 2;

    private static final String NODE = "node";
    private static final String SERVER = "server";
    private static final String RESTORE = "operator snapshot restore";
    private static final String HELP = "help";
    private static final Set<String> VERSIONS = Set.of("version", "--version", "-V");
    private static final CommandTree[] NOTHING = {};

    private final CliContext context;
    private final Supplier<List<String>> version;
    private final List<Program> programs;
    private final SnapshotQuestions snapshots;

    /**
     * Assembles the commands.
     *
     * @param context the environment of the commands
     * @param version the lines of {@code gantry version}
     * @param programs further commands. One that is called {@code node} gets the client's {@code node status}, {@code node
     *     drain} and others as its subcommands; one that is called {@code server} gets {@code server members}; one that is
     *     called {@code operator snapshot restore} becomes a subcommand
     * @param snapshots answers questions from snapshot files
     */
    public GantryCli(
            CliContext context, Supplier<List<String>> version, List<Program> programs, SnapshotQuestions snapshots) {
        this.context = context;
        this.version = version;
        this.programs = List.copyOf(programs);
        this.snapshots = snapshots;
    }

    /**
     * A command that the program adds.
     *
     * @param name the word that calls it
     * @param command makes an object with picocli's {@code @Command}
     */
    public record Program(String name, Supplier<?> command) {}

    /**
     * Runs one command.
     *
     * @param arguments the arguments of {@code gantry}
     * @return the exit code
     */
    public int run(String... arguments) {
        if (arguments.length == 1 && VERSIONS.contains(arguments[0])) {
            // Scripts ask for it before they begin: it needs no parser.
            version.get().forEach(context::print);
            return DONE;
        }
        CommandTree commands = commands();
        boolean isHelp = arguments.length > 0 && arguments[0].equals(HELP);
        CommandLine commandLine = isHelp ? commands.all() : commands.forArguments(arguments);
        configure(commandLine);
        int exitCode = execute(commandLine, arguments);
        commandLine.getOut().flush();
        commandLine.getErr().flush();
        return exitCode;
    }

    private static int execute(CommandLine commandLine, String... arguments) {
        try {
            return commandLine.execute(Arguments.of(commandLine, arguments));
        } catch (ParameterException misuse) {
            return new UsageErrorHandler().handleParseException(misuse, arguments);
        }
    }

    /** Returns all commands. */
    CommandTree commands() {
        ServerOption server = new ServerOption(context);
        List<CommandTree> all = new ArrayList<>();
        programs.stream()
                .filter(program -> !program.name().equals(RESTORE))
                .forEach(program -> all.add(command(program.name(), program.command(), below(program.name(), server))));
        all.addAll(List.of(
                jobCommands(context, server),
                group(
                        "deployment",
                        "Show, promote, pause and fail deployments.",
                        command("list", () -> new DeploymentListCommand(context, server)),
                        command("status", () -> new DeploymentStatusCommand(context, server)),
                        command("promote", () -> new DeploymentPromoteCommand(context, server)),
                        command("fail", () -> new DeploymentFailCommand(context, server)),
                        command("pause", () -> new DeploymentPauseCommand(context, server)),
                        command("resume", () -> new DeploymentResumeCommand(context, server)),
                        command("health", () -> new DeploymentHealthCommand(context, server))),
                aclCommands(context, server),
                group(
                        "var",
                        "Store, show and delete variables.",
                        command("put", () -> new VarPutCommand(context, server)),
                        command("get", () -> new VarGetCommand(context, server)),
                        command("list", () -> new VarListCommand(context, server)),
                        command("delete", () -> new VarDeleteCommand(context, server))),
                group(
                        "operator",
                        "Maintain a server.",
                        group(
                                "keyring",
                                "Show and rotate the keys of variables.",
                                command("list", () -> new KeyringListCommand(context, server)),
                                command("rotate", () -> new KeyringRotateCommand(context, server))),
                        group(
                                "leader",
                                "Choose the server that leads.",
                                command("transfer", () -> new LeaderTransferCommand(context, server))),
                        snapshotCommands(context, server)),
                group("system", "Maintain the cluster.", command("gc", () -> new SystemGcCommand(context, server))),
                group("eval", "Show evaluations.", command("status", () -> new EvalStatusCommand(context, server))),
                group(
                        "service",
                        "Show services and their instances.",
                        command("list", () -> new ServiceListCommand(context, server)),
                        command("info", () -> new ServiceInfoCommand(context, server))),
                group(
                        "alloc",
                        "Show allocations, read their logs and files, restart and stop them.",
                        command("status", () -> new AllocStatusCommand(context, server)),
                        command("logs", () -> new AllocLogsCommand(context, server)),
                        command("fs", () -> new AllocFsCommand(context, server)),
                        command("restart", () -> new AllocRestartCommand(context, server)),
                        command("signal", () -> new AllocSignalCommand(context, server)),
                        command("stop", () -> new AllocStopCommand(context, server))),
                group(
                        "tls",
                        "Make the certificates of a cluster.",
                        group(
                                "ca",
                                "Make certificate authorities.",
                                command("create", () -> new TlsCaCreateCommand(context))),
                        group(
                                "cert",
                                "Make certificates of servers, nodes and clients.",
                                command("create", () -> new TlsCertCreateCommand(context)))),
                command("what-if", () -> new WhatIfCommand(context, server, snapshots)),
                command("status", () -> new StatusCommand(context, server)),
                command("version", VersionCommand::new),
                command(HELP, HelpCommand::new)));
        if (all.stream().noneMatch(tree -> tree.name().equals(NODE))) {
            all.add(group(NODE, "Show and manage nodes.", node(context, server)));
            all.add(group(SERVER, "Show servers.", members(server)));
        }
        return command("gantry", () -> new RootCommand(server), all.toArray(CommandTree[]::new));
    }

    private CommandTree[] below(String program, ServerOption server) {
        return switch (program) {
            case NODE -> node(context, server);
            case SERVER -> new CommandTree[] {members(server)};
            default -> NOTHING;
        };
    }

    private CommandTree members(ServerOption server) {
        return command("members", () -> new ServerMembersCommand(context, server));
    }

    private static CommandTree aclCommands(CliContext context, ServerOption server) {
        return group(
                "acl",
                "Manage tokens and policies.",
                command("bootstrap", () -> new AclBootstrapCommand(context, server)),
                group(
                        "policy",
                        "Apply, show and delete policies.",
                        command("apply", () -> new AclPolicyApplyCommand(context, server)),
                        command("list", () -> new AclPolicyListCommand(context, server)),
                        command("read", () -> new AclPolicyReadCommand(context, server)),
                        command("delete", () -> new AclPolicyDeleteCommand(context, server))),
                group(
                        "token",
                        "Make, show, change and delete tokens.",
                        command("create", () -> new AclTokenCreateCommand(context, server)),
                        command("list", () -> new AclTokenListCommand(context, server)),
                        command("read", () -> new AclTokenReadCommand(context, server)),
                        command("self", () -> new AclTokenSelfCommand(context, server)),
                        command("update", () -> new AclTokenUpdateCommand(context, server)),
                        command("delete", () -> new AclTokenDeleteCommand(context, server))));
    }

    private CommandTree snapshotCommands(CliContext context, ServerOption server) {
        List<CommandTree> all = new ArrayList<>(List.of(
                command("save", () -> new SnapshotSaveCommand(context, server)),
                command("inspect", () -> new SnapshotInspectCommand(context))));
        programs.stream()
                .filter(program -> program.name().equals(RESTORE))
                .forEach(program -> all.add(command("restore", program.command())));
        return group("snapshot", "Save, verify and restore copies of the database.", all.toArray(CommandTree[]::new));
    }

    private static CommandTree jobCommands(CliContext context, ServerOption server) {
        return group(
                "job",
                "Write, run, show, scale, restart, revert, promote, dispatch and stop jobs.",
                command("run", () -> new JobRunCommand(context, server)),
                command("plan", () -> new JobPlanCommand(context, server)),
                command("validate", () -> new JobValidateCommand(context, server)),
                command("init", () -> new JobInitCommand(context)),
                command("fmt", () -> new JobFmtCommand(context)),
                command("convert", () -> new JobConvertCommand(context)),
                command("status", () -> new JobStatusCommand(context, server)),
                command("inspect", () -> new JobInspectCommand(context, server)),
                command("history", () -> new JobHistoryCommand(context, server)),
                command("revert", () -> new JobRevertCommand(context, server)),
                command("scale", () -> new JobScaleCommand(context, server)),
                command("eval", () -> new JobEvalCommand(context, server)),
                command("restart", () -> new JobRestartCommand(context, server)),
                command("promote", () -> new JobPromoteCommand(context, server)),
                command("dispatch", () -> new JobDispatchCommand(context, server)),
                group(
                        "periodic",
                        "Run periodic jobs.",
                        command("force", () -> new PeriodicForceCommand(context, server))),
                command("stop", () -> new JobStopCommand(context, server)));
    }

    private static CommandTree[] node(CliContext context, ServerOption server) {
        return new CommandTree[] {
            command("status", () -> new NodeStatusCommand(context, server)),
            command("drain", () -> new NodeDrainCommand(context, server)),
            command("eligibility", () -> new NodeEligibilityCommand(context, server)),
            command("purge", () -> new NodePurgeCommand(context, server)),
            command("rejoin", () -> new NodeRejoinCommand(context, server))
        };
    }

    private void configure(CommandLine commandLine) {
        Console console = context.console();
        commandLine.getCommandSpec().versionProvider(() -> version.get().toArray(String[]::new));
        commandLine
                .setOut(new PrintWriter(console.out(), true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(console.err(), true, StandardCharsets.UTF_8))
                .setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF))
                .registerConverter(Duration.class, DurationText::parse)
                .registerConverter(JsonTemplate.class, JsonTemplate::parse)
                .registerConverter(int.class, text -> whole(text, Integer::valueOf))
                .registerConverter(Integer.class, text -> whole(text, Integer::valueOf))
                .registerConverter(long.class, text -> whole(text, Long::valueOf))
                .registerConverter(Long.class, text -> whole(text, Long::valueOf))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler(new UsageErrorHandler())
                .setExecutionExceptionHandler(new CommandFailureHandler(context));
    }

    /** Parses a number. Picocli itself would say that a text "is not a long". */
    private static <N> N whole(String text, Function<String, N> parse) {
        try {
            return parse.apply(text);
        } catch (NumberFormatException tooLargeOrNoNumber) {
            throw new CommandLine.TypeConversionException(
                    "\"%s\" is not a whole number, or is too large".formatted(text));
        }
    }
}
