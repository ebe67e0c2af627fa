package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.client.LogOptions;
import dev.gantry.client.Watch;
import dev.gantry.v1.StreamLogsResponse;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gantry alloc logs}: prints the output of a task. */
@Command(name = "logs", description = "Prints the output of a task of an allocation.")
final class AllocLogsCommand extends ClientCommand {

    @Parameters(index = "0", paramLabel = "ID", description = "The allocation's id or a prefix of it.")
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
            description = "Follows the output until the task has ended.")
    private boolean follow;

    @Option(
            names = {"-n", "--tail"},
            paramLabel = "LINES",
            description = "Starts with the last LINES lines.")
    private Long lines;

    @Option(names = "--stderr", description = "Prints standard error instead of standard output.")
    private boolean stderr;

    AllocLogsCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        try (Watch<StreamLogsResponse> pieces = client.allocations().logPieces(allocationId, options())) {
            return print(pieces);
        }
    }

    private LogOptions options() {
        LogOptions options = (stderr ? LogOptions.STDERR : LogOptions.STDOUT).ofTask(task);
        LogOptions tailed = lines == null ? options : options.tail(lines);
        return follow ? tailed.following() : tailed;
    }

    private int print(Watch<StreamLogsResponse> pieces) {
        Console console = context().console();
        // The first piece tells at which offset the tail begins.
        long next = lines == null ? 0 : Long.MAX_VALUE;
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
