package dev.gantry.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Calls the rkt that a node of this machine would use, with its data in a directory of the measurement. */
final class BareRkt {

    private static final String BUNDLED_PROPERTY = "gantry.rkt.bundled";

    private static final long REMOVAL_NANOS = 60_000_000_000L;
    private static final long POLL_MILLIS = 20;

    private final Path executable;
    private final Path data;
    private final Path errors;

    private BareRkt(Path executable, Path data, Path errors) {
        this.executable = executable;
        this.data = data;
        this.errors = errors;
    }

    static BareRkt in(Path directory) throws IOException {
        Path data = directory.resolve("rkt-data");
        Path script = directory.resolve("rkt");
        Files.writeString(script, "#!/bin/sh\nexec '%s' --dir='%s' \"$@\"\n".formatted(find(), data));
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        return new BareRkt(script, data, directory.resolve("rkt.stderr"));
    }

    Path executable() {
        return executable;
    }

    /** Has an image stored; returns its id. */
    String fetch(Path image) throws IOException, InterruptedException {
        return run("--insecure-options=all", "fetch", "--full", image.toString());
    }

    /**
     * Prepares a pod and runs it until it ends, which is at once; then removes it.
     *
     * @return from the call of prepare to the start of the app, in nanoseconds
     */
    long nanosToStart(String image) throws IOException, InterruptedException {
        Instant begun = Instant.now();
        String pod = run(
                "--insecure-options=all",
                "prepare",
                image,
                "--exec=" + StartTime.COMMAND,
                "--memory=64M",
                "--cpu=100m",
                "--",
                StartTime.ARGUMENT);
        Instant started = StartTime.parse(run("run-prepared", "--net=host", pod));
        run("rm", pod);
        return Duration.between(begun, started).toNanos();
    }

    /**
     * Waits until the node has removed a pod, so that the removal does not disturb the next measurement. Looks for the
     * pod's directory, {@code pods/STATE/UUID}, since rkt would lock the pod to read its status.
     */
    void awaitRemoval(String pod) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + REMOVAL_NANOS;
        while (exists(pod)) {
            if (System.nanoTime() > deadline) {
                throw new IOException("Pod " + pod + " has ended and was not removed");
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    private boolean exists(String pod) throws IOException {
        try (Stream<Path> states = Files.list(data.resolve("pods"))) {
            return states.anyMatch(state -> Files.exists(state.resolve(pod)));
        }
    }

    void removeAll() throws IOException, InterruptedException {
        run("gc", "--grace-period=0s");
    }

    /** Returns the standard output. */
    private String run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(executable.toString()));
        command.addAll(List.of(arguments));
        Process process =
                new ProcessBuilder(command).redirectError(errors.toFile()).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("%s failed: %s"
                    .formatted(
                            String.join(" ", command), Files.readString(errors).strip()));
        }
        return output.strip();
    }

    private static String find() {
        Optional<String> installed = Pattern.compile(":")
                .splitAsStream(Optional.ofNullable(System.getenv("PATH")).orElse(""))
                .map(directory -> Path.of(directory, "rkt"))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst();
        return installed.orElseGet(() -> System.getProperty(BUNDLED_PROPERTY));
    }
}
