package dev.gantry.check;

import dev.gantry.check.history.Event.Call;
import dev.gantry.check.history.History;
import dev.gantry.check.history.Rules;
import dev.gantry.check.history.Rules.Findings;
import dev.gantry.check.history.Violation;
import dev.gantry.process.DatabaseOptions;
import dev.gantry.process.ServerJavaOptions;
import dev.gantry.process.Workspace;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code gantry check}: a cluster under faults, and whether it has kept all rules. */
@Command(
        name = "check",
        description = {
            "Checks that nothing is lost when servers, nodes and networks fail: starts servers of its own, drives them with random"
                    + " calls and simulated nodes, injects faults, and looks for answers that contradict each other.",
            "Ends with 1 if a rule is broken. A seed gives the same calls and faults again; what a process makes of them, and when,"
                    + " differs each time."
        })
public final class CheckCommand implements Callable<Integer> {

    private static final String PREFIX = "gantry-check-";

    /** A few seconds for a job whose calls have no order. */
    private static final int MOST_POINTS = 300_000;

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final Runnable startLog;
    private final RandomGenerator seeds;

    @Spec
    @SuppressWarnings("unused")
    private CommandSpec spec;

    @Option(
            names = {"--duration"},
            paramLabel = "DURATION",
            description = "How long calls and faults begin, such as 10m. Default: 1m.")
    private Duration duration = Duration.ofMinutes(1);

    @Option(names = "--minutes", paramLabel = "N", description = "The same as --duration Nm.")
    private Optional<Integer> minutes = Optional.empty();

    @Option(names = "--seed", paramLabel = "N", description = "The seed of calls and faults. Default: a random one.")
    private Optional<Long> seed = Optional.empty();

    @Option(names = "--clients", paramLabel = "N", description = "Clients. Default: 5.")
    private int clients = 5;

    @Option(names = "--servers", paramLabel = "N", description = "Servers; several need --db. Default: 1.")
    private int servers = 1;

