package dev.gantry.bench;

import dev.gantry.client.GantryClient;
import dev.gantry.client.Jobs;
import dev.gantry.client.LogOptions;
import dev.gantry.client.Watch;
import dev.gantry.process.ChildProcess;
import dev.gantry.process.ServerJavaOptions;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.Job;
import dev.gantry.v1.WatchJobResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gantry bench latency}. */
@Command(
        name = "latency",
        description = {
            "Compares Gantry with rkt: the time from the call of submit to the start of the pod's app, and the time"
                    + " of rkt prepare and run-prepared for the same pod, in turns. The app reports its own start.",
            "Calls rkt with the image as a file, then with its id, as a node does once it has stored the image.",
            "Needs root."
        })
final class LatencyCommand extends Measurement {

    private static final double MILLIS_PER_NANO = 1e-6;

    @Option(
            names = "--image",
            required = true,
            paramLabel = "FILE",
            description = "An ACI with the /bin/date of GNU coreutils in it.")
    private Path image;

    @Option(names = "--runs", defaultValue = "20", description = "How often. Default: ${DEFAULT-VALUE}.")
    private int runs;

    @Mixin
    private ServerJavaOptions server = new ServerJavaOptions("1g");

    @Override
    Report measure(Path directory) throws IOException, InterruptedException {
        BareRkt rkt = BareRkt.in(directory);
        try (ServerProcess process = ServerProcess.start(directory, server);
                ChildProcess node = NodeProcess.start(directory, process.address(), rkt);
                GantryClient client = GantryClient.connect(process.address())) {
            say("Measuring on node " + node.ready());
            return measure(client, rkt);
        } finally {
            rkt.removeAll();
        }
    }

    private Report measure(GantryClient client, BareRkt rkt) throws IOException, InterruptedException {
        String id = rkt.fetch(image);
        Latencies bare = new Latencies(runs);
        Latencies bareById = new Latencies(runs);
        List<Long> added = new ArrayList<>();
        List<Long> addedToId = new ArrayList<>();
        Report report = Report.withLoad();
        // The first run of each is a warm-up and not counted.
        rkt.nanosToStart(image.toString());
        gantryNanos(client, rkt, "warm-up");
        for (int i = 0; i < runs; i++) {
            long bareNanos = rkt.nanosToStart(image.toString());
            long bareByIdNanos = rkt.nanosToStart(id);
            long gantryNanos = gantryNanos(client, rkt, "run-" + i);
            bare.record(bareNanos);
            bareById.record(bareByIdNanos);
            added.add(gantryNanos - bareNanos);
            addedToId.add(gantryNanos - bareByIdNanos);
        }
        added.sort(null);
        addedToId.sort(null);
        return report.put("runs", runs)
                .put("bare_p50_ms", bare.percentileMillis(0.50))
                .put("added_p50_ms", percentile(added, 0.50) * MILLIS_PER_NANO)
                .put("added_p99_ms", percentile(added, 0.99) * MILLIS_PER_NANO)
                .put("bare_by_id_p50_ms", bareById.percentileMillis(0.50))
                .put("added_to_id_p50_ms", percentile(addedToId, 0.50) * MILLIS_PER_NANO)
                .put("added_to_id_p99_ms", percentile(addedToId, 0.99) * MILLIS_PER_NANO);
    }

    /** Returns the difference; negative if the direct run happened to be slower. */
    private static long percentile(List<Long> sorted, double share) {
        return sorted.get(Math.max(0, (int) Math.ceil(share * sorted.size()) - 1));
    }

    /** From the call of submit to the start of the app; returns once the node has nothing to do any more. */
    private long gantryNanos(GantryClient client, BareRkt rkt, String id) throws IOException, InterruptedException {
        Instant asked = Instant.now();
        client.jobs().submit(job(id));
        Allocation ended = awaitEnd(client, id);
        Instant started;
        try (InputStream log = client.allocations().logs(ended.getId(), LogOptions.STDOUT)) {
            started = StartTime.parse(new String(log.readAllBytes(), StandardCharsets.UTF_8));
        }
        rkt.awaitRemoval(ended.getTaskStates(0).getPodId());
        return Duration.between(asked, started).toNanos();
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
                                .command(StartTime.COMMAND)
                                .args(StartTime.ARGUMENT)
                                .net("host")
                                .cpu(100)
                                .memory(64)))
                .build();
    }
}
