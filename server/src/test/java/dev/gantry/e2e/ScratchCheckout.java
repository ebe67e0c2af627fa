package dev.gantry.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A checkout for the launcher, with a fake Maven that takes no time. Like Maven, it overwrites the program in place:
 * with the program of the real build, shifted by some bytes as if the sources had changed.
 */
final class ScratchCheckout {

    private static final String BUILT = "server/target/gantry-server.jar";

    private static final String MAVEN = """
            #!/bin/sh
            set -eu
            echo build >> builds
            mkdir -p proto/target server/target rkt/target/classes rkt/target/lib rkt/target/lib-docker
            [ -d server/target/lib ] || cp -R '%1$s/server/target/lib' server/target/
            { cat builds; cat '%1$s/%2$s'; } > %2$s
            touch rkt/target/rkt.jar rkt/target/classes/rkt-release
            """;

    private final Path root;

    private ScratchCheckout(Path root) {
        this.root = root;
    }

    static ScratchCheckout in(Path root) throws IOException {
        ScratchCheckout checkout = new ScratchCheckout(root);
        Files.copy(Program.ROOT.resolve("gantry"), Files.createDirectories(root).resolve("gantry"));
        for (String directory :
                List.of("proto", "migrations", "client", "rkt/bin", "rkt/libexec", "rkt/build", "server/build")) {
            Files.createDirectories(root.resolve(directory));
        }
        checkout.script("mvnw", MAVEN.formatted(Program.ROOT, BUILT));
        checkout.script("rkt/bin/rkt", "#!/bin/sh\n");
        checkout.script("rkt/build/archive-classes.sh", "#!/bin/sh\n");
        checkout.script("server/build/archive-classes.sh", "#!/bin/sh\n");
        Files.createFile(root.resolve("pom.xml"));
        Files.createFile(
                Files.createDirectories(root.resolve("server/src/main")).resolve("Source.java"));
        checkout.age();
        return checkout;
    }

    /** Gives the checkout the real runtime and the examples, so that its nodes run pods. */
    ScratchCheckout withRuntime() throws IOException, InterruptedException {
        for (String part : List.of("rkt/bin", "rkt/libexec", "rkt/build", "rkt/target", "docs/examples")) {
            Files.createDirectories(root.resolve(part));
            ProcessBuilder copy =
                    new ProcessBuilder("cp", "-a", Program.ROOT.resolve(part) + "/.", root.resolve(part) + "/");
            Program.Outcome copied = Program.run(copy);
            if (copied.exitCode() != 0) {
                throw new IOException("can't copy %s: %s".formatted(part, copied.output()));
            }
        }
        age();
        return this;
    }

    Path root() {
        return root;
    }

    /** The launcher with arguments. */
    ProcessBuilder gantry(String... arguments) {
        return launcher(root, arguments);
    }

    /** The launcher of any directory with arguments. */
    static ProcessBuilder launcher(Path directory, String... arguments) {
        ProcessBuilder builder = new ProcessBuilder(directory.resolve("gantry").toString());
        builder.command().addAll(List.of(arguments));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        return builder;
    }

    /** Changes a source, so that the next call of the launcher builds. */
    void touchSources() throws IOException {
        Files.setLastModifiedTime(root.resolve("server/src/main/Source.java"), FileTime.from(Instant.now()));
    }

    /** Copies the checkout. All files of the copy have the same time, as if each was as old as the build. */
    ScratchCheckout copied(Path to) throws IOException, InterruptedException {
        Program.Outcome copied = Program.run(new ProcessBuilder("cp", "-R", root.toString(), to.toString()));
        if (copied.exitCode() != 0) {
            throw new IOException("can't copy %s: %s".formatted(root, copied.output()));
        }
        ScratchCheckout copy = new ScratchCheckout(to);
        copy.age();
        return copy;
    }

    /** Changes a source, as one that was changed before the checkout was copied. */
    void changeSourceButNotItsTime() throws IOException {
        Path source = root.resolve("server/src/main/Source.java");
        FileTime time = Files.getLastModifiedTime(source);
        Files.writeString(source, "// Changed.\n");
        Files.setLastModifiedTime(source, time);
    }

    /** Removes the build output, as {@code mvnw clean} does. */
    void clean() throws IOException {
        removeAll(root.resolve("server/target"));
        removeAll(root.resolve("rkt/target"));
    }

    /** Returns how often Maven was called. */
    long builds() throws IOException {
        return Files.readAllLines(root.resolve("builds")).size();
    }

    /** Returns the builds that the launcher keeps. */
    List<Path> kept() throws IOException {
        try (Stream<Path> all = Files.list(root.resolve(".runs"))) {
            return all.filter(path -> Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
                    .toList();
        }
    }

    private void script(String name, String text) throws IOException {
        Path file = Files.writeString(root.resolve(name), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** Makes all sources older than any build. */
    private void age() throws IOException {
        FileTime past = FileTime.from(Instant.now().minusSeconds(3600));
        try (Stream<Path> all = Files.walk(root)) {
            for (Path path : all.toList()) {
                Files.setLastModifiedTime(path, past);
            }
        }
    }

    private static void removeAll(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
