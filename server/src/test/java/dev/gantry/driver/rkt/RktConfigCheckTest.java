package dev.gantry.driver.rkt;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.util.JsonFormat;
import dev.gantry.v1.JobViolation;
import dev.gantry.v1.Port;
import dev.gantry.v1.Resources;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskGroup;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RktConfigCheckTest {

    private static final String PATH = "task_groups[0].tasks[0]";

    private final RktConfigCheck check = new RktConfigCheck();

    @Test
    void a_block_with_every_setting_is_good() {
        assertThat(faults("""
                        {"image": "https://coreos.com/etcd.aci", "auth": {"username": "u", "password": "${var.jobs/web.p}"}, "command": "/etcd", "args": ["-bind", "${NOMAD_PORT_http}", 7],
                         "trust_prefix": "coreos.com/etcd", "dns_servers": ["8.8.8.8", "2001:4860:4860::8888"],
                         "dns_search_domains": ["internal.corp"], "net": ["network1"], "port_map": {"http": "8080-tcp"},
                         "debug": true, "volumes": ["/path/on/host:/path/in/container:readOnly", "local/conf:/etc/conf"],
                         "insecure_options": ["image", "tls"], "no_overlay": "true", "group": 100,
                         "ulimit": {"nofile": "2048:4096", "nproc": 100, "core": "unlimited", "stack": "${meta.stack}"}}
                        """, "http")).isEmpty();
    }

    @Test
    void an_unknown_setting_that_is_no_identifier_is_quoted_in_its_path() {
        assertThat(faults("{\"image\": \"a\", \"my-key\": \"x\"}"))
                .singleElement()
                .asString()
                .startsWith("[\"my-key\"]: Unknown setting");
    }

    @ParameterizedTest
    @CsvSource({"imagee, image", "portmap, port_map", "dns_server, dns_servers", "vulumes, volumes"})
    void an_unknown_setting_is_refused_with_the_nearest_known_one(String unknown, String meant) {
        assertThat(faults("{\"image\": \"a\", \"" + unknown + "\": \"x\"}"))
                .containsExactly(unknown + ": Unknown setting of the rkt driver; did you mean \"" + meant + "\"?");
    }

    @Test
    void an_unknown_setting_that_is_like_none_is_refused_with_all_known_ones() {
        assertThat(faults("{\"image\": \"a\", \"privileged_mode_xyz\": true}"))
                .singleElement()
                .asString()
                .contains("known are args, auth, command, debug")
                .contains("volumes");
    }

    @Test
    void a_short_hash_does_not_tell_which_image_is_meant_where_images_are_verified() {
        String config = "{\"image\": \"sha512-%s\"%s}";
        String verified = ", \"trust_prefix\": \"example.com\"";

        assertThat(faults(config.formatted("ab".repeat(15), verified)))
                .singleElement()
                .asString()
                .startsWith("image: Must have at least 32 digits of the hash if images are verified");
        assertThat(faults(config.formatted("ab".repeat(16), verified))).isEmpty();
        assertThat(faults(config.formatted("ab", ""))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"image\": \"\"}", "{\"image\": null}"})
    void an_image_must_be_given(String config) {
        assertThat(faults(config)).singleElement().asString().startsWith("image: Must be given");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"image\": [\"a\"]                   | image: Must be a text, not a list",
                "\"image\": \"--net=host\"            | image: Must not begin with a dash, as \"--net=host\" does",
                "\"image\": \"a\", \"args\": \"-v\"     | args: Must be a list of texts, such as [\"…\"], not the text \"-v\"",
                "\"image\": \"a\", \"args\": [[]]      | args[0]: Must be a text, not a list",
                "\"image\": \"a\", \"args\": [\"---\"]  | args[0]: rkt takes --- for the end of the arguments",
                "\"image\": \"a\", \"debug\": \"yes\"   | debug: Must be true or false, not \"yes\"",
                "\"image\": \"a\", \"debug\": 1        | debug: Must be true or false, not the number 1",
                "\"image\": \"a\", \"group\": {}       | group: Must be a text, not a block",
                "\"image\": \"a\", \"port_map\": 80    | port_map: Must be a block of texts, not the number 80",
                "\"image\": \"a\", \"port_map\": [80]  | port_map: Must be a block of texts, not a list with the number 80",
                "\"image\": \"a\", \"net\": [\"\"]      | net[0]: Must not be empty"
            })
    void a_value_of_the_wrong_kind_is_refused(String config, String fault) {
        assertThat(faults("{" + config + "}")).containsExactly(fault);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"username\": \"u\" | auth: Must have a password that is not empty",
                "\"password\": \"${var.jobs/web.p}\" | auth: Must have a username that is not empty",
                "\"username\": \"u\", \"password\": \"s3cret\" | auth.password: Must be the value of a variable, as in",
                "\"username\": \"u\", \"password\": \"x${var.jobs/web.p}\" | auth.password: Must be the value of a variable",
                "\"username\": \"u\", \"password\": \"${meta.p}\" | auth.password: Must be the value of a variable, as in",
                "\"username\": \"u\", \"password\": [] | auth.password: Must be a text, not a list",
                "\"username\": \"u\", \"pasword\": \"x\" | auth.pasword: Unknown setting of the block auth; did you mean \"password\"?",
                "\"username\": \"u:v\", \"password\": \"${var.jobs/web.p}\" | auth.username: Must have no colon",
                "\"username\": \"u\", \"password\": \"${var.jobs/web.p}\", \"server_address\": \"https://a/v1\" | auth.server_address: Must be HOST or HOST:PORT",
            })
    void credentials_that_are_none_are_refused(String block, String fault) {
        assertThat(faults("{\"image\": \"docker://a.b/c\", \"auth\": {%s}}".formatted(block)))
                .singleElement()
                .asString()
                .startsWith(fault)
                .doesNotContain("s3cret");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "docker://a.b/c         | ''",
                "https://a.b/c.aci      | ''",
                "${meta.image}          | ''",
                "http://a.b/c.aci       | auth: A password is not sent over plain HTTP: use https://",
                "example.com/web:1.0    | auth: server_address must be given: an image by name may be on any server",
                "/srv/web.aci           | auth: \"/srv/web.aci\" is fetched from no server: leave the block out",
                "local/web.aci          | auth: \"local/web.aci\" is fetched from no server: leave the block out",
            })
    void credentials_go_with_an_image_of_a_server(String image, String fault) {
        String block = "{\"username\": \"${var.jobs/web.u}\", \"password\": \"${var.jobs/web.p}\"}";

        assertThat(faults("{\"image\": \"%s\", \"auth\": %s}".formatted(image, block)))
                .isEqualTo(fault.isEmpty() ? List.of() : List.of(fault));
        assertThat(faults("{\"image\": \"%s\", \"auth\": [%s]}".formatted(image, block)))
                .hasSize(fault.isEmpty() ? 0 : 1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"nofiles\": \"1\"       | ulimit.nofiles: \"nofiles\" is no limit; did you mean \"nofile\"?",
                "\"nofile\": \"many\"     | ulimit.nofile: Must be a number, unlimited, or two of these as SOFT:HARD, not \"many\"",
                "\"nofile\": \"1:2:3\"    | ulimit.nofile: Must be a number, unlimited, or two of these as SOFT:HARD, not \"1:2:3\"",
                "\"nofile\": \"\"         | ulimit.nofile: Must be a number, unlimited, or two of these as SOFT:HARD, not \"\"",
                "\"nofile\": \"20:10\"    | ulimit.nofile: The soft limit must not be above the hard one, as in \"20:10\"",
                "\"core\": \"-1:0\"       | ulimit.core: The soft limit must not be above the hard one, as in \"-1:0\"",
                "\"core\": true           | ulimit.core: Must be a number, unlimited, or two of these as SOFT:HARD, not \"true\"",
                "\"${meta.x}\": \"1\"     | ulimit[\"${meta.x}\"]: \"${meta.x}\" is no limit"
            })
    void a_limit_that_is_none_is_refused(String limit, String fault) {
        assertThat(faults("{\"image\": \"a\", \"ulimit\": {" + limit + "}}"))
                .singleElement()
                .asString()
                .startsWith(fault);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/srv/data             | Write host:container or host:container:readOnly, not \"/srv/data\"",
                ":/data                | Write host:container or host:container:readOnly, not \":/data\"",
                "/a:/b:readOnly:x      | Write host:container or host:container:readOnly, not \"/a:/b:readOnly:x\"",
                "/srv/data:/data:ro    | Only readOnly may follow the second colon, not \"ro\"",
                "/srv/data:data        | The path in the container must be absolute, not \"data\"",
                "/srv/\\u0000:/data     | A path must not have a zero character",
                "/srv/a,b:/data        | rkt accepts no comma in a path, as in \"/srv/a,b:/data\""
            })
    void a_volume_must_name_both_its_ends(String volume, String fault) {
        assertThat(faults("{\"image\": \"a\", \"volumes\": [\"" + volume + "\"]}"))
                .containsExactly("volumes[0]: " + fault);
    }

    @ParameterizedTest
    @CsvSource({
        "../.., true",
        "../../other, true",
        "local/../../../../etc, true",
        ".., true",
        "../alloc/data, false",
        "local/../x, false",
        "/srv/../../etc, false",
        "${meta.x}/../../.., false"
    })
    void a_relative_volume_that_leads_out_of_the_allocation_is_refused_at_once(String source, boolean isFault) {
        List<String> faults = faults("{\"image\": \"a\", \"volumes\": [\"" + source + ":/x\"]}");

        assertThat(faults)
                .hasSize(isFault ? 1 : 0)
                .allMatch(fault -> fault.contains("leads out of the allocation's directory: name one below local/"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"[\"host\"]", "[\"none\"]", "[\"10.0.0.1\", \"::1\"]", "[\"${attr.unique.network.ip}\"]"})
    void dns_servers_are_addresses_or_one_word(String servers) {
        assertThat(faults("{\"image\": \"a\", \"dns_servers\": " + servers + "}"))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"dns.example", "1.2.3", "256.1.1.1", "1.2.3.4.5", "::1::", "fe80::1%eth0", "hosts"})
    void a_dns_server_that_is_no_address_is_refused(String server) {
        assertThat(faults("{\"image\": \"a\", \"dns_servers\": [\"" + server + "\"]}"))
                .containsExactly("dns_servers[0]: Must be an IP address, or the only entry host or none, not \""
                        + server + "\"");
    }

    @Test
    void a_dns_word_stands_alone() {
        assertThat(faults("{\"image\": \"a\", \"dns_servers\": [\"8.8.8.8\", \"none\"]}"))
                .containsExactly("dns_servers[1]: \"none\" must be the only entry");
    }

    @Test
    void a_port_map_may_be_a_list_of_blocks_as_some_readers_of_hcl_have_it() {
        assertThat(faults(
                        "{\"image\": \"a\", \"port_map\": [{\"http\": 8080}, {\"admin\": \"9-tcp\"}]}",
                        "http",
                        "admin"))
                .isEmpty();
        assertThat(faults("{\"image\": \"a\", \"port_map\": [{\"http\": \"a\"}, {\"http\": \"b\"}]}", "http"))
                .containsExactly("port_map.http: Is given twice; leave one");
    }

    @Test
    void a_mapped_port_must_be_declared() {
        assertThat(faults("{\"image\": \"a\", \"port_map\": {\"htpp\": \"8080-tcp\", \"http\": \"8080-tcp\"}}", "http"))
                .containsExactly("port_map.htpp: No task of the group has a port \"htpp\" in its resources;"
                        + " did you mean \"http\"?");
        assertThat(faults("{\"image\": \"a\", \"port_map\": {\"http\": \"8080-tcp\"}}"))
                .containsExactly(
                        "port_map.http: No task of the group has a port \"http\" in its resources; declare it there");
    }

    @Test
    void a_port_of_another_task_of_the_group_may_be_mapped() throws InvalidProtocolBufferException {
        Task task = task("{\"image\": \"a\", \"port_map\": {\"http\": \"8080-tcp\"}}");
        Task other = task("{\"image\": \"a\"}", "http");
        TaskGroup group = TaskGroup.newBuilder().addTasks(task).addTasks(other).build();

        assertThat(check.check(group, task, PATH)).isEmpty();
    }

    @Test
    void a_port_needs_a_mapping_outside_host_networking() {
        assertThat(faults("{\"image\": \"a\"}", "http", "admin"))
                .containsExactly(
                        "port_map: Port \"http\" needs an entry that names the image's port, such as"
                                + " port_map { http = \"8080-tcp\" }, or net = [\"host\"]",
                        "port_map: Port \"admin\" needs an entry that names the image's port, such as"
                                + " port_map { admin = \"8080-tcp\" }, or net = [\"host\"]");
        assertThat(faults("{\"image\": \"a\", \"net\": [\"host\"]}", "http")).isEmpty();
        assertThat(faults("{\"image\": \"a\", \"net\": [\"${meta.net}\"]}", "http"))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"8080_tcp", "Web", "-a", "a--b", "a-"})
    void a_port_of_the_image_has_a_name_that_rkt_takes(String name) {
        assertThat(faults("{\"image\": \"a\", \"port_map\": {\"http\": \"" + name + "\"}}", "http"))
                .singleElement()
                .asString()
                .startsWith("port_map.http: Must be the name of a port in the image");
    }

    @Test
    void what_is_only_known_on_the_node_is_not_judged() {
        assertThat(faults("""
                        {"image": "${meta.image}", "debug": "${meta.debug}", "volumes": ["${meta.volume}"],
                         "port_map": {"http": "${meta.port}"}}
                        """, "http")).isEmpty();
    }

    private List<String> faults(String config, String... ports) {
        try {
            Task task = task(config, ports);
            TaskGroup group = TaskGroup.newBuilder().addTasks(task).build();
            return check.check(group, task, PATH).stream()
                    .map(RktConfigCheckTest::withoutPath)
                    .toList();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("The test's config is no JSON: " + config, e);
        }
    }

    private static Task task(String config, String... ports) throws InvalidProtocolBufferException {
        Struct.Builder struct = Struct.newBuilder();
        JsonFormat.parser().merge(config, struct);
        Resources.Builder resources = Resources.newBuilder();
        for (String port : ports) {
            resources.addPorts(Port.newBuilder().setLabel(port));
        }
        return Task.newBuilder().setConfig(struct).setResources(resources).build();
    }

    private static String withoutPath(JobViolation violation) {
        assertThat(violation.getField()).startsWith(PATH + ".config");
        String relative = violation.getField().substring((PATH + ".config").length());
        return (relative.startsWith(".") ? relative.substring(1) : relative) + ": " + violation.getDescription();
    }
}
