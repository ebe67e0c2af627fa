package dev.gantry.bench;

import dev.gantry.client.GantryClient;
import dev.gantry.client.Jobs;
import dev.gantry.client.Watch;
import dev.gantry.process.ChildProcess;
import dev.gantry.process.ServerJavaOptions;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.WatchJobResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoubleSupplier;
import java.util.function.Predicate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gantry bench idle}. */
@Command(
        name = "idle",
        description = {
            "Measures what a server and a node take when nothing changes: the CPU and heap of a server with simulated nodes"
                    + " and their allocations, and, with --image, the CPU and memory of a node with running tasks.",
            "The node needs root."
        })
final class IdleCommand extends Measurement {

    private static final double PERCENT = 100;
    private static final Set<ClientStatus> LIVE =
            EnumSet.of(ClientStatus.CLIENT_STATUS_PENDING, ClientStatus.CLIENT_STATUS_RUNNING);

    /** After the last change, for what follows it. */
    private static final Duration REST = Duration.ofSeconds(5);

    @Mixin
    private PlacementLoad load = new PlacementLoad();

    @Option(names = "--image", paramLabel = "FILE", description = "An ACI with /bin/sleep in it, for the node's tasks.")
    private Optional<Path> image = Optional.empty();

    @Option(
            names = "--running",
            defaultValue = "100",
            description = "Tasks that run on the node. Default: ${DEFAULT-VALUE}.")
    private int running;

    @Option(
            names = "--seconds",
            defaultValue = "30",
            description = "How long each of both is watched. Default: ${DEFAULT-VALUE}.")
    private int seconds;

    @Mixin
    private SecurityOption security = new SecurityOption();

    @Mixin
    private ServerJavaOptions server = new ServerJavaOptions("4g");

    @Override
    Report measure(Path directory) throws IOException, InterruptedException {
        Report report = Report.withLoad();
        measureServer(Files.createDirectory(directory.resolve("of-server")), report);
        if (image.isPresent()) {
            measureNode(
                    Files.createDirectory(directory.resolve("of-node")),
                    image.get().toAbsolutePath(),
                    report);
        }
        return report;
    }

    @SuppressWarnings("try") // the nodes stay connected, and nothing else is asked of them
    private void measureServer(Path directory, Report report) throws IOException, InterruptedException {
        PlacementClock clock = load.clock();
        try (ServerProcess process = ServerProcess.start(directory, server.toList(), security.security());
                HollowFleet fleet = load.placeAndStay(process, clock, report)) {
            report.put("allocations", clock.placements())
                    .put("server_cpu_percent", cpuPercent(process::cpuSeconds))
                    .put("server_live_heap_mib", process.liveHeapMib());
            process.kill();
        }
    }

    private void measureNode(Path directory, Path image, Report report) throws IOException, InterruptedException {
        BareRkt rkt = BareRkt.in(directory);
        try (ServerProcess process = ServerProcess.start(directory, server);
                ChildProcess node = NodeProcess.start(directory, process.address(), rkt);
                GantryClient client = process.client()) {
            client.jobs()
                    .submit(Jobs.service("idle")
                            .group(Jobs.group("group")
                                    .count(running)
                                    .task(Jobs.rkt("task", image.toString())
                                            .command("/bin/sleep")
                                            .args("infinity")
                                            .net("host")
                                            .cpu(20)
                                            .memory(16)))
                            .build());
            try {
                await(client, this::areAllRunning);
                report.put("node_tasks", running).put("node_cpu_percent", cpuPercent(node::cpuSeconds));
                ChildProcess.Memory memory = node.memory();
                report.put("node_mib", memory.own()).put("node_tasks_mib", memory.descendants());
            } finally {
                // Pods outlive their node.
                client.jobs().stop("idle");
                await(client, statuses -> statuses.stream().noneMatch(LIVE::contains));
            }
        } finally {
            rkt.removeAll();
        }
    }

    private boolean areAllRunning(Collection<ClientStatus> statuses) {
        if (statuses.contains(ClientStatus.CLIENT_STATUS_FAILED)) {
            throw new IllegalStateException("A pod failed: the figures would say nothing");
        }
        return Collections.frequency(statuses, ClientStatus.CLIENT_STATUS_RUNNING) == running;
    }

    /** Waits until the statuses of all allocations meet a condition. */
    private static void await(GantryClient client, Predicate<Collection<ClientStatus>> condition) {
        Map<String, ClientStatus> known = new HashMap<>();
        try (Watch<WatchJobResponse> watch = client.jobs().watch("idle")) {
            while (watch.hasNext()) {
                watch.next()
                        .getAllocationsList()
                        .forEach(allocation -> known.put(allocation.getId(), allocation.getClientStatus()));
                if (condition.test(known.values())) {
                    return;
                }
            }
        }
        throw new IllegalStateException("The watch of the job has ended");
    }

    /** The share of one CPU that is used while nothing changes. */
    private double cpuPercent(DoubleSupplier cpuSeconds) throws InterruptedException {
        Thread.sleep(REST.toMillis());
        double before = cpuSeconds.getAsDouble();
        Thread.sleep(Duration.ofSeconds(seconds).toMillis());
        return (cpuSeconds.getAsDouble() - before) / seconds * PERCENT;
    }
}
