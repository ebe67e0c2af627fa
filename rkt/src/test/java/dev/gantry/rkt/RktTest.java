package dev.gantry.rkt;

import static org.assertj.core.api.Assumptions.assumeThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gantry.rkt.pod.Flavor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A test of the real executable, with a small image of this machine's shell and a few tools. */
public abstract class RktTest {

    @TempDir
    static Path shared;

    @TempDir
    protected Path directory;

    protected static Path image;

    protected Rkt rkt;

    @BeforeAll
    static void build_the_image() throws IOException {
        assumeTrue(
                Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0),
                "pods can only be run by root: skipped");
        image = new AciBuilder()
                .app("shell", """
                        "exec":["/bin/sh"],"user":"0","group":"0",
                        "environment":[{"name":"FROM_IMAGE","value":"yes"},{"name":"BOTH","value":"image"}],
                        "ports":[{"name":"http","protocol":"tcp","port":8080}]""")
                .directory("rootfs", entry -> entry.setMode(0755))
                .directory("rootfs/tmp", entry -> entry.setMode(01777))
                .directory("rootfs/etc", entry -> entry.setMode(0755))
                .directory("rootfs/home", entry -> entry.setMode(0755))
                .file("rootfs/etc/passwd", "root:x:0:0::/:/bin/sh\nalice:x:1234:5678::/home:/bin/sh\n")
                .file("rootfs/etc/group", "root:x:0:\nstaff:x:4321:\n")
                .file("rootfs/owned", new byte[0], entry -> {
                    entry.setUserId(77);
                    entry.setGroupId(88);
                    entry.setMode(0640);
                })
                .symbolicLink("rootfs/elsewhere", "/etc/outside")
                .programs("sh", "cat", "env", "id", "ls", "mkdir", "sleep", "sort", "touch", "true")
                .write(shared.resolve("shell.aci"));
    }

    @BeforeEach
    void open() {
        rkt = new Rkt(directory, flavor());
    }

    /** Returns the flavour of the pods: a class of tests for both flavours has a subclass for crun. */
    protected String flavor() {
        return "fly";
    }

    protected static void require_crun() {
        assumeTrue(
                Flavor.bestOf(System.getenv("PATH") + ":/usr/sbin:/usr/bin") == Flavor.CRUN,
                "crun is not installed: skipped");
    }

    @AfterEach
    void close() {
        rkt.close();
    }

    /** Replaces the rkt of the test by one that sees the shell as /bin/sh, in a mount namespace of its own. */
    protected void useShell(String shell) {
        useShell(shell, "");
    }

    /** Likewise; the commands are run in that namespace before. */
    protected void useShell(String shell, String before) {
        Optional<Path> program = Stream.of("/bin/", "/usr/bin/")
                .map(directory -> Path.of(directory + shell))
                .filter(Files::isExecutable)
                .findFirst();
        assumeThat(program).as(shell + " is not installed: skipped").isPresent();
        rkt = new Rkt(
                directory,
                flavor(),
                List.of(
                        "unshare",
                        "--mount",
                        "--propagation",
                        "private",
                        "sh",
                        "-c",
                        before + "mount --bind \"$0\" \"$(readlink -f /bin/sh)\" && exec \"$@\"",
                        program.orElseThrow().toString()));
    }
}
