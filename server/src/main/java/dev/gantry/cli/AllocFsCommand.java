package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.model.NodeLimits;
import dev.gantry.v1.FileInfo;
import dev.gantry.v1.FileType;
import dev.gantry.v1.ReadFileResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gantry alloc fs}: lists directories of an allocation, describes files and prints them. */
@Command(
        name = "fs",
        description = {
            "Lists a directory of an allocation, or prints a file of it. 'ls', 'cat' or 'stat' before the id choose one.",
            "",
            "PATH begins at the allocation's directory: alloc/data, alloc/logs, TASK/local. Links are not followed, and"
                    + " what is in TASK/secrets is shown to nobody.",
            ""
        })
final class AllocFsCommand extends ClientCommand {

    private static final Duration FOLLOW_PAUSE = Duration.ofSeconds(1);
    private static final long DEFAULT_LINES = 10;

    /** The longest tail, in bytes: as of logs. */
    private static final long LONGEST_TAIL = 64L << 20;

    /** The actions; the first word may choose one, since no id of an allocation begins like these. */
    private enum Action {
        EITHER,
        LS,
        CAT,
        STAT
    }

    @Spec
    @SuppressWarnings("unused")
    private CommandSpec spec;

    @Parameters(
            arity = "0..3",
            paramLabel = "ID",
            description =
                    "The allocation's id or a prefix of it, and the path; with --job, the path only. Without a path: the"
                            + " allocation's directory.")
    private List<String> names = new ArrayList<>();

    @Mixin
    private NewestAllocation newest;

    @Option(names = "--stat", description = "Describes the file; the same as 'stat'.")
    private boolean stat;

    @Option(
            names = {"-f", "--follow"},
            description = "Follows a file as it grows.")
    private boolean follow;

    @Option(names = "--tail", description = "Begins with the last 10 lines.")
    private boolean tail;

    @Option(names = "-n", paramLabel = "LINES", description = "Begins with the last LINES lines.")
    private Long lines;

    @Option(names = "-c", paramLabel = "BYTES", description = "Begins with the last BYTES bytes.")
    private Long bytes;

    @Mixin
    private JsonOption json;

    AllocFsCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        List<String> rest = new ArrayList<>(names);
        Action action = action(rest);
        String allocationId = newest.find(client, rest);
        String path = rest.isEmpty() ? "/" : rest.remove(0);
        if (!rest.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), "One path is shown at a time: leave out \"%s\"".formatted(rest.get(0)));
        }
        if (action == Action.STAT) {
            FileInfo file = client.allocations().file(allocationId, path);
            json.print(context(), file, () -> table(List.of(file)));
            return GantryCli.DONE;
        }
        if (action == Action.CAT || (action == Action.EITHER && !isDirectory(client, allocationId, path))) {
            return print(client, allocationId, path);
        }
        List<FileInfo> files = client.allocations().files(allocationId, path).toList();
        json.print(context(), files, () -> table(files));
        return GantryCli.DONE;
    }

    private Action action(List<String> rest) {
        String first = rest.isEmpty() ? "" : rest.get(0);
        Action named = switch (first) {
            case "ls" -> Action.LS;
            case "cat" -> Action.CAT;
            case "stat" -> Action.STAT;
            default -> Action.EITHER;
        };
        if (named != Action.EITHER) {
            rest.remove(0);
            return named;
        }
        if (stat) {
            return Action.STAT;
        }
        return follow || tail || lines != null || bytes != null ? Action.CAT : Action.EITHER;
    }

    private static boolean isDirectory(GantryClient client, String allocationId, String path) {
        return client.allocations().file(allocationId, path).getType() == FileType.FILE_TYPE_DIRECTORY;
    }

    private static List<String> table(List<FileInfo> files) {
        return new Table("Mode", "Size", "Modified", "Name")
                .rows(
                        files,
                        file -> List.of(
                                mode(file),
                                Long.toString(file.getSize()),
                                TimeFormat.exact(file.getModifyTime()),
                                printable(file)))
                .lines();
    }

    private static String mode(FileInfo file) {
        String kind = switch (file.getType()) {
            case FILE_TYPE_DIRECTORY -> "d";
            case FILE_TYPE_LINK -> "l";
            case FILE_TYPE_REGULAR -> "-";
            case FILE_TYPE_OTHER, FILE_TYPE_UNSPECIFIED, UNRECOGNIZED -> "?";
        };
        return kind + file.getPermissions();
    }

    /** A task may name its files so that they would command the terminal. */
    private static String printable(FileInfo file) {
        String name = file.getName().isEmpty() ? "/" : file.getName().replaceAll("\\p{Cntrl}", "?");
        return file.getType() == FileType.FILE_TYPE_DIRECTORY && !name.endsWith("/") ? name + "/" : name;
    }

    private int print(GantryClient client, String allocationId, String path) {
        long offset = begin(client, allocationId, path);
        while (true) {
            ReadFileResponse piece =
                    client.allocations().readFile(allocationId, path, offset, NodeLimits.LARGEST_FILE_PIECE);
            byte[] data = piece.getData().toByteArray();
            Console console = context().console();
            console.out().write(data, 0, data.length);
            offset += data.length;
            // The reader of the pipe has ended, as "head" does.
            if (console.out().checkError()) {
                return GantryCli.FAILED;
            }
            if (piece.getSize() < offset) {
                console.err().println("(the file was cut: it is printed from its beginning)");
                offset = 0;
            } else if (data.length == 0) {
                if (!follow) {
                    return GantryCli.DONE;
                }
                Pause.of(FOLLOW_PAUSE);
            }
        }
    }

    /** Returns the offset of the first byte to print. */
    private long begin(GantryClient client, String allocationId, String path) {
        if (bytes != null) {
            long size = client.allocations().file(allocationId, path).getSize();
            return Math.max(0, size - Math.max(0, bytes));
        }
        if (lines == null && !tail) {
            return 0;
        }
        return lastLines(client, allocationId, path, lines == null ? DEFAULT_LINES : lines);
    }

    private static long lastLines(GantryClient client, String allocationId, String path, long count) {
        long end = client.allocations().file(allocationId, path).getSize();
        long least = Math.max(0, end - LONGEST_TAIL);
        long found = 0;
        for (long piece = end; piece > least; ) {
            long begin = Math.max(least, piece - NodeLimits.LARGEST_FILE_PIECE);
            byte[] data = client.allocations()
                    .readFile(allocationId, path, begin, (int) (piece - begin))
                    .getData()
                    .toByteArray();
            for (int i = data.length - 1; i >= 0; i--) {
                // The end of the last line begins no line.
                if (data[i] == '\n' && begin + i < end - 1 && ++found == count) {
                    return begin + i + 1;
                }
            }
            piece = begin;
        }
        return count == 0 ? end : least;
    }
}
