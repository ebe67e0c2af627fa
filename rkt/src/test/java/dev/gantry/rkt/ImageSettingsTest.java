package dev.gantry.rkt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The settings of images beside the program: event handlers, isolators, sockets. */
class ImageSettingsTest extends RktTest {

    private static final String HANDLERS = """
            "exec":["/bin/sh","-c","%s"],"user":"1234","group":"5678","workingDirectory":"/work",
            "environment":[{"name":"A","value":"it's"}],
            "eventHandlers":[
              {"name":"pre-start","exec":["/bin/sh","-c","echo pre $A $(id -u) $PWD >> /work/log; exit ${FAULT:-0}"]},
              {"name":"post-stop","exec":["/bin/sh","-c","cat /work/log; echo post $A $(id -u); echo err >&2"]}]""";

    @Test
    void handlers_run_as_the_app_before_it_and_after_it() throws IOException {
        Path aci = image("handlers", HANDLERS.formatted("echo app >> /work/log; cat; exit 5"));

        Rkt.Result result = rkt.run(aci.toString());

        assertThat(result.out()).isEqualTo("pre it's 1234 /work\napp\npost it's 1234\n");
        assertThat(result.err()).isEqualTo("err\n");
        assertThat(result.exitCode()).isEqualTo(5);
    }

    @Test
    void a_pod_does_not_wait_for_what_its_post_stop_handler_leaves_behind() throws IOException {
        Path aci = image("leaving", """
                "exec":["/bin/true"],"user":"0","group":"0",
                "eventHandlers":[
                  {"name":"post-stop","exec":["/bin/sh","-c","sleep 100 > /dev/null 2>&1 & echo post; exit 3"]}]""");
        Instant begin = Instant.now();

        Rkt.Result result = rkt.run(aci.toString()).succeeded();

        assertThat(Duration.between(begin, Instant.now())).isLessThan(Duration.ofSeconds(80));
        assertThat(result.out()).isEqualTo("post\n");
        assertThat(result.err()).contains("the post-stop handler of app \"leaving\" failed");
    }

