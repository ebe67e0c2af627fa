package dev.gantry.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Scanner;
import java.util.regex.Pattern;

/** The rkt that a node of this machine would use, with its pods in a directory of the test. */
final class HostRkt {

    private final Path executable;

    private HostRkt(Path executable) {
        this.executable = executable;
    }

    static HostRkt in(Path directory) throws IOException {
        String rkt = Pattern.compile(":")
                .splitAsStream(System.getenv("PATH"))
                .map(path -> Path.of(path, "rkt"))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(Program.ROOT.resolve("rkt/bin/rkt"))
                .toString();
        return new HostRkt(script(
                directory.resolve("rkt"), "exec '%s' --dir='%s' \"$@\"".formatted(rkt, directory.resolve("pods"))));
    }

    /** Something that says it is another rkt, and can do nothing else. */
    static Path saying(Path file, String version) throws IOException {
        return script(file, """
                [ "$1" = version ] || exit 254
                printf 'rkt Version: %s\\nappc Version: 0.7.4\\nGo Version: go1.5.3\\nGo OS/Arch: linux/amd64\\n'
                """.formatted(version));
    }

    Path executable() {
        return executable;
    }

    /** The table of pods without its header. */
    List<String> pods() throws InterruptedException {
        return run("list", "--no-legend")
                .output()
                .lines()
                .filter(line -> !line.isBlank())
                .toList();
    }

    /** Stops and removes all pods. */
    void clear() throws InterruptedException {
        for (String pod : pods()) {
            run("stop", "--force", new Scanner(pod).next());
        }
        run("gc", "--grace-period=0s");
    }

    private Program.Outcome run(String... arguments) throws InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(executable.toString());
        builder.command().addAll(List.of(arguments));
        return Program.run(builder);
    }

    private static Path script(Path file, String body) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + body + "\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
