package dev.gantry.app;

import dev.gantry.bench.BenchCommand;
import dev.gantry.cli.CliContext;
import dev.gantry.cli.GantryCli;
import dev.gantry.cli.GantryCli.Program;
import java.util.List;

/** The {@code gantry} program. */
public final class Gantry {

    private static final String BENCH = "bench";

    private Gantry() {}

    /**
     * Runs one command and ends the process with its exit code.
     *
     * @param arguments the arguments of {@code gantry}
     */
    public static void main(String[] arguments) {
        // The other programs start the log when they run. The bench's package lies below this one.
        if (arguments.length > 0 && arguments[0].equals(BENCH)) {
            ProgramLog.start();
        }
        System.exit(new GantryCli(CliContext.system(), ProgramVersion::lines, programs()).run(arguments));
    }

    /** The commands that are not clients of a server. */
    static List<Program> programs() {
        return List.of(
                new Program("server", ServerCommand::new),
                new Program("node", NodeCommand::new),
                new Program("dev", DevCommand::new),
                new Program(BENCH, BenchCommand::new));
    }
}
