package dev.gantry.bench;

import dev.gantry.client.GantryClient;
import dev.gantry.process.DatabaseOptions;
import dev.gantry.process.ServerJavaOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gantry bench submissions}. */
@Command(
        name = "submissions",
        description = "Measures submissions: each client submits one job after the other; each response means on disk.")
final class SubmissionsCommand extends Measurement {

    private static final double NANOS_PER_SECOND = 1e9;

    @Option(names = "--clients", defaultValue = "64", description = "Clients at a time. Default: ${DEFAULT-VALUE}.")
    private int clients;

    @Option(names = "--jobs", defaultValue = "100000", description = "Jobs in all. Default: ${DEFAULT-VALUE}.")
    private int jobs;

    @Option(
            names = "--warm-up",
            defaultValue = "300000",
            description = {
                "Warm-up jobs, not counted: on two CPUs Java's compiler needs a minute.",
                "Default: ${DEFAULT-VALUE}."
            })
    private int warmUp;

    @Option(
            names = "--snapshots",
            description = "Submits as many jobs once more, while snapshots are saved one after the other.")
    private boolean snapshots;

    @Mixin
    private SecurityOption security = new SecurityOption();

    @Mixin
    private DatabaseOptions database = new DatabaseOptions();

    @Mixin
    private ServerJavaOptions server = new ServerJavaOptions("4g");

    @Override
    Report measure(Path directory) throws IOException, InterruptedException, ExecutionException {
        try (ServerProcess process = ServerProcess.start(directory, server.toList(), security.security(), database);
                GantryClient client = process.client()) {
            Report report = Report.withLoad();
            Submissions submissions = new Submissions(client, clients);
            submissions.submitAll("warm-up", warmUp);
            measure(submissions, "bench", report);
            if (snapshots) {
                try (SnapshotLoop saving = SnapshotLoop.start(client)) {
                    Report meanwhile = measure(submissions, "saving", new Report());
                    report.put("while_saving", saving.report(meanwhile));
                }
            }
            return report;
        }
    }

    private Report measure(Submissions submissions, String prefix, Report report)
            throws InterruptedException, ExecutionException {
        long started = System.nanoTime();
        Latencies answers = submissions.submitAll(prefix, jobs);
        double seconds = (System.nanoTime() - started) / NANOS_PER_SECOND;
        return report.put("jobs", answers.count())
                .put("seconds", seconds)
                .put("jobs_per_second", answers.count() / seconds)
                .put("p50_ms", answers.percentileMillis(0.50))
                .put("p99_ms", answers.percentileMillis(0.99));
    }
}
