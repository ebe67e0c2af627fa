package dev.gantry.app;

import dev.gantry.cli.CliContext;
import dev.gantry.cli.Console;
import dev.gantry.cli.GantryCli;
import java.io.ByteArrayInputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Loads the classes that the usual commands load, so that Java can archive them ({@code -XX:ArchiveClassesAtExit}): runs
 * each once against a server. The launcher runs it once for each build. The server is another process, since its classes
 * would make the archive five times as large, and to map that takes longer than a command runs.
 */
public final class ClassArchiveTraining {

    /** Asks for more than any node has, so that it stays pending. */
    private static final String JOB = """
            job "training" {
              datacenters = ["nowhere"]
              type = "batch"
              group "group" {
                constraint { attribute = "${driver.rkt.version}" operator = ">" value = "1.2" }
                task "task" {
                  driver = "rkt"
                  config { image = "example.com/training" }
                  env { A = "1" }
                  resources { cpu = 100 memory = 64 network { port "http" {} } }
                }
              }
            }
            """;

    /** A node gets it, if it runs as root, and can't prepare its pods. */
    private static final String FAILING_JOB = """
            job "failing" {
              datacenters = ["dc1"]
              type = "batch"
              constraint { attribute = "${attr.kernel.name}" operator = "=" value = "linux" }
              group "group" {
                count = 3
                restart { attempts = 0 mode = "fail" }
                task "task" {
                  driver = "rkt"
                  config { image = "example.com/training" net = ["host"] }
                  resources { cpu = 20 memory = 32 network { port "http" {} } }
                }
              }
            }
            """;

    private static final List<List<String>> COMMANDS = List.of(
            List.of("status", "--wait=60s"),
            List.of("job", "validate", "-"),
            List.of("job", "plan", "-"),
            List.of("job", "run", "--detach", "-"),
            List.of("job", "status"),
            List.of("job", "status", "training"),
            List.of("job", "status", "--json", "training"),
            List.of("job", "history", "training"),
            List.of("job", "stop", "training"),
            List.of("node", "status"),
            List.of("alloc", "status"),
            List.of("deployment", "list"),
            List.of("service", "list"),
            List.of("status"),
            List.of("version"),
            List.of("help"));

    private ClassArchiveTraining() {}

    /**
     * Runs the commands.
     *
     * @param arguments the server's HOST:PORT
     */
    public static void main(String[] arguments) {
        COMMANDS.forEach(command -> run(arguments[0], command, JOB));
        run(arguments[0], List.of("job", "run", "--wait-timeout=10s", "-"), FAILING_JOB);
    }

    /** Prints nothing: what a command says does not matter, nor whether it succeeds. */
    private static void run(String server, List<String> command, String job) {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
        Console console = new Console(new ByteArrayInputStream(job.getBytes(StandardCharsets.UTF_8)), nowhere, nowhere);
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.put("GANTRY_ADDR", server);
        CliContext context = new CliContext(console, environment, SystemSources.clock(), System::nanoTime);
        new GantryCli(context, ProgramVersion::lines, Gantry.programs(), new SnapshotWhatIf())
                .run(command.toArray(String[]::new));
    }
}
