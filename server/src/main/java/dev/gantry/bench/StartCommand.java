package dev.gantry.bench;

import dev.gantry.process.ChildProcess;
import dev.gantry.process.ServerJavaOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gantry bench start}. */
@Command(
        name = "start",
        description = {
            "Measures how long commands take, and a server with an empty directory until it is ready: wall time and the CPU"
                    + " time of all threads. Java is started as by ./gantry, whose own few milliseconds do not count."
        })
final class StartCommand extends Measurement {

    /** The fields of /proc/self/stat after the name, from 0: the CPU time of children that were waited for. */
    private static final int USER_OF_CHILDREN = 13;

    private static final int SYSTEM_OF_CHILDREN = 14;

    /** Of the kernel's clock, see proc(5). */
    private static final double MILLIS_PER_TICK = 10;

    @Option(names = "--runs", defaultValue = "20", description = "Runs of each command. Default: ${DEFAULT-VALUE}.")
    private int runs;

    @Mixin
    private ServerJavaOptions server = new ServerJavaOptions("1g");

    @Override
    Report measure(Path directory) throws IOException, InterruptedException {
        Report report = Report.withLoad();
        long begun = System.nanoTime();
        try (ServerProcess process = ServerProcess.start(directory, server)) {
            Latencies ready = new Latencies(1);
            ready.record(System.nanoTime() - begun);
            report.put("server_ready_ms", ready.percentileMillis(1))
                    .put("server_ready_cpu_ms", process.cpuSeconds() * 1e3);
            Path log = directory.resolve("command.log");
            measure(report, "version", log, List.of("version"));
            measure(report, "job_status", log, List.of("job", "status", "--address", process.address()));
        }
        return report;
    }

    private void measure(Report report, String name, Path log, List<String> arguments)
            throws IOException, InterruptedException {
        List<String> options = LauncherOptions.ofCommands();
        Latencies wall = new Latencies(runs);
        double cpuBefore = cpuMillisOfChildren();
        for (int i = 0; i < runs; i++) {
            long begun = System.nanoTime();
            ChildProcess.run(log, options, arguments);
            wall.record(System.nanoTime() - begun);
        }
        report.put(name + "_p50_ms", wall.percentileMillis(0.5))
                .put(name + "_cpu_ms", (cpuMillisOfChildren() - cpuBefore) / runs);
    }

    private static double cpuMillisOfChildren() throws IOException {
        String stat = Files.readString(Path.of("/proc/self/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[USER_OF_CHILDREN]) + Long.parseLong(fields[SYSTEM_OF_CHILDREN]))
                * MILLIS_PER_TICK;
    }
}
