package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.client.LogOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gantry alloc logs}: what a task wrote, byte by byte. */
@Command(name = "logs", description = "Prints what a task of an allocation has written.")
final class AllocLogsCommand extends ClientCommand {

    private static final int BUFFER = 64 * 1024;

    @Parameters(index = "0", paramLabel = "ID", description = "The allocation's id or the begin of it.")
    private String allocationId;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "TASK",
            defaultValue = "",
            description = "The task. Not needed if the allocation has one only.")
    private String task;

    @Option(
            names = {"-f", "--follow"},
            description = "Goes on as the task writes, until it has ended.")
    private boolean follow;

    @Option(
            names = {"-n", "--tail"},
            paramLabel = "LINES",
            description = "Begins with the last so many lines.")
    private Long lines;

    @Option(names = "--stderr", description = "Prints standard error instead of standard output.")
    private boolean stderr;

    AllocLogsCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        try (InputStream log = client.allocations().logs(allocationId, options())) {
            return copy(log, context().console().out());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private LogOptions options() {
        LogOptions options = (stderr ? LogOptions.STDERR : LogOptions.STDOUT).ofTask(task);
        LogOptions tailed = lines == null ? options : options.tail(lines);
        return follow ? tailed.following() : tailed;
    }

    private static int copy(InputStream log, PrintStream out) throws IOException {
        byte[] buffer = new byte[BUFFER];
        for (int length = log.read(buffer); length >= 0; length = log.read(buffer)) {
            out.write(buffer, 0, length);
            // Whoever read this has gone, as "head" does: nobody misses the rest.
            if (out.checkError()) {
                return GantryCli.FAILED;
            }
        }
        return GantryCli.DONE;
    }
}
