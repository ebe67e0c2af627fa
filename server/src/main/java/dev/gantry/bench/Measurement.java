package dev.gantry.bench;

import dev.gantry.process.Workspace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** A command that measures: starts the program's log, makes a temporary directory, and prints the report. */
abstract class Measurement implements Callable<Integer> {

    @ParentCommand
    @SuppressWarnings("unused")
    private BenchCommand bench;

    @Spec
    @SuppressWarnings("unused")
    private CommandSpec spec;

    @Option(names = "--json", description = "Prints one JSON object.")
    private boolean json;

    @Override
    public final Integer call() throws IOException, InterruptedException, ExecutionException {
        bench.startLog();
        try (Workspace workspace = Workspace.create("gantry-bench-")) {
            measure(workspace.directory()).print(spec.commandLine().getOut(), json);
        }
        return 0;
    }

    /**
     * Measures.
     *
     * @param directory an empty directory, which is removed afterwards
     */
    abstract Report measure(Path directory) throws IOException, InterruptedException, ExecutionException;

    /** Measures with some options of the command line, as a part of another measurement. */
    final Report measurePart(List<String> options) throws IOException, InterruptedException, ExecutionException {
        new CommandLine(this).setCaseInsensitiveEnumValuesAllowed(true).parseArgs(options.toArray(String[]::new));
        try (Workspace workspace = Workspace.create("gantry-bench-")) {
            return measure(workspace.directory());
        }
    }

    /** Prints a line that does not belong to the report. */
    final void say(String line) {
        spec.commandLine().getErr().println(line);
    }
}
