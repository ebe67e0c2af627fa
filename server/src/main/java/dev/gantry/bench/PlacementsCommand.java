package dev.gantry.bench;

import dev.gantry.client.GantryClient;
import dev.gantry.client.Jobs;
import dev.gantry.v1.Job;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code gantry bench placements}. */
@Command(
        name = "placements",
        description = {
            "Measures placements: simulated nodes over loopback, jobs with constraints, every write on disk.",
            "The million-container challenge is --nodes 5000 --jobs 1000 --tasks 1000."
        })
final class PlacementsCommand implements Callable<Integer> {

    private static final double NANOS_PER_SECOND = 1e9;

    @Spec
    @SuppressWarnings("unused")
    private CommandSpec spec;

    @Option(names = "--nodes", defaultValue = "5000", description = "Simulated nodes. Default: ${DEFAULT-VALUE}.")
    private int nodes;

    @Option(names = "--jobs", defaultValue = "100", description = "Jobs to submit. Default: ${DEFAULT-VALUE}.")
    private int jobs;

    @Option(names = "--tasks", defaultValue = "1000", description = "Tasks of each job. Default: ${DEFAULT-VALUE}.")
    private int tasks;

    @Mixin
    private ServerJavaOptions server = new ServerJavaOptions("4g");

    @Option(names = "--json", description = "Prints one JSON object.")
    private boolean json;

    @Override
    public Integer call() throws IOException, InterruptedException {
        try (Workspace workspace = Workspace.create()) {
            measure(workspace.directory()).print(spec.commandLine().getOut(), json);
        }
        return 0;
    }

    private Report measure(Path directory) throws IOException, InterruptedException {
        PlacementClock clock = new PlacementClock(nodes, jobs * tasks);
        Report report = Report.withLoad();
        long started;
        try (ServerProcess process = ServerProcess.start(directory, server)) {
            try (HollowFleet fleet = HollowFleet.connect(process.address(), nodes, clock);
                    GantryClient client = GantryClient.connect(process.address())) {
                fleet.beatEvery(clock.awaitRegistered());
                started = System.nanoTime();
                submitAll(client, clock);
                report.put("submit_seconds", (System.nanoTime() - started) / NANOS_PER_SECOND);
                clock.awaitRunning();
            }
            report.put("placements", clock.placements())
                    .put("seconds", clock.secondsToPlace(started))
                    .put("placements_per_second", clock.placements() / clock.secondsToPlace(started))
                    .put("running_seconds", clock.secondsToRun(started))
                    .put("placed_p50_ms", clock.placed().percentileMillis(0.50))
                    .put("placed_p99_ms", clock.placed().percentileMillis(0.99))
                    .put("running_p50_ms", clock.running().percentileMillis(0.50))
                    .put("running_p99_ms", clock.running().percentileMillis(0.99))
                    .put("peak_heap_mib", process.peakHeapMib())
                    .put("database_mib", process.databaseMib());
        }
        return report.put("insert_ceiling_per_second", InsertCeiling.measure(directory, clock.placements()));
    }

    private void submitAll(GantryClient client, PlacementClock clock) {
        for (int i = 0; i < jobs; i++) {
            Job job = job("bench-%05d".formatted(i));
            clock.submitting(job.getId());
            client.jobs().submit(job);
        }
    }

    private Job job(String id) {
        return Jobs.service(id)
                .datacenters("dc1", "dc2")
                .constraint("${driver.rkt.version}", ">", "1.2")
                .group(Jobs.group("group")
                        .count(tasks)
                        .constraint("${attr.kernel.name}", "=", "linux")
                        .task(Jobs.rkt("task", "/srv/images/task.aci")
                                .net("host")
                                .cpu(20)
                                .memory(32)))
                .build();
    }
}
