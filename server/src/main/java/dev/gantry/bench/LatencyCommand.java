package dev.gantry.bench;

import com.google.protobuf.util.Timestamps;
import dev.gantry.client.GantryClient;
import dev.gantry.client.Jobs;
import dev.gantry.client.Watch;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.Job;
import dev.gantry.v1.WatchJobResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code gantry bench latency}. */
@Command(
        name = "latency",
        description = {
            "What Gantry adds to rkt: from submit's answer to the end of a pod that ends at once, beside prepare and"
                    + " run-prepared of the same by hand, in turns.",
            "Needs root."
        })
final class LatencyCommand implements Callable<Integer> {

    private static final Pattern NODE_READY = Pattern.compile("Gantry node (\\S+) is ready");
    private static final double MILLIS_PER_NANO = 1e-6;

    @Spec
    @SuppressWarnings("unused")
    private CommandSpec spec;

    @Option(names = "--image", required = true, paramLabel = "FILE", description = "An ACI with /bin/true in it.")
    private Path image;

    @Option(names = "--runs", defaultValue = "20", description = "How often. Default: ${DEFAULT-VALUE}.")
    private int runs;

    @Option(names = "--json", description = "Prints one JSON object.")
    private boolean json;

    @Override
    public Integer call() throws IOException, InterruptedException {
        try (Workspace workspace = Workspace.create()) {
            Path directory = workspace.directory();
            BareRkt rkt = BareRkt.in(directory);
            try (ServerProcess server = ServerProcess.start(directory, "1g");
                    ChildProcess node = startNode(directory, server, rkt);
                    GantryClient client = GantryClient.connect(server.address())) {
                spec.commandLine().getErr().println("Measuring on node " + node.ready());
                measure(client, rkt).print(spec.commandLine().getOut(), json);
            } finally {
                rkt.removeAll();
            }
        }
        return 0;
    }

    private static ChildProcess startNode(Path directory, ServerProcess server, BareRkt rkt)
            throws IOException, InterruptedException {
        return ChildProcess.start(
                directory.resolve("node.log"),
                List.of("-Xmx512m"),
                List.of(
                        "node",
                        "--servers",
                        server.address(),
                        "--data-dir",
                        directory.resolve("node").toString(),
                        "--ip",
                        "127.0.0.1",
                        "--rkt",
                        rkt.executable().toString()),
                NODE_READY);
    }

    private Report measure(GantryClient client, BareRkt rkt) throws IOException, InterruptedException {
        Latencies bare = new Latencies(runs);
        List<Long> added = new ArrayList<>();
        // The first of each is not counted: it stores the image, and warms what is cold.
        rkt.runToEnd(image);
        gantryNanos(client, "warm-up");
        for (int i = 0; i < runs; i++) {
            long bareNanos = rkt.runToEnd(image);
            bare.record(bareNanos);
            added.add(gantryNanos(client, "run-" + i) - bareNanos);
        }
        added.sort(null);
        return new Report()
                .put("runs", runs)
                .put("bare_p50_ms", bare.percentileMillis(0.50))
                .put("added_p50_ms", percentile(added, 0.50) * MILLIS_PER_NANO)
                .put("added_p99_ms", percentile(added, 0.99) * MILLIS_PER_NANO);
    }

    /** May be below 0: a run by hand can happen to be the slower one. */
    private static long percentile(List<Long> sorted, double share) {
        return sorted.get(Math.max(0, (int) Math.ceil(share * sorted.size()) - 1));
    }

    private long gantryNanos(GantryClient client, String id) {
        client.jobs().submit(job(id));
        Instant answered = Instant.now();
        Allocation ended = awaitEnd(client, id);
        Instant end = Instant.ofEpochSecond(
                0, Timestamps.toNanos(ended.getTaskStates(0).getFinishedAt()));
        return Duration.between(answered, end).toNanos();
    }

    private static Allocation awaitEnd(GantryClient client, String id) {
        try (Watch<WatchJobResponse> watch = client.jobs().watch(id)) {
            while (watch.hasNext()) {
                for (Allocation allocation : watch.next().getAllocationsList()) {
                    if (allocation.getClientStatus() == ClientStatus.CLIENT_STATUS_COMPLETE) {
                        return allocation;
                    }
                    if (allocation.getClientStatus() == ClientStatus.CLIENT_STATUS_FAILED) {
                        throw new IllegalStateException("The pod failed: " + allocation.getDescription());
                    }
                }
            }
        }
        throw new IllegalStateException("The watch of job " + id + " has ended");
    }

    private Job job(String id) {
        return Jobs.batch(id)
                .group(Jobs.group("group")
                        .task(Jobs.rkt("task", image.toAbsolutePath().toString())
                                .command("/bin/true")
                                .net("host")
                                .cpu(100)
                                .memory(64)))
                .build();
    }
}
