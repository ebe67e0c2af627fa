package dev.gantry.process;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** The options of the Java that runs a server which is measured or checked. */
public final class ServerJavaOptions {

    private static final Predicate<String> COLLECTOR =
            Pattern.compile("-XX:\\+Use\\w*GC").asMatchPredicate();

    /** Options of the compiler, the collector and the archive of classes. */
    private static final Predicate<String> OF_A_SERVER =
            Pattern.compile("-XX:.*|-Xshare:.*|-Xlog:cds.*").asMatchPredicate();

    private final String usualHeap;

    @Option(names = "--heap", paramLabel = "SIZE", description = "Heap of the server, such as 4g.")
    private Optional<String> heap = Optional.empty();

    @Option(
            names = "--java-option",
            paramLabel = "OPTION",
            description = "An option for the server's Java, such as --java-option=-XX:TieredStopAtLevel=1.")
    private List<String> others = new ArrayList<>();

    /**
     * Makes options without those of the command line.
     *
     * @param usualHeap the heap unless {@code --heap} says another one, such as {@code 4g}
     */
    public ServerJavaOptions(String usualHeap) {
        this.usualHeap = usualHeap;
    }

    /**
     * The options that the launcher has given to this Java, which are those of a server; the heap; and what was asked
     * for.
     */
    public List<String> toList() {
        List<String> options = new ArrayList<>();
        boolean hasCollector = others.stream().anyMatch(COLLECTOR);
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(OF_A_SERVER)
                .filter(option -> !hasCollector || !COLLECTOR.test(option))
                .forEach(options::add);
        options.add("-Xmx" + heap.orElse(usualHeap));
        options.addAll(others);
        return options;
    }
}
