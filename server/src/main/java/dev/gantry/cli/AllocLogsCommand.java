package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.client.LogOptions;
import dev.gantry.client.Watch;
import dev.gantry.v1.StreamLogsResponse;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gantry alloc logs}: prints the output of a task. */
@Command(name = "logs", description = "Prints the output of a task of an allocation.")
final class AllocLogsCommand extends ClientCommand {

    @Spec
    @SuppressWarnings("unused")
    private CommandSpec spec;

    @Parameters(
            arity = "0..2",
            paramLabel = "ID",
            description =
                    "The allocation's id or a prefix of it, and the task; with --job, the task only. The task is not"
                            + " needed if there is one only.")
    private List<String> names = new ArrayList<>();

    @Mixin
    private NewestAllocation newest;

    @Option(
            names = {"-f", "--follow"},
            description = "Follows the output until the task has ended.")
    private boolean follow;

    @Option(
            names = "--tail",
            arity = "0..1",
            paramLabel = "LINES",
            fallbackValue = "10",
            description =
                    "Begins with the last LINES lines; without a number with the last ${FALLBACK-VALUE}, unless -n or"
                            + " -c says how much.")
    private Long tail;

    @Option(names = "-n", paramLabel = "LINES", description = "Begins with the last LINES lines.")
    private Long lines;

    @Option(names = "-c", paramLabel = "BYTES", description = "Begins with the last BYTES bytes.")
    private Long bytes;

    @Mixin
    private TaskOption named;

    @Option(names = "--stderr", description = "Prints standard error instead of standard output.")
    private boolean stderr;

    AllocLogsCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        List<String> rest = new ArrayList<>(names);
        String allocationId = newest.find(client, rest);
        String task = named.or(rest.isEmpty() ? "" : rest.remove(0));
        if (!rest.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "With --job JOB, only a task is named beside it");
        }
        LogOptions options = (stderr ? LogOptions.STDERR : LogOptions.STDOUT).ofTask(task);
        LogOptions begun = begin(client, allocationId, options);
        try (Watch<StreamLogsResponse> pieces =
                client.allocations().logPieces(allocationId, follow ? begun.following() : begun)) {
            return print(pieces, begun);
        }
    }

    private LogOptions begin(GantryClient client, String allocationId, LogOptions options) {
        if (bytes != null) {
            return options.from(Math.max(0, end(client, allocationId, options) - Math.max(0, bytes)));
        }
        if (lines == null && tail == null) {
            return options;
        }
        return options.tail(lines == null ? tail : lines);
    }

    /** Returns the number of bytes that the task has written. */
    private static long end(GantryClient client, String allocationId, LogOptions options) {
        try (Watch<StreamLogsResponse> none = client.allocations().logPieces(allocationId, options.tail(0))) {
            return none.hasNext() ? none.next().getNextOffset() : 0;
        }
    }

    private int print(Watch<StreamLogsResponse> pieces, LogOptions begun) {
        Console console = context().console();
        // The first piece tells at which offset the tail begins.
        long next = begun.tail().isPresent() ? Long.MAX_VALUE : begun.offset().orElse(0);
        while (pieces.hasNext()) {
            StreamLogsResponse piece = pieces.next();
            if (piece.getOffset() > next) {
                console.err().printf("(%d bytes are missing here: rotated away)%n", piece.getOffset() - next);
            }
            next = piece.getNextOffset();
            byte[] data = piece.getData().toByteArray();
            console.out().write(data, 0, data.length);
            // The reader of the pipe has ended, as "head" does.
            if (console.out().checkError()) {
                return GantryCli.FAILED;
            }
        }
        return GantryCli.DONE;
    }
}
