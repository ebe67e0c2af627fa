package dev.gantry.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The rkt that a node of this machine would use, by hand, with its pods in a directory of the measurement. */
final class BareRkt {

    private static final String BUNDLED_PROPERTY = "gantry.rkt.bundled";

    private final Path executable;

    private BareRkt(Path executable) {
        this.executable = executable;
    }

    static BareRkt in(Path directory) throws IOException {
        Path script = directory.resolve("rkt");
        Files.writeString(
                script, "#!/bin/sh\nexec '%s' --dir='%s' \"$@\"\n".formatted(find(), directory.resolve("pods")));
        return new BareRkt(Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x")));
    }

    Path executable() {
        return executable;
    }

    /** Prepares a pod that ends at once and runs it; returns how long both have taken, in nanoseconds. */
    long runToEnd(Path image) throws IOException, InterruptedException {
        long started = System.nanoTime();
        String pod = run(
                "--insecure-options=all",
                "prepare",
                image.toString(),
                "--exec=/bin/true",
                "--memory=64M",
                "--cpu=100m");
        run("run-prepared", "--net=host", pod);
        long elapsed = System.nanoTime() - started;
        run("rm", pod);
        return elapsed;
    }

    void removeAll() throws IOException, InterruptedException {
        run("gc", "--grace-period=0s");
    }

    private String run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(executable.toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("%s failed: %s".formatted(String.join(" ", command), output.strip()));
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
