package dev.gantry.driver.rkt;

import static dev.gantry.driver.rkt.DriverFixture.port;
import static dev.gantry.driver.rkt.DriverFixture.struct;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.driver.RunningTask;
import dev.gantry.driver.TaskRequest;
import dev.gantry.driver.TaskStartException;
import dev.gantry.model.ExecLimits;
import dev.gantry.restriction.Restrictions;
import dev.gantry.v1.NodeRestrictions;
import dev.gantry.v1.Resources;
import dev.gantry.v1.Task;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The words that rkt is called with, seen by the called. */
class RktCommandLinesTest {

    @TempDir
    Path root;

    private DriverFixture fixture;

    @BeforeEach
    void make() {
        fixture = new DriverFixture(root);
        fixture.rkt.app("exit 0");
    }

    @Test
    void a_task_with_nothing_but_an_image_is_prepared_and_run_unverified() throws Exception {
        String uuid = run(fixture.request("web", "{\"image\": \"coreos.com/etcd:v2.0.4\"}"));

        assertThat(fixture.rkt.calls())
                .containsExactly(
                        "--insecure-options=all|--debug=false|prepare|" + ownVolumes("web")
                                + "|--set-env=NOMAD_TASK_NAME=web|--set-env=GREETING=hello, world"
                                + "|coreos.com/etcd:v2.0.4|--memory=64M|--cpu=100m",
                        "--insecure-options=all|--debug=false|run-prepared|" + uuid);
    }

    @Test
    void values_of_variables_are_on_the_input_and_not_on_the_command_line() throws Exception {
        run(secret("s3cret=x"));

        assertThat(fixture.rkt.calls("prepare"))
                .singleElement()
                .asString()
                .contains("|--set-env=OPEN=o|--set-env-file=/dev/stdin|coreos.com/etcd:v2.0.4|")
                .doesNotContain("s3cret");
        assertThat(fixture.rkt.input()).isEqualTo("SECRET=s3cret=x\n");
        assertThat(secret("s3cret=x").toString()).doesNotContain("s3cret");
    }

