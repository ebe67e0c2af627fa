package dev.gantry.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gantry job init}: writes a job file to begin with. */
@Command(
        name = "init",
        description = {"Writes a job file that explains itself, to begin with. Calls no server.", ""})
final class JobInitCommand implements Callable<Integer> {

    private final CliContext context;

    @Parameters(
            arity = "0..1",
            paramLabel = "FILE",
            defaultValue = "example.hcl",
            description = "The file, which must not exist. Default: ${DEFAULT-VALUE}.")
    private Path file;

    @Option(names = "--short", description = "Without comments.")
    private boolean isShort;

    JobInitCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        byte[] content = read(isShort ? "example-short.hcl" : "example.hcl");
        try {
            Files.write(file, content, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (FileAlreadyExistsException e) {
            throw new CommandFailedException(file + " exists: name another file", e);
        } catch (IOException e) {
            throw new CommandFailedException(file + " can't be written: " + e.getMessage(), e);
        }
        context.print("==> Wrote %s. To run it: gantry job run %1$s".formatted(file));
        return GantryCli.DONE;
    }

    private static byte[] read(String name) {
        try (InputStream in = JobInitCommand.class.getResourceAsStream(name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
