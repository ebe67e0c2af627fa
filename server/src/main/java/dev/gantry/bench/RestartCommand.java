package dev.gantry.bench;

import dev.gantry.client.DeadlineExceededException;
import dev.gantry.client.GantryClient;
import dev.gantry.process.ServerJavaOptions;
import dev.gantry.v1.Job;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gantry bench restart}. */
@Command(
        name = "restart",
        description = {
            "Measures how soon a server that was killed answers again: places tasks on simulated nodes, kills the server,",
            "and starts it several times, each time until it tells the right number of running allocations."
        })
final class RestartCommand extends Measurement {

    private static final int MOST_PLANS = 12;

    @Mixin
    private PlacementLoad load = new PlacementLoad();

    @Option(names = "--runs", defaultValue = "5", description = "Starts to measure. Default: ${DEFAULT-VALUE}.")
    private int runs;

    @Mixin
    private ServerJavaOptions server = new ServerJavaOptions("4g");

    @Override
    Report measure(Path directory) throws IOException, InterruptedException {
        Report report = Report.withLoad();
        PlacementClock clock = load.clock();
        try (ServerProcess process = ServerProcess.start(directory, server)) {
            load.place(process, clock, report);
            process.kill();
        }
        Latencies answers = new Latencies(runs);
        Latencies plans = new Latencies(runs);
        double cpuSeconds = 0;
        for (int i = 0; i < runs; i++) {
            long started = System.nanoTime();
            try (ServerProcess process = ServerProcess.start(directory, server);
                    GantryClient client = GantryClient.connect(process.address())) {
                check(client.status().getAllocationsLive(), clock.placements());
                answers.record(System.nanoTime() - started);
                // A dry run is planned on the scheduler's state, which may take longer to read.
                plan(client, load.job("another"));
                plans.record(System.nanoTime() - started);
                cpuSeconds += process.cpuSeconds();
                process.kill();
            }
        }
        return report.put("allocations", clock.placements())
                .put("answers_p50_ms", answers.percentileMillis(0.50))
                .put("answers_max_ms", answers.percentileMillis(1))
                .put("plans_p50_ms", plans.percentileMillis(0.50))
                .put("server_cpu_seconds", cpuSeconds / runs)
                .put("database_mib", ServerProcess.databaseMib(directory));
    }

    /** Repeats a dry run that reaches its deadline before the scheduler has read its state, on a slow machine. */
    private static void plan(GantryClient client, Job job) {
        for (int attempt = 1; true; attempt++) {
            try {
                var unused = client.jobs().plan(job);
                return;
            } catch (DeadlineExceededException e) {
                if (attempt == MOST_PLANS) {
                    throw e;
                }
            }
        }
    }

    private static void check(long live, long placed) {
        if (live != placed) {
            throw new IllegalStateException(
                    "The server tells of %d live allocations; %d were placed".formatted(live, placed));
        }
    }
}
