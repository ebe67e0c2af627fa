package dev.gantry.app;

import dev.gantry.bench.BenchCommand;
import dev.gantry.cli.CliContext;
import dev.gantry.cli.GantryCli;
import java.util.List;
import org.slf4j.bridge.SLF4JBridgeHandler;

/** The {@code gantry} program. */
public final class Gantry {

    /** As gRPC's copy of Netty reads it. */
    private static final String NETTY_LEAK_DETECTION = "io.grpc.netty.shaded.io.netty.leakDetection.level";

    private Gantry() {}

    /**
     * Runs one command and ends the process with its exit code.
     *
     * @param arguments what stands behind {@code gantry}
     */
    public static void main(String[] arguments) {
        // Only gRPC has buffers here; to look for lost ones, Netty takes a stack trace of one in 128.
        System.getProperties().putIfAbsent(NETTY_LEAK_DETECTION, "disabled");
        logAsWeDo();
        System.exit(new GantryCli(CliContext.system(), ProgramVersion.lines(), programs()).run(arguments));
    }

    /** Sends what libraries log by java.util.logging (gRPC does) to the program's log, by its levels. */
    private static void logAsWeDo() {
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
    }

    /** The commands that are no clients. */
    private static List<?> programs() {
        return List.of(new ServerCommand(), new NodeCommand(), new DevCommand(), new BenchCommand());
    }
}
