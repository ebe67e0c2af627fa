package dev.gantry.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code gantry bench security}. */
@Command(
        name = "security",
        description = {
            "Measures what tokens and TLS cost: submissions, placements, and sessions of nodes, each with a server that asks for"
                    + " nothing, for tokens, and for tokens over TLS with certificates of clients and nodes.",
            "Each node has a connection of its own; tasks are placed on a fifth of the nodes. Each figure is the median of some rounds, in which the three take turns,"
                    + " after a small one that is not counted."
        })
final class SecurityCommand extends Measurement {

    private static final int TASKS = 1000;

    /** How much of the measurement the warm-up is, and of the nodes those on which tasks are placed. */
    private static final int SHARE = 5;

    private static final List<String> OF_SESSIONS = List.of(
            "sessions_per_second",
            "heap_kib_per_session",
            "direct_kib_per_session",
            "rss_kib_per_session",
            "live_heap_mib",
            "direct_mib",
            "rss_mib");

    @Option(names = "--nodes", defaultValue = "5000", description = "Simulated nodes. Default: ${DEFAULT-VALUE}.")
    private int nodes;

    @Option(names = "--placements", defaultValue = "20000", description = "Placements. Default: ${DEFAULT-VALUE}.")
    private int placements;

    @Option(names = "--clients", defaultValue = "64", description = "Clients that submit. Default: ${DEFAULT-VALUE}.")
    private int clients;

    @Option(
            names = "--submissions",
            defaultValue = "20000",
            description = "Submissions, after as many that are not counted. Default: ${DEFAULT-VALUE}.")
    private int submissions;

    @Option(names = "--rounds", defaultValue = "2", description = "Rounds. Default: ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(
            names = "--heap",
            paramLabel = "SIZE",
            defaultValue = "1g",
            description = "Heap of the servers. Default: ${DEFAULT-VALUE}.")
    private String heap;

    @Option(
            names = "--security",
            paramLabel = "HOW",
            split = ",",
            description = "Which servers: none, tokens, tls, or several with commas between. Default: all.")
    private List<Security> kinds = List.of(Security.values());

    @Option(names = "--cold", description = "Leaves out the round that is not counted.")
    private boolean cold;

    /** The figures of one kind of server, each with its value in each round. */
    private static final class Figures {

        private final Map<String, List<Double>> all = new LinkedHashMap<>();

        void add(String name, double value) {
            all.computeIfAbsent(name, unused -> new ArrayList<>()).add(value);
        }

        Report medians() {
            Report report = new Report();
            all.forEach((name, values) -> report.put(name, median(values)));
            return report;
        }

        private static double median(List<Double> values) {
            List<Double> sorted = values.stream().sorted().toList();
            int upper = sorted.size() / 2;
            int lower = (sorted.size() - 1) / 2;
            return (sorted.get(lower) + sorted.get(upper)) / 2;
        }
    }

    @Override
    Report measure(Path directory) throws IOException, InterruptedException, ExecutionException {
        Report report = Report.withLoad();
        if (!cold) {
            // This process has to be warm too: it is the clients and the nodes.
            for (Security security : kinds) {
                say("Warming up with " + word(security));
                measure(security, share(nodes), TASKS, share(submissions));
            }
        }
        Map<Security, Figures> figures = new EnumMap<>(Security.class);
        for (int round = 1; round <= rounds; round++) {
            for (Security security : kinds) {
                say("Round %d of %d with %s".formatted(round, rounds, word(security)));
                Figures of = figures.computeIfAbsent(security, unused -> new Figures());
                measure(security, nodes, placements, submissions).forEach(of::add);
            }
        }
        figures.forEach((security, of) -> report.put(word(security), of.medians()));
        return report;
    }

    private Map<String, Double> measure(Security security, int nodes, int placements, int submissions)
            throws IOException, InterruptedException, ExecutionException {
        List<String> common = List.of("--security=" + word(security), "--heap=" + heap);
        Map<String, Double> figures = new LinkedHashMap<>();
        Report submitted = new SubmissionsCommand()
                .measurePart(with(common, "--clients=" + clients, "--jobs=" + submissions, "--warm-up=" + submissions));
        figures.put("submissions_per_second", submitted.get("jobs_per_second"));
        figures.put("submission_p99_ms", submitted.get("p99_ms"));
        Report placed = new PlacementsCommand()
                .measurePart(with(
                        common,
                        "--nodes=" + share(nodes),
                        "--nodes-per-connection=1",
                        "--jobs=" + Math.max(1, placements / TASKS),
                        "--tasks=" + Math.min(placements, TASKS)));
        figures.put("placements_per_second", placed.get("placements_per_second"));
        figures.put("placed_p99_ms", placed.get("placed_p99_ms"));
        figures.put("placements_cpu_seconds", placed.get("server_cpu_seconds"));
        Report sessions = new SessionsCommand().measurePart(with(common, "--nodes=" + nodes));
        for (String name : OF_SESSIONS) {
            figures.put(name, sessions.get(name));
        }
        return figures;
    }

    private static int share(int all) {
        return Math.max(1, all / SHARE);
    }

    private static List<String> with(List<String> common, String... more) {
        List<String> options = new ArrayList<>(common);
        options.addAll(List.of(more));
        return options;
    }

    private static String word(Security security) {
        return security.name().toLowerCase(Locale.ROOT);
    }
}
