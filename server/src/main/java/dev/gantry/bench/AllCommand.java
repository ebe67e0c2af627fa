package dev.gantry.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code gantry bench all}. */
@Command(
        name = "all",
        description = {
            "Measures all that the other commands measure, one after the other, each as a part of one report: with --json, one"
                    + " object. Takes about a quarter of an hour.",
            "With --image, what needs pods too: that needs root."
        })
final class AllCommand extends Measurement {

    @Option(
            names = "--image",
            paramLabel = "FILE",
            description = "An ACI with /bin/sleep and the /bin/date of GNU coreutils in it.")
    private Optional<Path> image = Optional.empty();

    @Option(
            names = "--small",
            description =
                    "Measures little of each, in seconds: shows that all works, and no figure that means anything.")
    private boolean small;

    /**
     * A part of the report.
     *
     * @param measurement the command that measures it
     * @param options its options
     */
    private record Part(Measurement measurement, String options) {}

    @Override
    Report measure(Path directory) throws IOException, InterruptedException, ExecutionException {
        Report report = Report.withLoad();
        for (Map.Entry<String, Part> part : (small ? smallParts() : parts()).entrySet()) {
            say("Measuring " + part.getKey().replace('_', ' '));
            report.put(part.getKey(), measure(part.getValue()));
        }
        return report;
    }

    private Report measure(Part part) throws IOException, InterruptedException, ExecutionException {
        List<String> options = new ArrayList<>(List.of(part.options().split(" ", -1)));
        options.removeIf(String::isEmpty);
        image.ifPresent(file -> {
            if (part.measurement() instanceof IdleCommand || part.measurement() instanceof LatencyCommand) {
                options.add("--image=" + file);
            }
        });
        return part.measurement().measurePart(options);
    }

    private Map<String, Part> parts() {
        Map<String, Part> parts = new LinkedHashMap<>();
        parts.put("start", new Part(new StartCommand(), ""));
        for (int jobs : List.of(1, 10, 100)) {
            parts.put("placements_%d000".formatted(jobs), new Part(new PlacementsCommand(), "--jobs=" + jobs));
        }
        parts.put("submissions_cold", new Part(new SubmissionsCommand(), "--jobs=20000 --warm-up=0"));
        parts.put("submissions", new Part(new SubmissionsCommand(), ""));
        parts.put("overload", new Part(new OverloadCommand(), ""));
        parts.put("restart", new Part(new RestartCommand(), ""));
        parts.put("what_if", new Part(new WhatIfCommand(), ""));
        parts.put("idle", new Part(new IdleCommand(), ""));
        parts.put("security", new Part(new SecurityCommand(), ""));
        if (image.isPresent()) {
            parts.put("latency", new Part(new LatencyCommand(), ""));
        }
        return parts;
    }

    private Map<String, Part> smallParts() {
        String load = "--nodes=20 --jobs=2 --tasks=20 --heap=512m";
        Map<String, Part> parts = new LinkedHashMap<>();
        parts.put("start", new Part(new StartCommand(), "--runs=1 --heap=512m"));
        parts.put("placements", new Part(new PlacementsCommand(), load));
        parts.put(
                "submissions",
                new Part(new SubmissionsCommand(), "--security=tokens --clients=4 --jobs=50 --warm-up=10 --heap=512m"));
        parts.put(
                "overload",
                new Part(
                        new OverloadCommand(), "--nodes=5 --clients=4 --warm-up=10 --jobs=50 --seconds=1 --heap=512m"));
        parts.put("restart", new Part(new RestartCommand(), load + " --runs=1"));
        parts.put("what_if", new Part(new WhatIfCommand(), load + " --runs=1"));
        parts.put("idle", new Part(new IdleCommand(), load + " --running=2 --seconds=1"));
        parts.put(
                "security",
                new Part(
                        new SecurityCommand(),
                        "--security=tls --cold --rounds=1 --nodes=20 --placements=40 --clients=4 --submissions=50"
                                + " --heap=512m"));
        if (image.isPresent()) {
            parts.put("latency", new Part(new LatencyCommand(), "--runs=1 --heap=512m"));
        }
        return parts;
    }
}
