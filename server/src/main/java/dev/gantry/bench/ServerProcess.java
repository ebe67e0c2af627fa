package dev.gantry.bench;

import dev.gantry.client.GantryClient;
import dev.gantry.process.ChildProcess;
import dev.gantry.process.DatabaseOptions;
import dev.gantry.process.ServerJavaOptions;
import dev.gantry.v1.GetStatusResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;

/** A server in a process of its own, with a heap of its own and a directory of its own. */
final class ServerProcess implements AutoCloseable {

    private static final Pattern READY = Pattern.compile("is ready at (\\S+)");
    private static final Pattern COLLECTION = Pattern.compile("Pause .*?(\\d+)M->(\\d+)M");

    private final ChildProcess process;
    private final Path directory;
    private final Callers callers;

    private ServerProcess(ChildProcess process, Path directory, Callers callers) {
        this.process = process;
        this.directory = directory;
        this.callers = callers;
    }

    /**
     * Starts a server that asks for no tokens, and waits until it serves.
     *
     * @param directory empty, or of a server that has ended
     * @param options of the server's Java
     * @throws IOException if it could not be started
     * @throws InterruptedException if this thread was interrupted
     */
    static ServerProcess start(Path directory, ServerJavaOptions options) throws IOException, InterruptedException {
        return start(directory, options.toList(), Security.NONE);
    }

    /**
     * Starts a server and waits until it serves.
     *
     * @param directory empty
     * @param options of the server's Java
     * @param security how the server knows its callers
     * @throws IOException if it could not be started
     * @throws InterruptedException if this thread was interrupted
     */
    static ServerProcess start(Path directory, List<String> options, Security security)
            throws IOException, InterruptedException {
        return start(directory, options, security, new DatabaseOptions());
    }

    /**
     * Starts a server with a database and waits until it serves.
     *
     * @param directory empty
     * @param options of the server's Java
     * @param security how the server knows its callers
     * @param database its database, which must be empty
     * @throws IOException if it could not be started
     * @throws InterruptedException if this thread was interrupted
     */
    static ServerProcess start(Path directory, List<String> options, Security security, DatabaseOptions database)
            throws IOException, InterruptedException {
        List<String> javaOptions = new ArrayList<>(options);
        javaOptions.add("-Xlog:gc:file=" + directory.resolve("gc.log"));
        Path data = directory.resolve("data");
        Callers callers = Callers.of(security, directory, data);
        List<String> arguments =
                new ArrayList<>(List.of("server", "--data-dir", data.toString(), "--listen", "127.0.0.1:0"));
        arguments.addAll(callers.serverOptions());
        arguments.addAll(database.toServerOptions());
        ServerProcess started = new ServerProcess(
                ChildProcess.start(directory.resolve("server.log"), javaOptions, arguments, READY), directory, callers);
        database.url().ifPresent(started::requireUnused);
        return started;
    }

    /** Refuses a database that is in use: a measurement would submit thousands of jobs to its cluster. */
    private void requireUnused(String database) {
        try (GantryClient client = client()) {
            GetStatusResponse status = client.status();
            if (status.getJobs() > 0
                    || status.getNodesReady() + status.getNodesDown() + status.getNodesRefusing() > 0) {
                throw new IllegalStateException(
                        "The database %s has jobs or nodes; name an empty one, made for the measurement"
                                .formatted(database));
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Returns the credentials of the server's callers. */
    Callers callers() {
        return callers;
    }

    /** Returns a client that may do everything. The caller closes it. */
    GantryClient client() {
        return callers.client(address());
    }

    String address() {
        return process.ready();
    }

    /** The largest heap that a collection has found in use, in MiB. */
    long peakHeapMib() {
        return collections(found -> Long.parseLong(found.group(1))).max().orElse(0);
    }

    /**
     * Collects the garbage of the whole heap, if the Java has jcmd, and returns what the last collection has left, in MiB.
     */
    long liveHeapMib() throws IOException {
        var unused = ServerMemory.jcmd(process.pid(), "GC.run");
        return collections(found -> Long.parseLong(found.group(2)))
                .reduce((first, second) -> second)
                .orElse(0);
    }

    /** Collects the garbage of the whole heap, and returns what the server takes then. */
    ServerMemory memory() throws IOException {
        return ServerMemory.of(process.pid(), (double) liveHeapMib());
    }

    private LongStream collections(ToLongFunction<Matcher> figure) {
        try {
            return Files.readAllLines(directory.resolve("gc.log")).stream()
                    .map(COLLECTION::matcher)
                    .filter(Matcher::find)
                    .mapToLong(figure);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The size of the database's file, in MiB. */
    long databaseMib() {
        return databaseMib(directory);
    }

    /** The size of the database's file of a server that was started in a directory, in MiB. */
    static long databaseMib(Path directory) {
        try {
            return Files.size(directory.resolve("data/server/gantry.mv.db")) >> 20;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The CPU time of all its threads so far, in seconds. */
    double cpuSeconds() {
        return process.cpuSeconds();
    }

    /** Kills the server, and waits for its end. */
    void kill() {
        process.kill();
    }

    /** Asks the server to end, and waits for it. */
    @Override
    public void close() {
        process.close();
    }
}
