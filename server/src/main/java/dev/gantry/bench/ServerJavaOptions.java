package dev.gantry.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options of the Java that runs the measured server. */
final class ServerJavaOptions {

    private final String usualHeap;

    @Option(names = "--heap", paramLabel = "SIZE", description = "Heap of the server, such as 4g.")
    private Optional<String> heap = Optional.empty();

    @Option(
            names = "--java-option",
            paramLabel = "OPTION",
            description = "An option for the server's Java, such as --java-option=-XX:TieredStopAtLevel=1.")
    private List<String> others = new ArrayList<>();

    ServerJavaOptions(String usualHeap) {
        this.usualHeap = usualHeap;
    }

    /** The collector that the launcher gives a server, the heap, and what was asked for. */
    List<String> toList() {
        List<String> options = new ArrayList<>();
        if (others.stream().noneMatch(option -> option.matches("-XX:\\+Use\\w*GC"))) {
            options.add("-XX:+UseParallelGC");
        }
        options.add("-Xmx" + heap.orElse(usualHeap));
        options.addAll(others);
        return options;
    }
}
