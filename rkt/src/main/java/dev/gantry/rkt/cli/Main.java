package dev.gantry.rkt.cli;

import com.google.gson.JsonParser;
import dev.gantry.rkt.Json;
import dev.gantry.rkt.RktException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Runs a command for the launcher, whose first argument is the command's name. */
public final class Main {

    /** The exit code of rkt when a command fails. */
    private static final int FAILED = 254;

    private final PrintStream out;
    private final PrintStream err;

    private Main(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /**
     * Runs a command and ends the JVM.
     *
     * @param args the command and its arguments, global flags first
     */
    public static void main(String[] args) {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        int exitCode = new Main(out, err).run(List.of(args));
        out.flush();
        System.exit(exitCode);
    }

    private int run(List<String> args) {
        String command = args.get(0);
        List<String> words = args.subList(1, args.size());
        try {
            requireUtf8(words);
            dispatch(command, words);
            return 0;
        } catch (UsageException e) {
            printHelp(command);
            // The error comes last: 40 lines of help would hide it on a terminal.
            out.flush();
            e.error().ifPresent(error -> err.println("Error: " + error));
            return e.error().isPresent() ? FAILED : 0;
        } catch (RktException e) {
            err.println(command + ": " + e.getMessage());
            return FAILED;
        } catch (IOException e) {
            err.println(command + ": " + describe(e));
            return FAILED;
        }
    }

    private void dispatch(String command, List<String> words) throws UsageException, RktException, IOException {
        switch (command) {
            case "prepare" -> PrepareCommand.prepare(this::session, words);
            case "run" -> PrepareCommand.prepareToRun(this::session, words);
            case "run-prepared" -> RelaxCommand.run(words);
            case "fetch" -> FetchCommand.run(this::session, words);
            case "image" -> ImageCommand.run(this::session, words);
            case "config" -> ConfigCommand.run(this::session, words);
            case "export" -> ExportCommand.run(words, note -> err.println("export: " + note));
            case "metadata-service" -> MetadataServiceCommand.run(this::session, words);
            case "trust" -> TrustCommand.run(this::session, words);
            case "json-pretty" ->
                out.println(
                        Json.pretty(JsonParser.parseReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))));
            default ->
                throw new IllegalArgumentException("the launcher knows a command that this does not: " + command);
        }
    }

    private Session session(String command, Flags flags) throws UsageException, RktException, IOException {
        return new Session(command, GlobalOptions.of(flags), callersEnvironment(), InstantSource.system(), out, err);
    }

    /**
     * Restores LC_ALL and PATH, which the launcher has changed for Java. It passes the values of its caller in other
     * variables.
     */
    private static Map<String, String> callersEnvironment() {
        Map<String, String> environment = new HashMap<>(System.getenv());
        for (String name : List.of("LC_ALL", "PATH")) {
            environment.remove(name);
            String value = environment.remove("RKT_CALLERS_" + name);
            if (value != null && !value.isEmpty()) {
                environment.put(name, value);
            }
        }
        return environment;
    }

    /** Refuses arguments that are not UTF-8. Java has replaced their invalid bytes by this character. */
    private static void requireUtf8(List<String> words) throws RktException {
        for (String word : words) {
            if (word.indexOf('\uFFFD') >= 0) {
                throw new RktException("an argument is not UTF-8: \"%s\"".formatted(word));
            }
        }
    }

    private void printHelp(String command) {
        Path help = Path.of(System.getProperty("rkt.home"), "libexec", "help");
        List<String> lines = new ArrayList<>();
        try {
            lines.addAll(Files.readAllLines(help.resolve(command + ".txt")));
            lines.addAll(Files.readAllLines(help.resolve("global-flags")));
        } catch (IOException e) {
            lines.add("Usage: rkt " + command);
        }
        lines.forEach(out::println);
    }

    /** Describes an error in the words of the C library, as rkt's messages do. */
    static String describe(IOException e) {
        if (e instanceof NoSuchFileException missing) {
            return "open %s: no such file or directory".formatted(missing.getFile());
        }
        if (e instanceof AccessDeniedException denied) {
            return "open %s: permission denied".formatted(denied.getFile());
        }
        return e.getMessage() == null ? e.toString() : e.getMessage();
    }
}
