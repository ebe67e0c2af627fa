package dev.gantry.driver.rkt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.gantry.driver.PreparedTask;
import dev.gantry.driver.RunningTask;
import dev.gantry.driver.TaskExit;
import dev.gantry.driver.TaskRequest;
import dev.gantry.driver.TaskStartException;
import dev.gantry.restriction.Restrictions;
import dev.gantry.v1.HostVolumeRestriction;
import dev.gantry.v1.ImageSourceRestriction;
import dev.gantry.v1.NodeRestrictions;
import dev.gantry.v1.Resources;
import dev.gantry.v1.Task;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Asks the driver of a restricted node for what it does not allow, as a server that lies or is old would. */
@ParameterizedClass
@ValueSource(strings = {"crun", "fly"})
@Timeout(120)
class RestrictedDriverIT {

    @Parameter
    String flavor;

    @TempDir
    Path temporary;

    private Path root;
    private Path shared;
    private Path secret;
    private Path images;
    private DriverFixture fixture;
    private RktExecutable executable;
    private RktDriver driver;

    @BeforeEach
    void make() throws Exception {
        RealPods.assumePossible();
        root = temporary.toRealPath();
        shared = Files.createDirectories(root.resolve("srv/shared"));
        Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwxrwxrwx"));
        secret = Files.createDirectory(root.resolve("secret"));
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rwxrwxrwx"));
        images = Files.createDirectory(root.resolve("images"));
        Files.move(RealPods.emptyImage(root), images.resolve("empty.aci"));
        fixture = new DriverFixture(root);
        NodeRestrictions tight = NodeRestrictions.newBuilder()
                .setHostVolumes(HostVolumeRestriction.newBuilder()
                        .addAllow(root + "/srv/*")
                        .addReadOnly("/bin")
                        .addReadOnly("/lib")
                        .addReadOnly("/lib64")
                        .addReadOnly("/usr"))
                .setDenyHostNetwork(true)
                .setDenyRoot(true)
                .setDenyRawCapabilities(true)
                .setImageSources(ImageSourceRestriction.newBuilder().addAllow(images.toString()))
                .build();
        executable = RealPods.executable(root, flavor);
        driver = new RktDriver(
                executable,
                Restrictions.of(tight),
                DriverFixture.LIMITS,
                fixture.allocations,
                RktGarbageSettings.DEFAULT,
                InstantSource.system());
    }

    @AfterEach
    void leave_no_pod() {
        if (driver != null) {
            driver.sweep(allocation -> false);
        }
    }