    @Option(names = "--nodes", paramLabel = "N", description = "Simulated nodes. Default: 5.")
    private int nodes = 5;

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "Ends each client after as many steps. Default: when the time is over.")
    private int steps = Integer.MAX_VALUE;

    @Option(
            names = "--faults",
            paramLabel = "FAULT",
            split = ",",
            description =
                    "The faults: kill, pause, server-cut, server-one-way, transfer, db-cut, db-one-way, mid-commit, db-restart,"
                            + " delay, cut, one-way, mid-answer, node-death, several with commas between, or none. Default: all that"
                            + " the other options allow.")
    private List<String> faults = List.of();

    @Mixin
    private DatabaseOptions database = new DatabaseOptions();

    @Option(
            names = "--db-restart",
            paramLabel = "COMMAND",
            description =
                    "A command for sh that restarts PostgreSQL and ends once it accepts connections again, such as systemctl"
                            + " restart postgresql: for the fault db-restart. Default: no such fault.")
    private Optional<String> restart = Optional.empty();

    @Option(
            names = "--keep",
            paramLabel = "DIR",
            description =
                    "Keeps the history as lines of JSON, and the servers' data and logs, in this directory, which is made.")
    private Optional<Path> kept = Optional.empty();

    @Option(
            names = "--shrink",
            paramLabel = "DURATION",
            description = "How long to look for a smaller run that breaks the same rule. Default: 0s.")
    private Duration shrink = Duration.ZERO;

    @Option(names = "--json", description = "Prints one JSON object.")
    private boolean json;

    @Mixin
    private ServerJavaOptions server = new ServerJavaOptions("512m");

    /**
     * Creates the command.
     *
     * @param startLog starts the program's log
     * @param seeds gives the seed of a check that is given none
     */
    public CheckCommand(Runnable startLog, RandomGenerator seeds) {
        this.startLog = startLog;
        this.seeds = seeds;
    }

    private record Checked(History history, Findings findings) {}

    @Override
    public Integer call() throws Exception {
        Plan plan = plan();
        startLog.run();
        PrintWriter out = spec.commandLine().getOut();
        if (!json) {
            out.println("Checking with seed %d: %s".formatted(plan.seed(), arguments(plan)));
            out.flush();
        }
        Checked checked = checkOnce(plan);
        CheckReport report = CheckReport.of(plan, checked.history(), checked.findings());
        if (json) {
            out.println(report.json());
        } else {
            report.lines(checked.history()).forEach(out::println);
        }
        out.flush();
        if (report.violations().isEmpty()) {
            return 0;
        }
        if (shrink.compareTo(Duration.ZERO) > 0) {
            shrink(plan, checked);
        }
        return 1;
    }

    private Checked checkOnce(Plan plan) throws Exception {
        try {
            return check(plan);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private void shrink(Plan plan, Checked checked) throws Exception {
        long deadline = System.nanoTime() + shrink.toNanos();
        Shrinking shrinking = new Shrinking(
                smaller -> {
                    say("Trying " + arguments(smaller));
                    return check(smaller).findings().violations();
                },
                () -> System.nanoTime() < deadline);
        int most = checked
                .history()
                .all(Call.class)
                .collect(Collectors.groupingBy(Call::client, Collectors.counting()))
                .values()
                .stream()
                .mapToInt(Long::intValue)
                .max()
                .orElse(0);
        Set<Violation.Rule> broken =
                checked.findings().violations().stream().map(Violation::rule).collect(Collectors.toSet());
        say("The smallest run that was found: gantry check " + arguments(shrinking.smallest(plan, broken, most)));
    }

    private void say(String line) {
        spec.commandLine().getErr().println(line);
        spec.commandLine().getErr().flush();
    }

    private Plan plan() {
        Duration time = minutes.map(Duration::ofMinutes).orElse(duration);
        require(time.compareTo(Duration.ZERO) > 0, "--duration must be more than 0");
        require(clients > 0, "--clients must be 1 or more");
        require(nodes > 0, "--nodes must be 1 or more");
        require(servers > 0, "--servers must be 1 or more");
        require(
                servers == 1 || database.url().isPresent(),
                "--servers %d needs --db: H2 has one server".formatted(servers));
        require(
                restart.isEmpty() || database.url().isPresent(),
                "--db-restart needs --db: H2 ends and starts with its server");
        require(steps > 0, "--steps must be 1 or more");
        require(
                database.url().isEmpty() || shrink.isZero(),
                "--shrink runs several checks, and --db has an empty database for one only");
        return new Plan(seed.orElseGet(seeds::nextLong), clients, steps, time.toMillis(), faults());
    }

    private Set<FaultKind> faults() {
        if (faults.isEmpty()) {
            return Stream.of(FaultKind.values())
                    .filter(kind -> isMet(kind.need()))
                    .collect(Collectors.toCollection(() -> EnumSet.noneOf(FaultKind.class)));
        }
        Set<FaultKind> kinds = EnumSet.noneOf(FaultKind.class);
        if (!faults.equals(List.of("none"))) {
            for (String word : faults) {
                FaultKind kind = FaultKind.of(word)
                        .orElseThrow(() -> new ParameterException(
                                spec.commandLine(), "--faults: there is no fault \"%s\"".formatted(word)));
                require(
                        isMet(kind.need()),
                        "--faults %s needs %s".formatted(word, kind.need().options()));
                kinds.add(kind);
            }
        }
        return kinds;
    }

    private boolean isMet(FaultKind.Need need) {
        return switch (need) {
            case NOTHING -> true;
            case OTHER_SERVERS -> servers > 1;
            case DATABASE_LINK ->
                database.url().filter(CheckedDatabase::hasLink).isPresent();
            case RESTART_COMMAND -> restart.isPresent();
        };
    }

    private void require(boolean holds, String fault) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), fault);
        }
    }

    private String arguments(Plan plan) {
        String words = plan.faults().stream().map(FaultKind::word).sorted().collect(Collectors.joining(","));
        String limit = plan.steps() == Integer.MAX_VALUE ? "" : " --steps %d".formatted(plan.steps());
        String several = servers == 1 ? "" : " --servers %d".formatted(servers);
        return "--seed %d --duration %ds%s --clients %d --nodes %d%s --faults %s"
                .formatted(
                        plan.seed(),
                        Duration.ofMillis(plan.millis()).toSeconds(),
                        several,
                        plan.clients(),
                        nodes,
                        limit,
                        words.isEmpty() ? "none" : words);
    }

    private Checked check(Plan plan) throws Exception {
        if (kept.isPresent()) {
            return check(plan, Files.createDirectories(kept.get()));
        }
        try (Workspace workspace = Workspace.create(PREFIX)) {
            return check(plan, workspace.directory());
        }
    }

    private Checked check(Plan plan, Path directory) throws Exception {
        Recorder recorder = new Recorder(System::nanoTime);
        List<Site> sites = sites(directory);
        Thread ending = new Thread(() -> sites.forEach(Site::close));
        Runtime.getRuntime().addShutdownHook(ending);
        try (CheckRun run = new CheckRun(plan, sites, restart.map(DatabaseRestart::new), recorder)) {
            History history = run.run(nodes, PATIENCE);
            if (kept.isPresent()) {
                Recorder.write(history.events(), directory.resolve("history.jsonl"));
            }
            return new Checked(history, Rules.apply(history, MOST_POINTS));
        } finally {
            Runtime.getRuntime().removeShutdownHook(ending);
        }
    }

    private List<Site> sites(Path directory) throws IOException {
        List<Site> sites = new ArrayList<>();
        Optional<ServerProcess> first = Optional.empty();
        for (int i = 0; i < servers; i++) {
            CheckedDatabase used = database.url().isEmpty()
                    ? CheckedDatabase.H2
                    : CheckedDatabase.postgres(database.url().get(), database.roleOptions());
            Path own = Files.createDirectories(directory.resolve("server-%d".formatted(i)));
            ServerProcess process = new ServerProcess(own, server.toList(), used.options(), first);
            sites.add(Site.of(process, used.link()));
            first = first.or(() -> Optional.of(process));
        }
        return sites;
    }
}
