package dev.gantry.bench;

import dev.gantry.process.ServerJavaOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gantry bench sessions}. */
@Command(
        name = "sessions",
        description = {
            "Measures the sessions of nodes, each on a connection of its own: how many a second begin, and the memory that"
                    + " each takes of the server.",
            "The first tenth of the nodes is not counted, since the server loads and compiles its code for them."
        })
final class SessionsCommand extends Measurement {

    private static final double NANOS_PER_SECOND = 1e9;
    private static final double KIB_PER_MIB = 1024;
    private static final int WARM_UP_SHARE = 10;

    @Option(names = "--nodes", defaultValue = "5000", description = "Simulated nodes. Default: ${DEFAULT-VALUE}.")
    private int nodes;

    @Mixin
    private SecurityOption security = new SecurityOption();

    @Mixin
    private ServerJavaOptions server = new ServerJavaOptions("1g");

    @Override
    Report measure(Path directory) throws IOException, InterruptedException {
        Report report = Report.withLoad();
        int first = Math.max(1, nodes / WARM_UP_SHARE);
        PlacementClock firsts = new PlacementClock(first, 0);
        PlacementClock others = new PlacementClock(nodes - first, 0);
        try (ServerProcess process = ServerProcess.start(directory, server(), security.security());
                HollowFleet warm = new HollowFleet(process, 1, firsts);
                HollowFleet fleet = new HollowFleet(process, 1, others, first)) {
            warm.prepare(first).connect();
            warm.beatEvery(firsts.awaitRegistered());
            fleet.prepare(nodes - first);
            ServerMemory before = process.memory();
            long started = System.nanoTime();
            fleet.connect();
            fleet.beatEvery(others.awaitRegistered());
            double seconds = (System.nanoTime() - started) / NANOS_PER_SECOND;
            ServerMemory after = process.memory();
            report.put("nodes", nodes)
                    .put("sessions_per_second", (nodes - first) / seconds)
                    .put("live_heap_mib", after.liveHeapMib())
                    .put("direct_mib", after.directMib())
                    .put("rss_mib", after.residentMib())
                    .put("heap_kib_per_session", perSession(after.liveHeapMib() - before.liveHeapMib(), nodes - first))
                    .put("direct_kib_per_session", perSession(after.directMib() - before.directMib(), nodes - first))
                    .put("rss_kib_per_session", perSession(after.residentMib() - before.residentMib(), nodes - first));
            process.kill();
        }
        return report;
    }

    /** Returns options with which all of the heap is resident from the beginning, so that more of it is no more memory. */
    private List<String> server() {
        List<String> options = new ArrayList<>(server.toList());
        options.stream()
                .filter(option -> option.startsWith("-Xmx"))
                .reduce((first, last) -> last)
                .ifPresent(most -> options.add(most.replace("-Xmx", "-Xms")));
        options.addAll(List.of("-XX:+AlwaysPreTouch", "-XX:NativeMemoryTracking=summary"));
        return options;
    }

    private static double perSession(double mib, int sessions) {
        return mib * KIB_PER_MIB / sessions;
    }
}
