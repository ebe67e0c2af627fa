package dev.gantry.cli;

import dev.gantry.jobfile.JobFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gantry job fmt}: lays out job files. */
@Command(
        name = "fmt",
        description = {
            "Lays out job files in HCL: indents them and aligns equals signs. Prints the files that it changes. Comments"
                    + " stay, and each file says the same as before. Calls no server.",
            ""
        })
final class JobFmtCommand implements Callable<Integer> {

    private static final String STANDARD_INPUT = "-";

    private final CliContext context;

    @Parameters(
            arity = "1..*",
            paramLabel = "FILE",
            description = "The files; - reads standard input and prints the result.")
    private List<String> files = List.of();

    @Option(names = "--check", description = "Changes nothing. Ends with 1 if a file would be changed.")
    private boolean check;

    JobFmtCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        boolean changes = false;
        for (String file : files) {
            changes |= file.equals(STANDARD_INPUT) ? layOutInput() : layOut(Path.of(file));
        }
        return check && changes ? GantryCli.FAILED : GantryCli.DONE;
    }

    private boolean layOutInput() {
        JobFiles.Layout layout =
                JobFiles.layOut("standard input", context.console().in());
        if (!check) {
            context.console().out().print(layout.after());
            context.console().out().flush();
        }
        return layout.isChange();
    }

    private boolean layOut(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            JobFiles.Layout layout = JobFiles.layOut(file.toString(), in);
            if (!layout.isChange()) {
                return false;
            }
            if (!check) {
                replace(file, layout.after());
            }
            context.print(file.toString());
            return true;
        } catch (NoSuchFileException e) {
            throw new CommandFailedException(file + ": there is no such file: check the path", e);
        } catch (IOException e) {
            throw new CommandFailedException(file + " can't be laid out: " + e.getMessage(), e);
        }
    }

    /** A crash leaves the old file or the new one. */
    private static void replace(Path file, String text) throws IOException {
        Path real = file.toRealPath();
        Path unfinished = real.resolveSibling(real.getFileName() + ".new");
        Files.copy(real, unfinished, StandardCopyOption.COPY_ATTRIBUTES, StandardCopyOption.REPLACE_EXISTING);
        Files.write(unfinished, text.getBytes(StandardCharsets.UTF_8));
        try {
            Files.move(unfinished, real, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(unfinished, real, StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
