package dev.gantry.bench;

import dev.gantry.process.DatabaseOptions;
import dev.gantry.process.ServerJavaOptions;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code gantry bench placements}. */
@Command(
        name = "placements",
        description = {
            "Measures placements: simulated nodes over loopback, jobs with constraints, every write on disk.",
            "The million-container challenge is --nodes 5000 --jobs 1000 --tasks 1000."
        })
final class PlacementsCommand extends Measurement {

    @Mixin
    private PlacementLoad load = new PlacementLoad();

    @Mixin
    private SecurityOption security = new SecurityOption();

    @Mixin
    private DatabaseOptions database = new DatabaseOptions();

    @Mixin
    private ServerJavaOptions server = new ServerJavaOptions("4g");

    @Override
    Report measure(Path directory) throws IOException, InterruptedException {
        PlacementClock clock = load.clock();
        Report report = Report.withLoad();
        try (ServerProcess process = ServerProcess.start(directory, server.toList(), security.security(), database)) {
            long started = load.place(process, clock, report);
            report.put("placements", clock.placements())
                    .put("seconds", clock.secondsToPlace(started))
                    .put("placements_per_second", clock.placements() / clock.secondsToPlace(started))
                    .put("running_seconds", clock.secondsToRun(started))
                    .put("placed_p50_ms", clock.placed().percentileMillis(0.50))
                    .put("placed_p99_ms", clock.placed().percentileMillis(0.99))
                    .put("running_p50_ms", clock.running().percentileMillis(0.50))
                    .put("running_p99_ms", clock.running().percentileMillis(0.99))
                    .put("server_cpu_seconds", process.cpuSeconds())
                    .put("peak_heap_mib", process.peakHeapMib());
            if (database.url().isEmpty()) {
                report.put("database_mib", process.databaseMib());
            }
        }
        // The ceiling is that of H2.
        return database.url().isEmpty()
                ? report.put("insert_ceiling_per_second", InsertCeiling.measure(directory, clock.placements()))
                : report;
    }
}
