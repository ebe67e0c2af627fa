package dev.gantry.node.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.gantry.model.VariableReference;
import dev.gantry.v1.AllocatedPort;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.Job;
import dev.gantry.v1.Node;
import dev.gantry.v1.Resources;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TaskEnvironmentTest {

    private static final Node NODE = Node.newBuilder()
            .setId("n-1")
            .setName("alpha")
            .setDatacenter("dc1")
            .setNodeClass("gpu")
            .putMeta("rack", "r7")
            .putAttributes("kernel.name", "linux")
            .putAttributes("arch", "amd64")
            .putAttributes("driver.rkt.version", "1.30.0")
            .build();

    private static final Task WEB = Task.newBuilder()
            .setName("web")
            .setUser("${meta.owner}")
            .setResources(Resources.newBuilder().setCpu(200).setMemoryMib(64))
            .putMeta("tier", "task")
            .putEnv("MY_ENV", "on ${NOMAD_PORT_http} in ${node.datacenter}")
            .putEnv("my-env", "dashed")
            .build();

    private static final Task SIDE = Task.newBuilder().setName("log-ship").build();

    private static final TaskGroup GROUP = TaskGroup.newBuilder()
            .setName("front")
            .addTasks(WEB)
            .addTasks(SIDE)
            .putMeta("tier", "group")
            .putMeta("owner", "nobody")
            .build();

    private static final Job JOB = Job.newBuilder()
            .setId("shop")
            .setName("Shop")
            .addTaskGroups(GROUP)
            .putMeta("tier", "job")
            .putMeta("foo", "bar")
            .build();

    private static final Allocation ALLOCATION = Allocation.newBuilder()
            .setId("a-1")
            .setName("shop.front[3]")
            .setTaskGroup("front")
            .setIndex(3)
            .addPorts(port("http", "web", "10.0.0.7", 23456))
            .addPorts(port("v6", "web", "fd00::7", 23457))
            .addPorts(port("in", "log-ship", "10.0.0.7", 23458))
            .build();

    private final TaskEnvironment environment = TaskEnvironment.of(NODE, JOB, GROUP, WEB, ALLOCATION, Map.of());

    @ParameterizedTest
    @CsvSource({
        "ALLOC_DIR, /alloc",
        "TASK_DIR, /local",
        "SECRETS_DIR, /secrets",
        "MEMORY_LIMIT, 64",
        "CPU_LIMIT, 200",
        "ALLOC_ID, a-1",
        "ALLOC_NAME, shop.front[3]",
        "ALLOC_INDEX, 3",
        "TASK_NAME, web",
        "GROUP_NAME, front",
        "JOB_NAME, Shop",
        "DC, dc1",
        "REGION, global",
        "IP_http, 10.0.0.7",
        "PORT_http, 23456",
        "ADDR_http, 10.0.0.7:23456",
        "HOST_PORT_http, 23456",
        "ADDR_v6, [fd00::7]:23457",
        "IP_log_ship_in, 10.0.0.7",
        "PORT_log_ship_in, 23458",
        "ADDR_log_ship_in, 10.0.0.7:23458",
        "META_foo, bar",
        "META_FOO, bar",
        "META_TIER, task",
        "META_owner, nobody",
    })
    void sets_nomads_variables_with_both_prefixes(String name, String value) {
        assertThat(environment.variables())
                .contains(entry("NOMAD_" + name, value))
                .contains(entry("GANTRY_" + name, value));
    }

    @Test
    void sets_no_other_variables() {
        assertThat(environment.variables()).hasSize(2 * expectedNomadVariables() + WEB.getEnvCount());
        assertThat(environment.variables()).doesNotContainKey("NOMAD_HOST_PORT_log_ship_in");
    }

    /**
     * 3 directories, 2 limits, 8 names, 4 variables for each of 2 own ports, 3 for another task's port, 3 metas twice.
     */
    private static int expectedNomadVariables() {
        return 3 + 2 + 8 + 2 * 4 + 3 + 3 * 2;
    }

    @Test
    void the_tasks_own_variables_come_last_and_win() {
        Task insistent = WEB.toBuilder().putEnv("NOMAD_PORT_http", "80").build();
        Map<String, String> variables = TaskEnvironment.of(NODE, JOB, GROUP, insistent, ALLOCATION, Map.of())
                .variables();

        assertThat(variables).contains(entry("NOMAD_PORT_http", "80"), entry("GANTRY_PORT_http", "23456"));
        assertThat(new ArrayList<>(environment.variables().keySet())
                        .subList(
                                environment.variables().size() - 2,
                                environment.variables().size()))
                .containsExactly("MY_ENV", "my_env");
    }

    @ParameterizedTest
    @CsvSource({
        "${NOMAD_PORT_http}, 23456",
        "-bind=${NOMAD_ADDR_http}!, -bind=10.0.0.7:23456!",
        "${NOMAD_ADDR_log-ship_in}, 10.0.0.7:23458",
        "${NOMAD_ADDR_log_ship_in}, 10.0.0.7:23458",
        "${MY_ENV}, on 23456 in dc1",
        "${my-env}, dashed",
        "${NOMAD_META_foo}, bar",
        "${meta.foo}, bar",
        "${meta.rack}, r7",
        "${node.datacenter}, dc1",
        "${nomad.datacenter}, dc1",
        "${node.unique.name}, alpha",
        "${node.unique.id}, n-1",
        "${node.class}, gpu",
        "${node.region}, global",
        "${attr.kernel.name}, linux",
        "${driver.rkt.version}, 1.30.0",
        "${NOMAD_TASK_NAME}-${NOMAD_ALLOC_INDEX}, web-3",
    })
    void replaces_known_names(String text, String replaced) {
        assertThat(interpolate(text)).isEqualTo(replaced);
    }

    @ParameterizedTest
    @CsvSource({
        "${UNKNOWN}",
        "${meta.unknown}",
        "${attr.unknown}",
        "${arch}",
        "${HOME:-/root}",
        "$NOMAD_PORT_http",
        "${}",
        "${NOMAD_PORT_http",
        "$1",
    })
    void leaves_unknown_names_to_the_shell(String text) {
        assertThat(interpolate(text)).isEqualTo(text);
    }

    @Test
    void values_are_not_interpolated_again() {
        Task task = WEB.toBuilder()
                .putEnv("TWICE", "${NOMAD_META_trick}")
                .putMeta("trick", "${NOMAD_PORT_http} $1")
                .build();

        assertThat(TaskEnvironment.of(NODE, JOB, GROUP, task, ALLOCATION, Map.of())
                        .variables())
                .contains(entry("TWICE", "${NOMAD_PORT_http} $1"));
    }

    @Test
    void replaces_in_all_strings_of_the_config_and_in_the_user_but_not_in_keys() {
        Struct config = Struct.newBuilder()
                .putFields("image", text("app-${NOMAD_DC}"))
                .putFields(
                        "args",
                        Value.newBuilder()
                                .setListValue(ListValue.newBuilder().addValues(text("${NOMAD_PORT_http}")))
                                .build())
                .putFields(
                        "port_map",
                        Value.newBuilder()
                                .setStructValue(Struct.newBuilder().putFields("${NOMAD_DC}", text("${NOMAD_DC}-tcp")))
                                .build())
                .putFields("debug", Value.newBuilder().setBoolValue(true).build())
                .build();

        Task replaced =
                environment.interpolate(WEB.toBuilder().setConfig(config).build());

        Map<String, Value> fields = replaced.getConfig().getFieldsMap();
        assertThat(fields.get("image")).isEqualTo(text("app-dc1"));
        assertThat(fields.get("args").getListValue().getValuesList()).isEqualTo(List.of(text("23456")));
        assertThat(fields.get("port_map").getStructValue().getFieldsMap())
                .containsExactly(entry("${NOMAD_DC}", text("dc1-tcp")));
        assertThat(fields.get("debug").getBoolValue()).isTrue();
        assertThat(replaced.getUser()).isEqualTo("nobody");
    }

    @ParameterizedTest
    @CsvSource({"a-b.c, a_b.c", "discovery.type, discovery.type", ".x, .x", "1st, _st", "x1, x1", "ä, _", "A_B, A_B"})
    void names_keep_letters_digits_underscores_and_dots(String name, String cleaned) {
        Task task = Task.newBuilder().setName("t").putEnv(name, "v").build();

        assertThat(TaskEnvironment.of(NODE, JOB, GROUP, task, ALLOCATION, Map.of())
                        .variables())
                .contains(entry(cleaned, "v"));
    }

    @Test
    void values_of_variables_are_filled_into_env_and_args_only_and_not_read_again() {
        Struct config = Struct.newBuilder()
                .putFields("args", list("-p=${var.jobs/shop.db.pass}", "${SECRET}", "${OPEN}", "${var.jobs/shop.none}"))
                .putFields("image", text("${SECRET}-${OPEN}-${var.jobs/shop.db.pass}"))
                .build();
        Task task = WEB.toBuilder()
                .clearEnv()
                .putEnv("SECRET", "x${var.jobs/shop.db.pass}y")
                .putEnv("OPEN", "o")
                .putEnv("UNKNOWN", "${var.jobs/shop.none}")
                .setConfig(config)
                .setUser("${SECRET}")
                .build();
        TaskEnvironment filled = TaskEnvironment.of(
                NODE, JOB, GROUP, task, ALLOCATION, Map.of(new VariableReference("jobs/shop.db", "pass"), "${OPEN}$1"));

        assertThat(filled.variables())
                .contains(
                        entry("SECRET", "x${OPEN}$1y"), entry("OPEN", "o"), entry("UNKNOWN", "${var.jobs/shop.none}"));
        assertThat(filled.secrets()).containsExactlyInAnyOrder("SECRET", "UNKNOWN");
        Task whole = filled.interpolate(task);
        assertThat(whole.getConfig().getFieldsOrThrow("args"))
                .isEqualTo(list("-p=${OPEN}$1", "x${OPEN}$1y", "o", "${var.jobs/shop.none}"));
        assertThat(whole.getConfig().getFieldsOrThrow("image")).isEqualTo(text("${SECRET}-o-${var.jobs/shop.db.pass}"));
        assertThat(whole.getUser()).isEqualTo("${SECRET}");
        assertThat(filled.interpolate("${SECRET} ${OPEN}")).isEqualTo("${SECRET} o");
        assertThat(filled.interpolateSecret("${SECRET} ${OPEN}")).isEqualTo("x${OPEN}$1y o");
        assertThat(filled.isSecret("${OPEN} ${var.jobs/shop.none} ${attr.none}"))
                .isFalse();
        assertThat(filled.isSecret("${var.jobs/shop.db.pass}")).isTrue();
        assertThat(filled.isSecret("${SECRET}")).isTrue();
    }

    private static Value list(String... texts) {
        ListValue.Builder list = ListValue.newBuilder();
        for (String one : texts) {
            list.addValues(text(one));
        }
        return Value.newBuilder().setListValue(list).build();
    }

    private String interpolate(String text) {
        Struct config = Struct.newBuilder().putFields("x", text(text)).build();
        return environment
                .interpolate(WEB.toBuilder().setConfig(config).build())
                .getConfig()
                .getFieldsOrThrow("x")
                .getStringValue();
    }

    private static Value text(String value) {
        return Value.newBuilder().setStringValue(value).build();
    }

    private static AllocatedPort port(String label, String task, String ip, int number) {
        return AllocatedPort.newBuilder()
                .setLabel(label)
                .setTask(task)
                .setIp(ip)
                .setPort(number)
                .build();
    }
}
