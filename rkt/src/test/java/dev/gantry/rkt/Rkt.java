package dev.gantry.rkt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs the real rkt/bin/rkt with a data directory of its own. */
public final class Rkt implements AutoCloseable {

    private static final Path LAUNCHER = Path.of("bin/rkt").toAbsolutePath();
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path directory;
    private final List<String> prefix;
    private final String flavor;
    private final List<Process> started = new ArrayList<>();

    public Rkt(Path directory, String flavor) {
        this(directory, flavor, List.of());
    }

    /** With a command that runs the launcher, say in a network of its own. */
    public Rkt(Path directory, String flavor, List<String> prefix) {
        this.directory = directory;
        this.flavor = flavor;
        this.prefix = List.copyOf(prefix);
    }

    /** A prefix for a machine that lacks a program: what can't be executed covers the file of it. */
    public static List<String> without(String program) {
        String hide = "mount --bind /dev/null \"$(readlink -f \"$(PATH=$PATH:/usr/sbin:/usr/bin; command -v %s)\")\""
                .formatted(program);
        return List.of("unshare", "--mount", "--propagation", "private", "sh", "-c", hide + " && exec \"$@\"", "sh");
    }

    /** A prefix for a machine whose {@code /bin/sh} is another shell. */
    static List<String> withShell(Path shell) {
        String replace = "mount --bind \"$0\" \"$(readlink -f /bin/sh)\" && exec \"$@\"";
        return List.of("unshare", "--mount", "--propagation", "slave", "/bin/sh", "-c", replace, shell.toString());
    }

    public Path data() {
        return directory.resolve("data");
    }

    /** The output and the exit code of a call. */
    public record Result(int exitCode, String out, String err) {

        public Result succeeded() {
            assertThat(exitCode).as("exit code; standard error: %s", err).isZero();
            return this;
        }
    }

    public Result call(String... arguments) {
        return call(Map.of(), arguments);
    }

    public Result call(Map<String, String> environment, String... arguments) {
        return finish(start(environment, arguments));
    }

    /** Prepares a pod of an image that needs no signature; its UUID. */
    public String prepare(String... arguments) {
        List<String> all = new ArrayList<>(List.of("--insecure-options=image", "prepare"));
        all.addAll(Arrays.asList(arguments));
        return call(all.toArray(String[]::new)).succeeded().out().strip();
    }

    /** Prepares and runs a pod to its end. */
    public Result run(String... arguments) {
        return call("run-prepared", prepare(arguments));
    }

    /** A call that goes on; standard output and error are in files beside the data directory. */
    public Running start(Map<String, String> environment, String... arguments) {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of(LAUNCHER.toString(), "--dir=" + data()));
        command.addAll(Arrays.asList(arguments));
        if (!String.join(" ", arguments).contains("--stage1-")) {
            askForFlavor(command);
        }
        if (prefix.isEmpty() && !String.join(" ", arguments).contains("--net")) {
            stayInTheNetworkOfTheMachine(command);
        }
        try {
            Path out = Files.createTempFile(directory, "call", ".out");
            Path err = Files.createTempFile(directory, "call", ".err");
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
            builder.environment().putAll(new HashMap<>(environment));
            Process process = builder.start();
            process.getOutputStream().close();
            started.add(process);
            return new Running(process, out, err);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void askForFlavor(List<String> command) {
        for (String name : List.of("prepare", "run")) {
            int position = command.indexOf(name);
            if (position >= 0) {
                command.add(position + 1, "--stage1-name=example.com/stage1-" + flavor);
            }
        }
    }

    /** A test without a network of its own must not change that of the machine. */
    private void stayInTheNetworkOfTheMachine(List<String> command) {
        for (String name : List.of("run-prepared", "run")) {
            int position = command.indexOf(name);
            if (position >= 0 && flavor.equals("crun")) {
                command.add(position + 1, "--net=host");
                return;
            }
        }
    }

    /** Runs a prepared pod and waits until its app has printed a line. */
    public Running runUntilReady(String uuid, String... flags) {
        List<String> arguments = new ArrayList<>(List.of("run-prepared"));
        arguments.addAll(Arrays.asList(flags));
        arguments.add(uuid);
        Running running = start(Map.of(), arguments.toArray(String[]::new));
        await().atMost(PATIENCE)
                .until(() -> running.out().contains("\n") || !running.process().isAlive());
        return running;
    }

    public Result finish(Running running) {
        return finish(running, PATIENCE);
    }

    /** Waits for a call that has much to do. */
    public Result finish(Running running, Duration patience) {
        try {
            assertThat(running.process().waitFor(patience.toSeconds(), TimeUnit.SECONDS))
                    .as("ended in time")
                    .isTrue();
            return new Result(running.process().exitValue(), running.out(), running.err());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** A call that goes on. */
    public record Running(Process process, Path outFile, Path errFile) {

        public String out() {
            return read(outFile);
        }

        public String err() {
            return read(errFile);
        }

        private static String read(Path file) {
            try {
                return Files.readString(file, StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Kills what a failed test left. */
    @Override
    public void close() {
        for (String state : List.of("run", "exited-garbage")) {
            String[] pods = data().resolve("pods").resolve(state).toFile().list();
            for (String pod : pods == null ? new String[0] : pods) {
                call("stop", "--force", pod);
                call("rm", pod);
            }
        }
        started.forEach(Process::destroyForcibly);
    }
}
