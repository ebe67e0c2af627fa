package dev.gantry.app;

import com.google.protobuf.Value;
import dev.gantry.driver.DriverFingerprint;
import dev.gantry.driver.PreparedTask;
import dev.gantry.driver.RunningTask;
import dev.gantry.driver.TaskCommand;
import dev.gantry.driver.TaskCommandException;
import dev.gantry.driver.TaskDirectory;
import dev.gantry.driver.TaskDriver;
import dev.gantry.driver.TaskExit;
import dev.gantry.driver.TaskRequest;
import dev.gantry.driver.TaskStartException;
import dev.gantry.driver.TaskStop;
import dev.gantry.v1.DriverHealth;
import dev.gantry.v1.Task;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * A driver that runs the {@code script} of each task with sh, as a real process that does not end with its node. One
 * instance stands for one process of a node: a new instance finds tasks only by their files.
 */
final class ProcessDriver implements TaskDriver {

    private final String name;
    private final List<String> started = new CopyOnWriteArrayList<>();
    private final List<ProcessHandle> processes = new CopyOnWriteArrayList<>();
    private final List<String> prepared = new CopyOnWriteArrayList<>();
    private final List<String> discarded = new CopyOnWriteArrayList<>();
    private final List<String> removed = new CopyOnWriteArrayList<>();
    private final List<Predicate<String>> sweeps = new CopyOnWriteArrayList<>();
    private final CountDownLatch sweeping = new CountDownLatch(1);
    private final AtomicInteger sweepFailures = new AtomicInteger();
    private volatile boolean sweepsHang;
    private volatile CountDownLatch fingerprinting = new CountDownLatch(0);
    private final AtomicBoolean overflows = new AtomicBoolean();
    private final Queue<TaskStartException> failures = new ConcurrentLinkedQueue<>();
    private volatile boolean hanging;
    private volatile String version = "1.30.0";

    ProcessDriver() {
        this("process");
    }

    /** Creates a driver with the name of a known driver; the script of a task is then the last of its {@code args}. */
    ProcessDriver(String name) {
        this.name = name;
    }

    /** Has the next start overflow its stack, as an input can do. */
    void overflowNextStart() {
        overflows.set(true);
    }

    /** Makes the next start fail. */
    void failNextStart(TaskStartException failure) {
        failures.add(failure);
    }

    /** Makes starts hang until they are interrupted. */
    void hang() {
        hanging = true;
    }

    void changeVersion(String changed) {
        version = changed;
    }

    /** Returns the processes of tasks that run. */
    List<ProcessHandle> running() {
        return processes.stream().filter(ProcessHandle::isAlive).toList();
    }

    /** Returns the names of the tasks that were prepared. */
    List<String> prepared() {
        return prepared;
    }

    /** Returns the names of the tasks that were prepared and discarded. */
    List<String> discarded() {
        return discarded;
    }

    /** Returns the names of the tasks that were started. */
    List<String> started() {
        return started;
    }

    /** Returns the pods that were removed. */
    List<String> removed() {
        return removed;
    }

    /** Makes sweeps hang, as with an rkt that does not answer. */
    void hangSweeps() {
        sweepsHang = true;
    }

    /** Makes the given number of sweeps incomplete. */
    void failSweeps(int times) {
        sweepFailures.set(times);
    }

    /** Makes fingerprints of the driver hang until the returned action is run. */
    Runnable hangFingerprints() {
        CountDownLatch hung = new CountDownLatch(1);
        fingerprinting = hung;
        return hung::countDown;
    }

