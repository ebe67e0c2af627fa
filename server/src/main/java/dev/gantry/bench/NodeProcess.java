package dev.gantry.bench;

import dev.gantry.process.ChildProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** Starts a node in a process of its own, with the bench's rkt and a directory of its own. */
final class NodeProcess {

    private static final Pattern READY = Pattern.compile("Gantry node (\\S+) is ready");

    /** The launcher's options for a node. */
    private static final List<String> TUNING = List.of("-XX:TieredStopAtLevel=1", "-Xms24m", "-XX:+UseSerialGC");

    private NodeProcess() {}

    /**
     * Starts a node and waits until it is ready.
     *
     * @param directory the directory of the measurement
     * @param server the address of the server
     * @param rkt the rkt that it calls
     * @throws IOException if it could not be started
     * @throws InterruptedException if this thread was interrupted
     */
    static ChildProcess start(Path directory, String server, BareRkt rkt) throws IOException, InterruptedException {
        return ChildProcess.start(
                directory.resolve("node.log"),
                LauncherOptions.with("node", TUNING),
                List.of(
                        "node",
                        "--servers",
                        server,
                        "--data-dir",
                        directory.resolve("node").toString(),
                        "--ip",
                        "127.0.0.1",
                        "--rkt",
                        rkt.executable().toString()),
                READY);
    }
}
