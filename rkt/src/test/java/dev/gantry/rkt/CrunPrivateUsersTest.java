package dev.gantry.rkt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Pods whose users are others on the host: {@code --private-users}. */
@Timeout(120)
class CrunPrivateUsersTest extends RktTest {

    @BeforeAll
    static void has_crun() {
        require_crun();
    }

    @Override
    protected String flavor() {
        return "crun";
    }

    @Test
    void root_of_a_pod_is_a_user_without_rights_on_the_host() throws IOException {
        String uuid = rkt.prepare(
                "--private-users",
                "--volume=data,kind=empty,mode=0700",
                image.toString(),
                "--mount=volume=data,target=/data",
                "--",
                "-c",
                "id -u; ls -ln /owned; ls -ld /proc/[0-9]*; echo kept > /data/x; touch /new; cat /proc/sys/kernel/hostname;"
                        + " cat /proc/self/uid_map; ls /sys/class/net; cat /proc/sys/net/ipv4/ip_unprivileged_port_start; echo ready; sleep 600");
        Rkt.Running running = rkt.start(Map.of(), "run-prepared", "--net=none", uuid);
        await().until(() ->
                running.out().contains("ready") || !running.process().isAlive());

        Path pod = rkt.data().resolve("pods/run").resolve(uuid);
        long base =
                Long.parseLong(Files.readString(pod.resolve("private-users")).split(" ", 2)[0]);
        List<String> out = running.out().lines().toList();
        assertThat(running.err()).isEmpty();
        assertThat(base).isGreaterThanOrEqualTo(1 << 20).matches(value -> value % 65536 == 0);
        assertThat(out).first().isEqualTo("0");
        assertThat(out.get(out.size() - 2))
                .as("the first port that all may open")
                .isEqualTo("0");
        assertThat(out.get(1)).as("a file of the image").contains(" 77 ", " 88 ");
        assertThat(out.stream().filter(line -> line.contains("/proc/")))
                .as("process 1, the child that it waits for, the app and its ls")
                .hasSizeBetween(3, 4);
        assertThat(out)
                .contains("rkt-" + uuid, "lo")
                .anyMatch(line -> line.strip().matches("0 +" + base + " +65536"));

        Path rootfs = pod.resolve("app/shell/rootfs");
        assertThat(Files.getAttribute(rootfs.resolve("owned"), "unix:uid")).isEqualTo((int) base + 77);
        assertThat(Files.getAttribute(pod.resolve("volumes/data/x"), "unix:uid"))
                .isEqualTo((int) base);
        String init = Files.readString(pod.resolve("init")).split(" ", 2)[0];
        assertThat(Files.readString(Path.of("/proc", init, "status")))
                .as("process 1")
                .contains("Uid:\t%1$d\t%1$d\t%1$d\t%1$d\n".formatted(base), "Gid:\t%1$d\t".formatted(base));

        assertThat(rkt.call("enter", uuid, "/bin/sh", "-c", "id -u; cat /data/x; cat /proc/self/uid_map")
                        .succeeded()
                        .out())
                .startsWith("0\nkept\n")
                .contains(Long.toString(base));
        rkt.call("stop", uuid).succeeded();
        rkt.finish(running);
        rkt.call("rm", uuid).succeeded();
        assertThat(pod).doesNotExist();
    }

    @Test
    void several_apps_share_the_users_of_their_pod_and_files_keep_their_set_user_bits() throws IOException {
        Path setuid = new AciBuilder()
                .app("setuid", "\"exec\":[\"/bin/sh\"],\"user\":\"5\",\"group\":\"5\"")
                .directory("rootfs", entry -> entry.setMode(0755))
                .directory("rootfs/etc", entry -> entry.setMode(0755))
                .file("rootfs/marked", new byte[] {1}, entry -> entry.setMode(04755))
                .programs("sh", "ls", "cat")
                .write(directory.resolve("setuid.aci"));

        Rkt.Result result = rkt.call(
                "--insecure-options=image",
                "run",
                "--private-users",
                setuid.toString(),
                "--name=a",
                "--",
                "-c",
                "ls -ln /marked",
                "---",
                image.toString(),
                "--name=b",
                "--",
                "-c",
                "cat /proc/self/uid_map");

        assertThat(result.err()).isEmpty();
        assertThat(result.out()).contains("-rwsr-xr-x").contains(" 65536");
        assertThat(result.exitCode()).isZero();
    }

    @Test
    void what_private_users_can_t_have_is_refused() throws IOException {
        assertThat(rkt.call("prepare", "--private-users", "--stage1-name=stage1-fly", image.toString())
                        .err())
                .contains("the fly flavor has no user namespaces");
        String uuid = rkt.prepare("--private-users", image.toString(), "--exec=/bin/true");
        assertThat(rkt.call("run-prepared", "--ipc=parent", uuid).err())
                .isEqualTo("run-prepared: --ipc=parent: a pod with private users can't have the host's IPC\n");

        assertThat(rkt.call("--insecure-options=image", "prepare", "--private-users", image.toString(), "--user=70000")
                        .err())
                .contains("app \"shell\" has the user or group 70000");
        Path foreign = new AciBuilder()
                .app("foreign", "\"exec\":[\"/x\"],\"user\":\"0\",\"group\":\"0\"")
                .file("rootfs/x", new byte[0], entry -> entry.setUserId(70000))
                .write(directory.resolve("foreign.aci"));
        assertThat(rkt.call("--insecure-options=image", "prepare", "--private-users", foreign.toString())
                        .err())
                .contains("belongs to 70000:0");
    }
}