    /** Returns the predicates for known allocations that sweeps were given. */
    List<Predicate<String>> sweeps() {
        return sweeps;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public DriverFingerprint fingerprint() {
        try {
            fingerprinting.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return new DriverFingerprint(
                Map.of("driver." + name, "1", "driver." + name + ".version", version),
                DriverHealth.newBuilder().setHealthy(true).setDescription("sh").build());
    }

    @Override
    public PreparedTask prepare(TaskRequest request) throws TaskStartException {
        if (overflows.getAndSet(false)) {
            throw new StackOverflowError();
        }
        prepared.add(request.directory().task());
        return new PreparedTask() {
            @Override
            public RunningTask run() throws TaskStartException, InterruptedException {
                return launchUnlessTold(request);
            }

            @Override
            public void discard() {
                discarded.add(request.directory().task());
            }
        };
    }

    private RunningTask launchUnlessTold(TaskRequest request) throws TaskStartException, InterruptedException {
        started.add(request.directory().task());
        TaskStartException failure = failures.poll();
        if (failure != null) {
            throw failure;
        }
        if (hanging) {
            new CountDownLatch(1).await();
        }
        try {
            return launch(request);
        } catch (IOException e) {
            throw new TaskStartException(e.toString(), false);
        }
    }

    @Override
    public Optional<RunningTask> find(TaskDirectory directory) {
        Path pid = directory.driver().resolve("pid");
        return Files.exists(pid)
                ? Optional.of(new ProcessTask(directory.driver(), Long.parseLong(read(pid))))
                : Optional.empty();
    }

    @Override
    public boolean sweep(Predicate<String> isKnown) {
        sweeps.add(isKnown);
        if (sweepsHang) {
            try {
                sweeping.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return sweepFailures.getAndDecrement() <= 0;
    }

    private RunningTask launch(TaskRequest request) throws IOException {
        TaskDirectory directory = request.directory();
        String script = script(request.task());
        // A shell around the task's own writes the exit code to disk. As with the real driver, the task ignores no
        // signal, although these tests may run in the background of a script.
        ProcessBuilder builder = new ProcessBuilder(
                "env",
                "--default-signal",
                "setsid",
                "sh",
                "-c",
                "trap : TERM INT; sh -c \"$1\"; echo $? > exit.new; mv exit.new exit",
                "sh",
                script);
        builder.directory(directory.driver().toFile());
        builder.environment().putAll(request.environment());
        builder.redirectOutput(
                ProcessBuilder.Redirect.appendTo(directory.stdout().toFile()));
        builder.redirectError(
                ProcessBuilder.Redirect.appendTo(directory.stderr().toFile()));
        Process process = builder.start();
        processes.add(process.toHandle());
        Files.writeString(directory.driver().resolve("pid"), Long.toString(process.pid()));
        return new ProcessTask(directory.driver(), process.pid());
    }

    private static String script(Task task) {
        Map<String, Value> config = task.getConfig().getFieldsMap();
        if (config.containsKey("script")) {
            return config.get("script").getStringValue();
        }
        List<Value> arguments = config.get("args").getListValue().getValuesList();
        return arguments.get(arguments.size() - 1).getStringValue();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private final class ProcessTask implements RunningTask {

        private final Path directory;
        private final long pid;
        private final Instant startedAt;
        private final CompletableFuture<TaskExit> exit;

        ProcessTask(Path directory, long pid) {
            this.directory = directory;
            this.pid = pid;
            this.startedAt = Instant.now();
            this.exit = ProcessHandle.of(pid)
                    .map(ProcessHandle::onExit)
                    .orElseGet(() -> CompletableFuture.completedFuture(null))
                    .thenApply(ended -> readExit());
        }

        @Override
        public String podId() {
            return "pod-" + pid;
        }

        @Override
        public Instant startedAt() {
            return startedAt;
        }

        @Override
        public CompletableFuture<TaskExit> exit() {
            return exit;
        }

        @Override
        public void stop(TaskStop how) throws InterruptedException {
            kill(how.signal().substring("SIG".length()));
            try {
                exit.get(Math.max(1, how.timeout().toMillis()), TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                kill("KILL");
            } catch (ExecutionException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void signal(String signal) throws TaskCommandException, InterruptedException {
            if (exit.isDone()) {
                throw new TaskCommandException("The task has ended", null);
            }
            kill(signal.substring("SIG".length()));
        }

        /** Runs the command in the task's directory, not in its session. */
        @Override
        public TaskCommand.Outcome run(TaskCommand command) throws TaskCommandException, InterruptedException {
            try {
                Process process = new ProcessBuilder(command.line())
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .start();
                String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                return new TaskCommand.Outcome(process.waitFor(), output);
            } catch (IOException e) {
                throw new TaskCommandException(e.toString(), e);
            }
        }

        @Override
        public void remove() {
            removed.add(podId());
        }

        private TaskExit readExit() {
            Path file = directory.resolve("exit");
            if (!Files.exists(file)) {
                return new TaskExit(OptionalInt.of(137), Instant.now(), "Exit code 137");
            }
            int code = Integer.parseInt(read(file));
            return new TaskExit(OptionalInt.of(code), Instant.now(), "Exit code " + code);
        }

        /** Signals the whole session of the task, whose leader is the process. */
        private void kill(String name) throws InterruptedException {
            try {
                new ProcessBuilder("kill", "-" + name, "--", "-" + pid).start().waitFor();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
