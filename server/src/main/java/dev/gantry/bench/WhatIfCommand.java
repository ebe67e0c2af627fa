package dev.gantry.bench;

import dev.gantry.client.GantryClient;
import dev.gantry.process.ChildProcess;
import dev.gantry.process.ServerJavaOptions;
import dev.gantry.v1.NodeSelector;
import dev.gantry.v1.WhatIfChange;
import dev.gantry.v1.WhatIfCount;
import dev.gantry.v1.WhatIfDrain;
import dev.gantry.v1.WhatIfFitQuestion;
import dev.gantry.v1.WhatIfNewNodes;
import dev.gantry.v1.WhatIfRequest;
import dev.gantry.v1.WhatIfResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gantry bench what-if}. */
@Command(
        name = "what-if",
        description = {
            "Measures how soon a server tells what it would do: places tasks on simulated nodes, then asks for the drain of a"
                    + " hundredth of the nodes, for that of a quarter, and for 20 more nodes, 200 more tasks and the room"
                    + " left. Then asks for the drain of a quarter once more, of a snapshot of the server and without it."
        })
final class WhatIfCommand extends Measurement {

    private static final int HUNDRED = 100;
    private static final int ADDED = 20;
    private static final int MORE = 200;
    private static final int SHOWN = 1000;
    private static final String JOB = "bench-00000";
    private static final String GROUP = "group";
    private static final String CLASS = "large";
    private static final double MIB = 1 << 20;

    @Mixin
    private PlacementLoad load = new PlacementLoad();

    @Option(
            names = "--runs",
            defaultValue = "10",
            description = "Questions of each kind to the server; 0: only of the snapshot. Default: ${DEFAULT-VALUE}.")
    private int runs;

    @Mixin
    private ServerJavaOptions server = new ServerJavaOptions("4g");

    @Override
    @SuppressWarnings("try") // the nodes stay connected, and nothing else is asked of them
    Report measure(Path directory) throws IOException, InterruptedException {
        PlacementClock clock = load.clock();
        Report report = Report.withLoad();
        try (ServerProcess process = ServerProcess.start(directory, server);
                HollowFleet fleet = load.placeAndStay(process, clock, report);
                GantryClient client = process.client()) {
            report.put("allocations", clock.placements());
            if (runs > 0) {
                askServer(client, process, report);
            }
            Path snapshot = directory.resolve("what-if.snap");
            save(client, snapshot);
            process.kill();
            askWithoutServer(directory, snapshot, report);
        }
        return report;
    }

    private void askServer(GantryClient client, ServerProcess process, Report report) {
        double cpuSeconds = process.cpuSeconds();
        ask(client, "drain_few", fewNodes().build(), report);
        ask(client, "drain_quarter", quarter().build(), report);
        ask(client, "grow", growth().build(), report);
        report.put("server_cpu_seconds_per_question", (process.cpuSeconds() - cpuSeconds) / (3 * runs));
    }

    private static void save(GantryClient client, Path snapshot) throws IOException {
        try (InputStream bytes = client.snapshot()) {
            Files.copy(bytes, snapshot);
        }
    }

    /** Counts from the start of the command's Java to its end. */
    private static void askWithoutServer(Path directory, Path snapshot, Report report)
            throws IOException, InterruptedException {
        Latencies answer = new Latencies(1);
        long asked = System.nanoTime();
        ChildProcess.run(
                directory.resolve("what-if.log"),
                LauncherOptions.ofCommands(),
                List.of("what-if", "--snapshot", snapshot.toString(), "--drain", "class=" + CLASS));
        answer.record(System.nanoTime() - asked);
        report.put("snapshot_mib", (double) Files.size(snapshot) / MIB)
                .put("snapshot_drain_quarter_ms", answer.percentileMillis(1));
    }

    private void ask(GantryClient client, String name, WhatIfRequest question, Report report) {
        Latencies answers = new Latencies(runs);
        int changed = 0;
        for (int i = 0; i < runs; i++) {
            long asked = System.nanoTime();
            WhatIfResponse answer = client.whatIf(question);
            answers.record(System.nanoTime() - asked);
            changed = answer.getAllocationsCount() + answer.getAllocationsLeftOut();
        }
        report.put(name + "_allocations", changed)
                .put(name + "_p50_ms", answers.percentileMillis(0.50))
                .put(name + "_max_ms", answers.percentileMillis(1));
    }

    private WhatIfRequest.Builder fewNodes() {
        WhatIfRequest.Builder question = WhatIfRequest.newBuilder().setMaxAllocations(SHOWN);
        for (int i = 0; i < Math.max(1, load.nodes() / HUNDRED); i++) {
            question.addChanges(drain(NodeSelector.newBuilder().setNode(HollowFleet.name(i))));
        }
        return question;
    }

    private static WhatIfRequest.Builder quarter() {
        return WhatIfRequest.newBuilder()
                .setMaxAllocations(SHOWN)
                .addChanges(drain(NodeSelector.newBuilder().setNodeClass(CLASS)));
    }

    private static WhatIfChange.Builder drain(NodeSelector.Builder nodes) {
        return WhatIfChange.newBuilder().setDrain(WhatIfDrain.newBuilder().setNodes(nodes));
    }

    private WhatIfRequest.Builder growth() {
        return WhatIfRequest.newBuilder()
                .setMaxAllocations(SHOWN)
                .addChanges(WhatIfChange.newBuilder()
                        .setAddNodes(WhatIfNewNodes.newBuilder().setCount(ADDED).setLike(HollowFleet.name(0))))
                .addChanges(WhatIfChange.newBuilder()
                        .setSetCount(WhatIfCount.newBuilder()
                                .setJobId(JOB)
                                .setTaskGroup(GROUP)
                                .setCount(load.tasks() + MORE)))
                .addFits(WhatIfFitQuestion.newBuilder().setJobId(JOB).setTaskGroup(GROUP));
    }
}