    @Test
    void an_app_does_not_start_when_its_pre_start_handler_fails() throws IOException {
        Path aci = image("handlers", HANDLERS.formatted("echo app"));

        Rkt.Result result = rkt.run("--set-env=FAULT=3", aci.toString());

        assertThat(result.exitCode()).isEqualTo(254);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).contains("run: the pre-start handler of app \"handlers\" failed");
    }

    @Test
    void an_app_with_handlers_gets_signals_and_can_be_entered() throws IOException {
        Path aci = image(
                "handlers",
                HANDLERS.formatted(
                        "trap 'echo stopped >> /work/log; exit 9' TERM; echo ready; while :; do sleep 0.1; done"));
        String uuid = rkt.prepare(aci.toString());
        Rkt.Running running = rkt.runUntilReady(uuid);

        assertThat(rkt.call("enter", uuid, "/bin/id", "-u").succeeded().out()).isEqualTo("1234\n");
        new ProcessBuilder("kill", "-TERM", Long.toString(running.process().pid())).start();
        Rkt.Result result = rkt.finish(running);

        assertThat(result.out()).isEqualTo("ready\npre it's 1234 /work\nstopped\npost it's 1234\n");
        assertThat(result.exitCode()).isEqualTo(9);
    }

    @Test
    void links_of_an_image_to_devices_make_nothing_on_the_host() throws IOException {
        AciBuilder linked = new AciBuilder()
                .app("linked", "\"exec\":[\"/bin/true\"],\"user\":\"0\",\"group\":\"0\"")
                .directory("rootfs", entry -> entry.setMode(0755))
                .symbolicLink("rootfs/etc", "/dev/gantry-linked")
                .programs("true");
        rkt.run(linked.write(directory.resolve("linked.aci")).toString()).succeeded();
        AciBuilder above = new AciBuilder()
                .app("above", "\"exec\":[\"/bin/true\"],\"user\":\"0\",\"group\":\"0\"")
                .directory("rootfs", entry -> entry.setMode(0755))
                .symbolicLink("rootfs/dev", "..")
                .symbolicLink("rootfs/proc", "/gantry-linked")
                .programs("true");
        Rkt.Result result = rkt.run(above.write(directory.resolve("above.aci")).toString());

        assertThat(result.exitCode()).isNotZero();
        for (String name : List.of("/dev/gantry-linked", "/dev/etc")) {
            assertThat(Path.of(name)).doesNotExist();
        }
    }

    @Test
    void a_volume_below_a_directory_of_the_host_makes_nothing_there() throws IOException {
        String name = "gantry-" + ProcessHandle.current().pid();
        String linked = new AciBuilder()
                .app("resolver", "\"exec\":[\"/bin/true\"],\"user\":\"0\",\"group\":\"0\"")
                .directory("rootfs", entry -> entry.setMode(0755))
                .directory("rootfs/etc", entry -> entry.setMode(0755))
                .symbolicLink("rootfs/etc/resolv.conf", "/dev/" + name + "-resolv")
                .programs("true")
                .write(directory.resolve("resolver.aci"))
                .toString();

        List<Rkt.Result> results = List.of(
                runWithVolumeAt("/dev/" + name),
                runWithVolumeAt("/dev/" + name + "-deep/one/two"),
                runWithVolumeAt("/sys/fs/cgroup/" + name),
                rkt.call("run-prepared", "--dns=192.0.2.1", rkt.prepare(linked)));

        for (Path host : List.of(
                Path.of("/dev", name),
                Path.of("/dev", name + "-deep"),
                Path.of("/dev", name + "-resolv"),
                Path.of("/sys/fs/cgroup", name))) {
            assertThat(host).doesNotExist();
        }
        if (flavor().equals("fly")) {
            assertThat(results).allSatisfy(result -> {
                assertThat(result.exitCode()).isEqualTo(254);
                assertThat(result.err()).contains("nothing is made in the host's");
            });
        }
        assertThat(runWithVolumeAt("/dev/shm").succeeded().out()).isEmpty();
    }

    private Rkt.Result runWithVolumeAt(String target) {
        return rkt.run(
                "--volume=v,kind=empty",
                image.toString(),
                "--mount=volume=v,target=" + target,
                "--exec=/bin/ls",
                "--",
                target);
    }

    @Test
    void what_is_not_honoured_is_told_on_standard_error() throws IOException {
        Path aci = image("asking", """
                "exec":["/bin/true"],"user":"0","group":"0",
                "ports":[{"name":"http","protocol":"tcp","port":80,"socketActivated":true}],
                "isolators":[
                  {"name":"resource/memory","value":{"limit":"1G"}},
                  {"name":"resource/cpu","value":{"limit":"1"}},
                  {"name":"resource/block-bandwidth","value":{"default":true,"limit":"2M"}},
                  {"name":"os/linux/seccomp-remove-set","value":{"set":["reboot"]}},
                  {"name":"os/linux/selinux-context","value":{}}]""");
        boolean isFly = flavor().equals("fly");

        Rkt.Result result = rkt.run(aci.toString(), "--memory=512M");

        assertThat(result.succeeded().err())
                .isEqualTo(
                        "run: warning: app \"asking\": ignored by the %s flavor: %sisolator resource/block-bandwidth, %s"
                                        .formatted(
                                                flavor(),
                                                isFly ? "isolator resource/cpu, " : "",
                                                isFly ? "isolator os/linux/seccomp-remove-set, " : "")
                                + "isolator os/linux/selinux-context, socketActivated of port http\n");
    }

    @Test
    void what_rkt_refuses_is_refused() throws IOException {
        Map<String, String> faults = Map.of(
                "\"isolators\":[{\"name\":\"os/linux/no-such\",\"value\":1}]", "invalid isolator \"os/linux/no-such\"",
                "\"environment\":[{\"name\":\"1A\",\"value\":\"b\"}]", "valid identifier \"1A\"");
        for (Map.Entry<String, String> fault : faults.entrySet()) {
            Path aci = image("faulty", "\"exec\":[\"/bin/true\"],\"user\":\"0\",\"group\":\"0\"," + fault.getKey());
            Rkt.Result result = rkt.call("--insecure-options=image", "prepare", aci.toString());
            assertThat(result.exitCode()).isEqualTo(254);
            assertThat(result.err()).contains(fault.getValue());
        }
        for (String labels : new String[] {"", "{\"name\":\"os\",\"value\":\"freebsd\"}"}) {
            Path aci = new AciBuilder()
                    .file("manifest", """
                            {"acKind":"ImageManifest","acVersion":"0.8.11","name":"example.com/other","labels":[%s],
                             "app":{"exec":["/bin/true"],"user":"0","group":"0"}}""".formatted(labels))
                    .directory("rootfs", entry -> entry.setMode(0755))
                    .write(directory.resolve("other.aci"));
            Rkt.Result result = rkt.call("--insecure-options=image", "prepare", aci.toString());
            assertThat(result.exitCode()).isEqualTo(254);
            assertThat(result.err()).contains(labels.isEmpty() ? "missing os label" : "bad os \"freebsd\"");
        }
    }

    private Path image(String name, String app) throws IOException {
        return new AciBuilder()
                .app(name, app)
                .directory("rootfs", entry -> entry.setMode(0755))
                .directory("rootfs/tmp", entry -> entry.setMode(01777))
                .directory("rootfs/work", entry -> entry.setMode(0777))
                .programs("sh", "cat", "id", "sleep", "true")
                .write(directory.resolve(name + ".aci"));
    }
}
