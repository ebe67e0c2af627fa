package dev.gantry.driver.rkt;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * The bundled runtime, with its images and pods in a test's directory, and an empty image: what its app needs of the
 * machine is mounted, so that volumes are tried on the way.
 */
final class RealPods {

    private static final Path BUNDLED = Path.of(System.getProperty("gantry.rkt.bundled", "../rkt/bin/rkt"))
            .toAbsolutePath()
            .normalize();

    private RealPods() {}

    /** Skips the test where no pod can be run. */
    static void assumePossible() throws IOException {
        assumeTrue(
                Files.isExecutable(BUNDLED) && Files.exists(BUNDLED.getParent().resolveSibling("target/rkt.jar")),
                BUNDLED + " is not built: ./mvnw -pl rkt package");
        assumeTrue(
                Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid")),
                "Only root may run pods");
    }

    /** The bundled rkt with the best flavor that there is. */
    static RktExecutable executable(Path root) throws IOException {
        return wrapper(root, "exec " + BUNDLED + " --dir=" + root.resolve("data") + " \"$@\"\n");
    }

    /** The bundled rkt with one flavor, which it is asked for as rkt is: by the name of a stage1. */
    static RktExecutable executable(Path root, String flavor) throws IOException {
        assumeTrue(
                !flavor.equals("crun")
                        || RktExecutable.onSearchPath("crun", System.getenv("PATH"))
                                .isPresent(),
                "crun is not installed");
        return wrapper(root, """
                for word do
                    shift
                    set -- "$@" "$word"
                    [ "$word" != prepare ] || set -- "$@" --stage1-name=stage1-%s
                done
                exec %s --dir=%s "$@"
                """.formatted(flavor, BUNDLED, root.resolve("data")));
    }

    private static RktExecutable wrapper(Path root, String script) throws IOException {
        Path rkt = root.resolve("own-rkt");
        Files.writeString(rkt, "#!/bin/sh\n" + script);
        Files.setPosixFilePermissions(rkt, PosixFilePermissions.fromString("rwxr-xr-x"));
        return new RktExecutable(Optional.of(rkt), "", Optional.empty());
    }

    static String systemDirectories() {
        return Stream.of("/bin", "/lib", "/lib64", "/usr")
                .filter(directory -> Files.isDirectory(Path.of(directory)))
                .map(directory -> "\"" + directory + ":" + directory + ":readOnly\"")
                .collect(Collectors.joining(", "));
    }

    static Path emptyImage(Path root) throws IOException {
        return emptyImage(root.resolve("empty.aci"), "");
    }

    /** Makes an empty image with isolators, as JSON without the brackets of the list. */
    static Path emptyImage(Path image, String isolators) throws IOException {
        return emptyImage(image, "isolators", isolators);
    }

    /** Makes an empty image with a list in the settings of its app, as JSON without the brackets of the list. */
    static Path emptyImage(Path image, String list, String elements) throws IOException {
        byte[] manifest = """
                {"acKind": "ImageManifest", "acVersion": "0.8.11", "name": "example.com/empty",
                 "labels": [{"name": "os", "value": "linux"}],
                 "app": {"exec": ["/bin/sh"], "user": "0", "group": "0", "%s": [%s]}}
                """.formatted(list, elements).getBytes(StandardCharsets.UTF_8);
        try (OutputStream file = Files.newOutputStream(image);
                TarArchiveOutputStream tar = new TarArchiveOutputStream(file)) {
            TarArchiveEntry entry = new TarArchiveEntry("manifest");
            entry.setSize(manifest.length);
            tar.putArchiveEntry(entry);
            tar.write(manifest);
            tar.closeArchiveEntry();
            tar.putArchiveEntry(new TarArchiveEntry("rootfs/"));
            tar.closeArchiveEntry();
        }
        return image;
    }
}
