package dev.gantry.check;

import dev.gantry.process.ChildProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** A server in a process of its own. */
final class ServerProcess implements CheckedServer {

    /** How long a node may be silent. */
    static final Duration NODE_TIME_TO_LIVE = Duration.ofSeconds(3);

    private static final Pattern READY = Pattern.compile("is ready at \\S+:(\\d+)");

    /** So that each version of a job is there in the end. */
    private static final String ALL_VERSIONS = "1000000";

    private final Path directory;
    private final List<String> javaOptions;
    private final List<String> database;
    private final Optional<ServerProcess> first;
    private int starts;
    private ChildProcess process;
    private volatile InetSocketAddress address;

    /**
     * Makes a server that does not run yet.
     *
     * @param directory the directory of its data and its logs, which exists
     * @param javaOptions the options of its Java
     * @param database the options that name its database; none: H2
     * @param first the server that is started before this one, on the same database; empty: none is
     */
    ServerProcess(Path directory, List<String> javaOptions, List<String> database, Optional<ServerProcess> first) {
        this.directory = directory;
        this.javaOptions = List.copyOf(javaOptions);
        this.database = List.copyOf(database);
        this.first = first;
    }

    /** Returns its data directory. */
    Path data() {
        return directory.resolve("data");
    }

    @Override
    public void start(String advertised) throws IOException, InterruptedException {
        if (first.isPresent() && Files.notExists(keyring())) {
            // Servers that share a database need the same keys, each in a file of its own.
            Files.createDirectories(keyring().getParent());
            Files.copy(first.get().keyring(), keyring(), StandardCopyOption.COPY_ATTRIBUTES);
        }
        starts++;
        Path log = directory.resolve("server-%d.log".formatted(starts));
        Files.deleteIfExists(log);
        process = ChildProcess.start(log, javaOptions, arguments(advertised), READY);
        address = new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(process.ready()));
    }

    private Path keyring() {
        return data().resolve("server/keyring/variables.json");
    }

    private List<String> arguments(String advertised) {
        List<String> arguments = new ArrayList<>(List.of(
                "server",
                "--data-dir",
                data().toString(),
                "--listen",
                "127.0.0.1:0",
                "--insecure",
                "--node-ttl",
                NODE_TIME_TO_LIVE.toSeconds() + "s",
                "--job-tracked-versions",
                ALL_VERSIONS));
        arguments.addAll(database);
        if (!database.isEmpty()) {
            arguments.add("--advertise=" + advertised);
        }
        return arguments;
    }

    @Override
    public void kill() {
        process.kill();
    }

    @Override
    public void pause() throws IOException, InterruptedException {
        process.pause();
    }

    @Override
    public void resume() throws IOException, InterruptedException {
        process.resume();
    }

    @Override
    public boolean isAlive() {
        return process != null && process.isAlive();
    }

    @Override
    public InetSocketAddress address() {
        return address;
    }

    /** Ends it at once: its data is deleted anyway. */
    @Override
    public void close() {
        if (process != null) {
            process.kill();
        }
    }
}