    @Test
    void an_allowed_task_runs_and_a_link_that_a_task_puts_in_the_place_of_its_volume_is_not_followed()
            throws Exception {
        Files.createDirectory(shared.resolve("data"));
        Files.setPosixFilePermissions(shared.resolve("data"), PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.createSymbolicLink(root.resolve("srv/alias"), shared);

        TaskExit exit = exitOf(driver.start(task("1000", "echo done > /mine/file", root + "/srv/alias/data:/mine")));
        PreparedTask late = driver.prepare(task("1000", "echo done > /mine/file", shared + "/data:/mine"));
        Files.move(shared.resolve("data"), shared.resolve("moved"));
        Files.createSymbolicLink(shared.resolve("data"), secret);
        TaskExit refused = exitOf(late.run());

        assertThat(exit.exitCode()).hasValue(0);
        assertThat(shared.resolve("moved/file")).hasContent("done");
        assertThat(refused.exitCode()).hasValue(254);
        assertThat(refused.message()).contains("it leads through a link, to \"" + secret + "\"");
        assertThat(secret).isEmptyDirectory();
    }

    @Test
    void paths_that_lead_out_of_what_is_allowed_are_refused_with_the_reason() throws Exception {
        Files.createSymbolicLink(shared.resolve("link"), secret);
        Files.createSymbolicLink(shared.resolve("parent"), root);
        String allowed = "(allowed: %s/srv/*; read-only: /bin, /lib, /lib64, /usr)".formatted(root);

        assertRefused(
                task("1000", "true", secret + ":/x"),
                "does not allow the host path \"%s\" %s".formatted(secret, allowed));
        assertRefused(
                task("1000", "true", shared + "/../../secret:/x"),
                "does not allow the host path \"%s/../../secret\" %s".formatted(shared, allowed));
        assertRefused(
                task("1000", "true", shared + "/link:/x"),
                "does not allow the host path \"%s\" %s, where \"%s/link\" leads".formatted(secret, allowed, shared));
        assertRefused(
                task("1000", "true", shared + "/parent/secret:/x:readOnly"),
                "does not allow the host path \"%s\" %s, where \"%s/parent/secret\" leads"
                        .formatted(secret, allowed, shared));
        assertRefused(
                task("1000", "true", "/usr/share:/x"),
                "allows the host path \"/usr/share\" only read-only: mount it with :readOnly " + allowed);
        assertRefused(task("1000", "true", shared + ":/dev/x"), "can't be mounted at /dev/x: mount it outside of /dev");
    }

    @Test
    void a_task_that_is_root_or_joins_the_network_or_lifts_its_limits_is_refused_with_each_reason() {
        TaskRequest all = request("", """
                {"image": "%s/empty.aci", "group": "0", "net": ["host"], "insecure_options": ["all"]}
                """.formatted(images));

        assertRefused(
                all,
                "This node does not allow the host network: name another network, or none; does not allow a task"
                        + " without a user, since its image decides then: set user to a number other than 0; does not"
                        + " allow the group 0 (root): set group to a number other than 0; does not allow raw"
                        + " capabilities: ");
    }

    @Test
    void an_image_that_retains_more_capabilities_than_usual_is_refused_and_leaves_no_pod() throws Exception {
        RealPods.emptyImage(images.resolve("admin.aci"), """
                {"name": "os/linux/capabilities-retain-set", "value": {"set": ["CAP_SYS_ADMIN", "CAP_CHOWN"]}}
                """);
        RealPods.emptyImage(images.resolve("usual.aci"), """
                {"name": "os/linux/capabilities-retain-set", "value": {"set": ["CAP_NET_RAW"]}}
                """);

        assertRefused(
                request("1000", config(images + "/admin.aci")),
                "does not allow raw capabilities, and the image retains CAP_SYS_ADMIN: use another image");
        assertThat(exitOf(driver.start(request("1000", config(images + "/usual.aci"))))
                        .exitCode())
                .hasValue(0);
        CommandRunner runner =
                new CommandRunner(ProgramStart.with(HostEnvironment.forRkt(System.getenv()), DriverFixture.LIMITS));
        assertThat(new RktCli(executable.locate(), runner, RktTimeouts.DEFAULT).list())
                .isEmpty();
    }

    @Test
    void an_image_that_lets_its_task_become_root_is_refused() throws Exception {
        RealPods.emptyImage(images.resolve("setuid.aci"), """
                {"name": "os/linux/capabilities-retain-set", "value": {"set": ["CAP_SETUID", "CAP_NET_RAW"]}}
                """);

        assertRefused(
                request("1000", config(images + "/setuid.aci")),
                "does not allow a task to act as root, and the image retains CAP_SETUID: use another image");
    }

    @Test
    void an_image_that_makes_the_task_a_member_of_the_group_of_root_is_refused() throws Exception {
        RealPods.emptyImage(images.resolve("member.aci"), "supplementaryGIDs", "1000, 0");

        assertRefused(
                request("1000", config(images + "/member.aci")),
                "does not allow the supplementary group 0 of the image: use another image");
    }

    @Test
    void an_image_from_elsewhere_is_refused_and_so_is_a_link_to_one() throws Exception {
        Path elsewhere = Files.copy(images.resolve("empty.aci"), root.resolve("elsewhere.aci"));
        Files.createSymbolicLink(images.resolve("link.aci"), elsewhere);
        Files.createSymbolicLink(images.resolve("inner.aci"), images.resolve("empty.aci"));

        assertRefused(
                request("1000", config(elsewhere.toString())), "does not allow the image \"%s\"".formatted(elsewhere));
        assertRefused(
                request("1000", config(images + "/link.aci")),
                "does not allow the image \"%s\" (allowed sources: %s), where \"%s/link.aci\" leads"
                        .formatted(elsewhere, images, images));
        assertRefused(request("1000", config("local/x.aci")), "does not allow the image \"local/x.aci\"");
        assertThat(exitOf(driver.start(request("1000", config("file://" + images + "/inner.aci"))))
                        .exitCode())
                .hasValue(0);
    }

    private void assertRefused(TaskRequest request, String reason) {
        assertThatExceptionOfType(TaskStartException.class)
                .isThrownBy(() -> driver.prepare(request))
                .withMessageContaining(reason)
                .withMessageStartingWith(reason.startsWith("can't") ? "The path" : "This node ")
                .returns(false, TaskStartException::isWorthRetrying)
                .returns(!reason.startsWith("can't"), TaskStartException::isRestricted);
    }

    private TaskRequest task(String user, String script, String volume) {
        return request(user, config(images + "/empty.aci", script, ", \"" + volume + "\""));
    }

    private static String config(String image) {
        return config(image, "true", "");
    }

    private static String config(String image, String script, String volumes) {
        return """
                {"image": "%s", "group": "1000", "net": ["none"], "insecure_options": ["image"],
                 "command": "/bin/sh", "args": ["-c", "%s"], "volumes": [%s%s]}
                """.formatted(image, script, RealPods.systemDirectories(), volumes);
    }

    private TaskRequest request(String user, String config) {
        return fixture.request(
                Task.newBuilder()
                        .setName("web")
                        .setUser(user)
                        .setConfig(DriverFixture.struct(config))
                        .setResources(Resources.newBuilder().setCpu(100).setMemoryMib(64)),
                Map.of());
    }

    private static TaskExit exitOf(RunningTask task) throws Exception {
        TaskExit exit = task.exit().get(60, TimeUnit.SECONDS);
        task.remove();
        return exit;
    }
}
