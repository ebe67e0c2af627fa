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
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
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
            "Checks that nothing is lost when servers, nodes and networks fail: starts a server of its own, drives it with random"
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
                    "The faults: kill, pause, db-cut, delay, cut, one-way, mid-answer, node-death, several with commas"
                            + " between, or none. Default: all.")
    private List<String> faults = List.of();

    @Mixin
    private DatabaseOptions database = new DatabaseOptions();

    @Option(
            names = "--keep",
            paramLabel = "DIR",
            description =
                    "Keeps the history as lines of JSON, and the server's data and logs, in this directory, which is made.")
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
        require(steps > 0, "--steps must be 1 or more");
        require(
                database.url().isEmpty() || shrink.isZero(),
                "--shrink runs several checks, and --db has an empty database for one only");
        return new Plan(seed.orElseGet(seeds::nextLong), clients, steps, time.toMillis(), faults());
    }

    private Set<FaultKind> faults() {
        Set<FaultKind> kinds = EnumSet.noneOf(FaultKind.class);
        if (faults.isEmpty()) {
            kinds.addAll(EnumSet.allOf(FaultKind.class));
        } else if (!faults.equals(List.of("none"))) {
            for (String word : faults) {
                kinds.add(FaultKind.of(word)
                        .orElseThrow(() -> new ParameterException(
                                spec.commandLine(), "--faults: there is no fault \"%s\"".formatted(word))));
            }
        }
        if (database.url().isEmpty()) {
            kinds.remove(FaultKind.DB_CUT);
        }
        return kinds;
    }

    private void require(boolean holds, String fault) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), fault);
        }
    }

    private String arguments(Plan plan) {
        String words = plan.faults().stream().map(FaultKind::word).sorted().collect(Collectors.joining(","));
        String limit = plan.steps() == Integer.MAX_VALUE ? "" : " --steps %d".formatted(plan.steps());
        return "--seed %d --duration %ds --clients %d --nodes %d%s --faults %s"
                .formatted(
                        plan.seed(),
                        Duration.ofMillis(plan.millis()).toSeconds(),
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
        CheckedDatabase used = database();
        CheckedServer process = new ServerProcess(directory, server.toList(), used.options());
        Plan possible = used.link().isPresent() ? plan : without(plan, FaultKind.DB_CUT);
        Thread ending = new Thread(process::close);
        Runtime.getRuntime().addShutdownHook(ending);
        try (CheckRun run = new CheckRun(possible, List.of(process), used.link(), recorder)) {
            History history = run.run(nodes, PATIENCE);
            if (kept.isPresent()) {
                Recorder.write(history.events(), directory.resolve("history.jsonl"));
            }
            return new Checked(history, Rules.apply(history, MOST_POINTS));
        } finally {
            Runtime.getRuntime().removeShutdownHook(ending);
        }
    }

    private static Plan without(Plan plan, FaultKind kind) {
        Set<FaultKind> fewer =
                plan.faults().stream().filter(other -> other != kind).collect(Collectors.toSet());
        return new Plan(plan.seed(), plan.clients(), plan.steps(), plan.millis(), fewer);
    }

    private CheckedDatabase database() throws IOException {
        return database.url().isEmpty()
                ? CheckedDatabase.H2
                : CheckedDatabase.postgres(database.url().get(), database.roleOptions());
    }
}
