package dev.gantry.bench;

import dev.gantry.client.GantryClient;
import dev.gantry.process.DatabaseOptions;
import dev.gantry.process.ServerJavaOptions;
import dev.gantry.v1.GetStatusResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gantry bench overload}. */
@Command(
        name = "overload",
        description = {
            "Measures what becomes of a server that is asked for more than it can do: how many jobs it stores a second if each"
                    + " client waits for its answers, and then, with several times as many submissions a second, how many it"
                    + " stores and refuses, how long reads take, whether nodes are lost, and how soon it has recovered."
        })
final class OverloadCommand extends Measurement {

    private static final double NANOS_PER_SECOND = 1e9;

    @Option(names = "--nodes", defaultValue = "500", description = "Simulated nodes. Default: ${DEFAULT-VALUE}.")
    private int nodes;

    @Option(
            names = "--clients",
            defaultValue = "64",
            description = "Clients at a time that wait for their answers. Default: ${DEFAULT-VALUE}.")
    private int clients;

    @Option(
            names = "--warm-up",
            defaultValue = "150000",
            description = "Warm-up jobs, not counted. Default: ${DEFAULT-VALUE}.")
    private int warmUp;

    @Option(
            names = "--jobs",
            defaultValue = "50000",
            description = "Jobs by which the sustainable rate is measured. Default: ${DEFAULT-VALUE}.")
    private int jobs;

    @Option(
            names = "--factor",
            defaultValue = "3",
            description = "How many times the sustainable rate is submitted. Default: ${DEFAULT-VALUE}.")
    private double factor;

    @Option(
            names = "--seconds",
            defaultValue = "20",
            description = "How long the server is overloaded. Default: ${DEFAULT-VALUE}.")
    private int seconds;

    @Mixin
    private DatabaseOptions database = new DatabaseOptions();

    @Mixin
    private ServerJavaOptions server = new ServerJavaOptions("4g");

    @Override
    Report measure(Path directory) throws IOException, InterruptedException, ExecutionException {
        PlacementClock clock = new PlacementClock(nodes, 0);
        try (ServerProcess process = ServerProcess.start(directory, server.toList(), Security.NONE, database);
                HollowFleet fleet = new HollowFleet(process, 100, clock);
                GantryClient client = process.client();
                PacedCalls calls = new PacedCalls(process.address())) {
            Report report = Report.withLoad();
            fleet.prepare(nodes).connect();
            fleet.beatEvery(clock.awaitRegistered());
            Submissions submissions = new Submissions(client, clients);
            submissions.submitAll("warm-up", warmUp);
            long started = System.nanoTime();
            submissions.submitAll("alone", jobs);
            double sustainable = jobs / ((System.nanoTime() - started) / NANOS_PER_SECOND);
            report.put("sustainable_jobs_per_second", sustainable);
            report.put("before", readsAlone(calls));
            long liveBefore = process.liveHeapMib();
            PacedCalls.Outcome outcome = calls.run(sustainable * factor, Duration.ofSeconds(seconds));
            long ended = System.nanoTime();
            submissions.submitAll("recovery", 1);
            report.put("recovery_ms", (System.nanoTime() - ended) / 1e6);
            GetStatusResponse status = client.status();
            outcome.writes(report);
            report.put("during", outcome.reads(new Report()));
            report.put("after", readsAlone(calls));
            return report.put("nodes_lost", nodes - status.getNodesReady())
                    .put("peak_heap_mib", process.peakHeapMib())
                    .put("live_heap_before_mib", liveBefore)
                    .put("live_heap_after_mib", process.liveHeapMib());
        }
    }

    private Report readsAlone(PacedCalls calls) throws InterruptedException {
        return calls.run(0, Duration.ofSeconds(Math.min(seconds, 5))).reads(new Report());
    }
}
