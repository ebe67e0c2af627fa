package dev.gantry.app;

import dev.gantry.bench.BenchCommand;
import dev.gantry.check.CheckCommand;
import dev.gantry.cli.CliContext;
import dev.gantry.cli.GantryCli;
import dev.gantry.cli.GantryCli.Program;
import java.util.List;
import java.util.SplittableRandom;

/** The {@code gantry} program. */
public final class Gantry {

    private Gantry() {}

    /**
     * Runs one command and ends the process with its exit code.
     *
     * @param arguments the arguments of {@code gantry}
     */
    public static void main(String[] arguments) {
        System.exit(new GantryCli(CliContext.system(), ProgramVersion::lines, programs(), new SnapshotWhatIf())
                .run(arguments));
    }

    /** The commands that are not clients of a server. */
    static List<Program> programs() {
        return List.of(
                new Program("server", ServerCommand::new),
                new Program("node", NodeCommand::new),
                new Program("dev", DevCommand::new),
                new Program("operator snapshot restore", SnapshotRestoreCommand::new),
                new Program("bench", () -> new BenchCommand(ProgramLog::start)),
                new Program("check", () -> new CheckCommand(ProgramLog::start, new SplittableRandom())));
    }
}