    @Test
    void a_value_of_several_lines_needs_the_bundled_rkt() throws Exception {
        TaskRequest request = secret("s3cret\nof two lines");

        assertThatExceptionOfType(TaskStartException.class)
                .isThrownBy(() -> fixture.driver().prepare(request))
                .withMessageContaining("One of the environment variables SECRET has a value of several lines")
                .withMessageNotContainingAny("s3cret");
        assertThat(fixture.rkt.calls("prepare")).isEmpty();

        fixture.rkt.version("rkt Version: 1.30.0\nappc Version: 0.8.11\nImplementation: Gantry rkt 1 (crun)\n");
        run(request);
        assertThat(fixture.rkt.input()).isEqualTo("SECRET=s3cret\nof two lines\0");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "docker://registry.example.com:5000/team/web:1 | '' | dockerAuth | registries | [\"registry.example.com:5000\"]",
                "docker://team/web | '' | dockerAuth | registries | [\"docker.io\",\"index.docker.io\",\"registry-1.docker.io\"]",
                "docker://team/web | mirror.example.com | dockerAuth | registries | [\"mirror.example.com\"]",
                "https://images.example.com/web.aci | '' | auth | domains | [\"images.example.com\"]",
                "example.com/web:1.0 | images.example.com | auth | domains | [\"images.example.com\"]",
            })
    void credentials_are_in_a_file_for_the_images_server_while_rkt_fetches_and_only_there(
            String image, String server, String kind, String list, String hosts) throws Exception {
        TaskRequest request = fixture.request("web", """
                {"image": "%s", "trust_prefix": "example.com",
                 "auth": {"username": "team", "password": "hush'hush", "server_address": "%s"}}
                """.formatted(image, server));
        run(request);

        Path directory = request.directory().driver().resolve("image-credentials");
        assertThat(fixture.rkt.calls("trust"))
                .singleElement()
                .asString()
                .startsWith("--user-config=" + directory + "|trust|");
        assertThat(fixture.rkt.calls("prepare"))
                .singleElement()
                .asString()
                .contains("|--user-config=" + directory + "|prepare|");
        assertThat(fixture.rkt.calls()).noneMatch(call -> call.contains("hush"));
        Path file = fixture.rkt.userConfig().resolve("auth.d/image.json");
        assertThat(Files.readString(file))
                .startsWith("{\"rktVersion\":\"v1\",\"rktKind\":\"%s\",\"%s\":%s,".formatted(kind, list, hosts))
                .endsWith("\"credentials\":{\"user\":\"team\",\"password\":\"hush'hush\"}}");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(directory).doesNotExist();
    }

    @Test
    void credentials_are_removed_when_rkt_fails_and_no_message_has_them() throws Exception {
        fixture.rkt.fail("prepare", "prepare: 401 Unauthorized");
        TaskRequest request = fixture.request(
                "web", "{\"image\": \"docker://a.b/c\", \"auth\": {\"username\": \"team\", \"password\": \"s3cret\"}}");

        assertThatExceptionOfType(TaskStartException.class)
                .isThrownBy(() -> fixture.driver().prepare(request))
                .withMessageContaining("401 Unauthorized")
                .withMessageNotContainingAny("s3cret");
        assertThat(fixture.rkt.userConfig().resolve("auth.d/image.json")).exists();
        assertThat(request.directory().driver().resolve("image-credentials")).doesNotExist();
    }

    @Test
    void what_linux_starts_no_program_with_is_refused_by_name_size_and_limit() throws Exception {
        String longest = "x".repeat(ExecLimits.LONGEST_VARIABLE - "SECRET=".length());
        assertThatExceptionOfType(TaskStartException.class)
                .isThrownBy(() -> fixture.driver().prepare(secret(longest + "x")))
                .returns(true, TaskStartException::isWorthRetrying)
                .withMessage(
                        "The environment variable \"SECRET\" has 131062 bytes with its name, but Linux starts no program with"
                                + " more than 131061: put it into a file, such as by a template");

        Map<String, String> many = new LinkedHashMap<>();
        for (int i = 0; i < 17; i++) {
            many.put("V" + i, "x".repeat(120_000 + i));
        }
        TaskRequest open = fixture.request("web", "{\"image\": \"coreos.com/etcd:v2.0.4\"}");
        assertThatExceptionOfType(TaskStartException.class)
                .isThrownBy(() -> fixture.driver()
                        .prepare(new TaskRequest(open.task(), many, Set.of(), open.ports(), open.directory())))
                .returns(false, TaskStartException::isWorthRetrying)
                .withMessageMatching(
                        "The environment variables and arguments have 20405\\d\\d bytes together, but Linux starts no"
                                + " program with more than 2031616; the largest variable, \"V16\", has 120039");
        assertThat(fixture.rkt.calls("prepare")).isEmpty();

        many.remove("V16");
        run(new TaskRequest(open.task(), many, Set.of(), open.ports(), open.directory()));
        assertThat(fixture.rkt.calls("prepare")).hasSize(1);
    }

    @Test
    void the_longest_variable_and_argument_that_are_allowed_can_be_passed_to_rkt() throws Exception {
        TaskRequest open = fixture.request(
                "web",
                "{\"image\": \"coreos.com/etcd:v2.0.4\", \"args\": [\"%s\"]}"
                        .formatted("x".repeat(ExecLimits.LONGEST_ARGUMENT)));
        String longest = "x".repeat(ExecLimits.LONGEST_VARIABLE - "OPEN=".length());

        run(new TaskRequest(open.task(), Map.of("OPEN", longest), Set.of(), open.ports(), open.directory()));

        assertThat(fixture.rkt.calls("prepare")).singleElement().asString().contains(longest);
    }

    private TaskRequest secret(String value) {
        TaskRequest open = fixture.request("web", "{\"image\": \"coreos.com/etcd:v2.0.4\"}");
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("SECRET", value);
        environment.put("OPEN", "o");
        return new TaskRequest(open.task(), environment, Set.of("SECRET"), open.ports(), open.directory());
    }

    @Test
    void every_setting_becomes_a_flag_in_its_place() throws Exception {
        Files.createDirectory(root.resolve("data"));
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("B", "2");
        environment.put("A", "x=y|z");
        String uuid = run(fixture.request(
                Task.newBuilder()
                        .setName("my_task")
                        .setUser("nobody")
                        .setResources(Resources.newBuilder().setCpu(500).setMemoryMib(256))
                        .setConfig(struct("""
                                        {"image": "docker://redis:3.2", "command": "/usr/bin/redis-server",
                                         "args": ["--port", 6379, "a b", "-v"], "trust_prefix": "example.com/redis",
                                         "dns_servers": ["10.0.0.1", "10.0.0.2"], "dns_search_domains": ["a.example", "b.example"],
                                         "net": ["net1", "net2:IP=1.2.3.4"], "port_map": {"db": "6379-tcp", "admin": "16379-tcp"},
                                         "debug": "true", "no_overlay": true, "group": "nogroup",
                                         "volumes": ["%s:/data:readOnly", "local/conf:/etc/redis"]}
                                        """.formatted(root.resolve("data")))),
                environment,
                port("db", 20001),
                port("admin", 20002)));

        String volume = DriverFixture.ALLOCATION + "-my-task-";
        Path conf = fixture.directory("my_task").local().resolve("conf").toRealPath();
        assertThat(fixture.rkt.calls())
                .containsExactly(
                        "version",
                        "trust|--skip-fingerprint-review=true|--prefix=example.com/redis|--debug=true",
                        "--debug=true|prepare|--no-store=true|--no-overlay=true|" + ownVolumes("my_task")
                                + "|--volume=" + volume + "0,kind=host,source=" + root.resolve("data")
                                + ",readOnly=true|--mount=volume=" + volume + "0,target=/data"
                                + "|--volume=" + volume + "1,kind=host,source=" + conf
                                + ",readOnly=false|--mount=volume=" + volume + "1,target=/etc/redis"
                                + "|--set-env=B=2|--set-env=A=x=y|z|--port=6379-tcp:20001|--port=16379-tcp:20002"
                                + "|docker://redis:3.2|--exec=/usr/bin/redis-server|--memory=256M|--cpu=500m"
                                + "|--user=nobody|--group=nogroup|--|--port|6379|a b|-v",
                        "--debug=true|run-prepared|--net=net1,net2:IP=1.2.3.4|--dns=10.0.0.1|--dns=10.0.0.2"
                                + "|--dns-search=a.example|--dns-search=b.example|" + uuid);
        assertThat(conf).isDirectory();
    }

    @Test
    void an_image_to_verify_is_fetched_anew_unless_rkt_knows_which_ones_were_verified() throws Exception {
        String config = "{\"image\": \"example.com/a\", \"trust_prefix\": \"example.com\"}";
        run(fixture.request("web", config));
        fixture.rkt.version("rkt Version: 1.30.0\nappc Version: 0.8.11\nImplementation: Gantry rkt 1.0 (crun)\n");
        run(fixture.request("api", config));
        run(fixture.request("db", "{\"image\": \"example.com/a\"}"));

        assertThat(fixture.rkt.calls("prepare").stream().map(call -> call.contains("|prepare|--no-store=true|")))
                .containsExactly(true, false, false);
    }

    @Test
    void a_node_that_denies_the_host_network_starts_no_pod_that_would_get_it_unasked() throws Exception {
        RktDriver strict = fixture.driver(Restrictions.of(
                NodeRestrictions.newBuilder().setDenyHostNetwork(true).build()));
        fixture.rkt.version("rkt Version: 1.30.0\nappc Version: 0.8.11\nImplementation: Gantry rkt 1.0 (fly)\n");

        for (String net : List.of("[]", "[\"default\"]", "[\"other,default\"]")) {
            assertThatThrownBy(() ->
                            strict.prepare(fixture.request("web", "{\"image\": \"a\", \"net\": %s}".formatted(net))))
                    .hasMessageStartingWith("This node does not allow the host network, which its rkt gives each pod");
        }
        strict.prepare(fixture.request("none", "{\"image\": \"a\", \"net\": [\"none\"]}"))
                .discard();
        fixture.rkt.version("rkt Version: 1.30.0\nappc Version: 0.8.11\nImplementation: Gantry rkt 1.0 (crun)\n");
        strict.prepare(fixture.request("crun", "{\"image\": \"a\"}")).discard();
    }

    @Test
    void chosen_insecure_options_decide_alone() throws Exception {
        run(fixture.request("web", "{\"image\": \"a\", \"insecure_options\": [\"image\", \"tls\"]}"));

        assertThat(fixture.rkt.calls())
                .hasSize(2)
                .allMatch(call -> call.startsWith("--insecure-options=image,tls|--debug=false|"));
    }

    @ParameterizedTest
    @CsvSource({"host", "none"})
    void a_dns_word_is_passed_on(String word) throws Exception {
        String uuid = run(fixture.request("web", "{\"image\": \"a\", \"dns_servers\": [\"" + word + "\"]}"));

        assertThat(fixture.rkt.calls("run-prepared"))
                .singleElement()
                .asString()
                .endsWith("|--dns=" + word + "|" + uuid);
    }

    @Test
    void in_the_machines_network_no_port_is_mapped() throws Exception {
        run(fixture.request("web", "{\"image\": \"a\", \"net\": [\"host\"]}", port("http", 20001)));

        assertThat(fixture.rkt.calls("prepare")).singleElement().asString().doesNotContain("--port");
        assertThat(fixture.rkt.calls("run-prepared")).singleElement().asString().contains("|--net=host|");
    }

    @Test
    void rkt_sees_of_the_nodes_environment_only_what_it_needs() throws Exception {
        run(fixture.request("web", "{\"image\": \"a\"}"));

        assertThat(fixture.rkt.environment())
                .anyMatch(line -> line.startsWith("PATH="))
                // PWD, SHLVL and _ are the shell's own
                .allMatch(line -> line.matches(
                        "(PATH|HOME|TMPDIR|JAVA_HOME|SSL_CERT_(FILE|DIR)|(?i:https?_proxy|no_proxy)|RKT_NO_LINKS_BELOW"
                                + "|GANTRY_POD_ID|PWD|OLDPWD|SHLVL|_)=.*"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "open /x.aci: no such file or directory                                             | false",
                "Get \"http://localhost:1/v2/\": dial tcp 127.0.0.1:1: connect: connection refused  | true",
                "Get \"https://example.com\": net/http: TLS handshake timeout                       | true",
                "bad HTTP status code: 503                                                          | true",
                "bad HTTP status code: 404                                                          | false",
                "error running tar: signal: killed                                                  | true",
                "write /var/lib/rkt/cas/tmp/1: no space left on device                              | true",
                "fork/exec /usr/bin/tar: resource temporarily unavailable                           | true"
            })
    void what_rkt_says_reaches_people_with_whether_trying_again_may_help(String said, boolean worthRetrying) {
        fixture.rkt.fail("prepare", "image: searching for app image\nprepare: error finding images: " + said + "\n");

        assertThatExceptionOfType(TaskStartException.class)
                .isThrownBy(() -> run(fixture.request("web", "{\"image\": \"a\"}")))
                .withMessage("rkt prepare: error finding images: " + said)
                .returns(worthRetrying, TaskStartException::isWorthRetrying);
        assertThat(fixture.rkt.calls()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"prepare, KILL", "prepare, TERM", "prepare, SEGV", "trust, KILL"})
    void an_rkt_that_a_signal_has_ended_says_nothing_of_the_task_which_may_start_later(String command, String signal) {
        fixture.rkt.signal(command, signal);

        assertThatExceptionOfType(TaskStartException.class)
                .isThrownBy(() -> run(fixture.request("web", "{\"image\": \"a\", \"trust_prefix\": \"example.com\"}")))
                .withMessage("rkt %s was ended by SIG%s", command, signal)
                .returns(true, TaskStartException::isWorthRetrying);
    }

    @Test
    void a_publisher_whose_key_cannot_be_had_is_not_trusted_with_a_pod() {
        fixture.rkt.fail("trust", "trust: error determining key location: no such host\n");

        assertThatExceptionOfType(TaskStartException.class)
                .isThrownBy(() -> run(fixture.request("web", "{\"image\": \"a\", \"trust_prefix\": \"example.com\"}")))
                .withMessage("rkt trust: error determining key location: no such host");
        assertThat(fixture.rkt.calls("prepare")).isEmpty();
    }

    @Test
    void what_interpolation_has_spoiled_is_found_before_rkt_is_called() {
        assertThatExceptionOfType(TaskStartException.class)
                .isThrownBy(() -> run(fixture.request(
                        "web",
                        "{\"image\": \"a\", \"volumes\": [\"${meta.volume}\"], \"dns_servers\": [\"\"], \"debug\": \"${x}\"}",
                        port("http", 20001))))
                .withMessageContaining("config.debug: Must be true or false, not \"${x}\"")
                .withMessageContaining("config.volumes[0]: Write host:container")
                .withMessageContaining("config.dns_servers[0]: Must be an IP address")
                .withMessageContaining("config.port_map: Port \"http\" needs an entry");
        assertThat(fixture.rkt.calls()).isEmpty();
    }

    @Test
    void a_machine_without_rkt_says_how_to_get_one() throws IOException {
        Files.delete(fixture.rkt.path());

        assertThatExceptionOfType(TaskStartException.class)
                .isThrownBy(() -> run(fixture.request("web", "{\"image\": \"a\"}")))
                .withMessage(fixture.rkt.path() + ", named by --rkt, is no executable file");
    }

    private String run(TaskRequest request) throws Exception {
        RunningTask task = fixture.driver().start(request);
        assertThat(task.exit().get(10, TimeUnit.SECONDS).isSuccess()).isTrue();
        return task.podId();
    }

    private String ownVolumes(String task) {
        Path allocation = fixture.allocations.resolve(DriverFixture.ALLOCATION);
        String name = DriverFixture.ALLOCATION + "-" + task.replace('_', '-');
        return String.join(
                "|",
                "--volume=" + name + "-alloc,kind=host,source=" + allocation.resolve("alloc") + ",readOnly=false",
                "--mount=volume=" + name + "-alloc,target=/alloc",
                "--volume=" + name + "-logs,kind=host,source=" + allocation.resolve("+logs") + ",readOnly=true",
                "--mount=volume=" + name + "-logs,target=/alloc/logs",
                "--volume=" + name + "-local,kind=host,source=" + allocation.resolve(task + "/local")
                        + ",readOnly=false",
                "--mount=volume=" + name + "-local,target=/local",
                "--volume=" + name + "-secrets,kind=host,source=" + allocation.resolve(task + "/secrets")
                        + ",readOnly=false",
                "--mount=volume=" + name + "-secrets,target=/secrets");
    }
}
