package dev.gantry.bench;

import dev.gantry.client.GantryClient;
import dev.gantry.client.Jobs;
import dev.gantry.process.DatabaseOptions;
import dev.gantry.process.ServerJavaOptions;
import dev.gantry.v1.Job;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
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
            submitAll(client, "warm-up", warmUp);
            measure(client, "bench", report);
            if (snapshots) {
                try (SnapshotLoop saving = SnapshotLoop.start(client)) {
                    Report meanwhile = measure(client, "saving", new Report());
                    report.put("while_saving", saving.report(meanwhile));
                }
            }
            return report;
        }
    }

    private Report measure(GantryClient client, String prefix, Report report)
            throws InterruptedException, ExecutionException {
        long started = System.nanoTime();
        Latencies answers = submitAll(client, prefix, jobs);
        double seconds = (System.nanoTime() - started) / NANOS_PER_SECOND;
        return report.put("jobs", answers.count())
                .put("seconds", seconds)
                .put("jobs_per_second", answers.count() / seconds)
                .put("p50_ms", answers.percentileMillis(0.50))
                .put("p99_ms", answers.percentileMillis(0.99));
    }

    private Latencies submitAll(GantryClient client, String prefix, int count)
            throws InterruptedException, ExecutionException {
        Latencies answers = new Latencies(count);
        AtomicInteger next = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(clients);
        try {
            List<Future<?>> all = IntStream.range(0, clients)
                    .<Future<?>>mapToObj(i -> threads.submit(() -> submit(client, prefix, next, answers)))
                    .toList();
            for (Future<?> each : all) {
                each.get();
            }
            return answers;
        } finally {
            threads.shutdownNow();
        }
    }

    private static void submit(GantryClient client, String prefix, AtomicInteger next, Latencies answers) {
        for (int i = next.getAndIncrement(); i < answers.capacity(); i = next.getAndIncrement()) {
            Job job = job("%s-%07d".formatted(prefix, i));
            long asked = System.nanoTime();
            client.jobs().submit(job);
            answers.record(System.nanoTime() - asked);
        }
    }

    private static Job job(String id) {
        return Jobs.batch(id)
                .constraint("${driver.rkt.version}", ">", "1.2")
                .group(Jobs.group("group")
                        .task(Jobs.rkt("task", "/srv/images/task.aci").net("host")))
                .build();
    }
}
