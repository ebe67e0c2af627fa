package dev.gantry.app;

import dev.gantry.bench.BenchCommand;
import dev.gantry.cli.CliContext;
import dev.gantry.cli.GantryCli;
import java.util.List;
import org.slf4j.bridge.SLF4JBridgeHandler;

/** The {@code gantry} program. */
public final class Gantry {

    /** The property of Netty as it is shaded into gRPC. */
    private static final String NETTY_LEAK_DETECTION = "io.grpc.netty.shaded.io.netty.leakDetection.level";

    private Gantry() {}

    /**
     * Runs one command and ends the process with its exit code.
     *
     * @param arguments the arguments of {@code gantry}
     */
    public static void main(String[] arguments) {
        // To detect leaked buffers, Netty takes a stack trace of one buffer in 128. Only gRPC uses buffers here.
        System.getProperties().putIfAbsent(NETTY_LEAK_DETECTION, "disabled");
        logAsWeDo();
        System.exit(new GantryCli(CliContext.system(), ProgramVersion.lines(), programs()).run(arguments));
    }

    /** Redirects java.util.logging, which gRPC uses, to the program's log. */
    private static void logAsWeDo() {
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
    }

    /** The commands that are not clients of a server. */
    private static List<?> programs() {
        return List.of(new ServerCommand(), new NodeCommand(), new DevCommand(), new BenchCommand());
    }
}
