package dev.gantry.app;

import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * The log of the programs that run until they are asked to end. Commands that make a call and end have none: to load its
 * classes and its configuration takes longer than the call.
 */
final class ProgramLog {

    /** As gRPC's copy of Netty reads it. */
    private static final String NETTY_LEAK_DETECTION = "io.grpc.netty.shaded.io.netty.leakDetection.level";

    private static final String LEVEL = "GANTRY_LOG";

    private ProgramLog() {}

    /**
     * Leaves out all but warnings and errors, for a command that uses parts of a server and ends. Call it before the first
     * logger is made: the configuration reads this level then.
     */
    static void onlyWarnings() {
        if (!System.getenv().containsKey(LEVEL)) {
            System.getProperties().putIfAbsent(LEVEL, "WARN");
        }
    }

    /** Sends what libraries log by java.util.logging (gRPC does) to the program's log, by its levels. */
    static void start() {
        // Only gRPC has buffers here; to look for lost ones, Netty takes a stack trace of one in 128.
        System.getProperties().putIfAbsent(NETTY_LEAK_DETECTION, "disabled");
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
    }
}
