package dev.gantry.app;

import dev.gantry.bench.BenchCommand;
import dev.gantry.cli.CliContext;
import dev.gantry.cli.GantryCli;
import java.util.List;

/** The {@code gantry} program. */
public final class Gantry {

    private Gantry() {}

    /**
     * Runs one command and ends the process with its exit code.
     *
     * @param arguments what stands behind {@code gantry}
     */
    public static void main(String[] arguments) {
        System.exit(new GantryCli(CliContext.system(), Version.get(), programs()).run(arguments));
    }

    /** The commands that are no clients. */
    private static List<?> programs() {
        return List.of(new ServerCommand(), new NodeCommand(), new DevCommand(), new BenchCommand());
    }
}
