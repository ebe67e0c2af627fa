package dev.gantry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import dev.gantry.v1.DeleteVariableRequest;
import dev.gantry.v1.DeleteVariableResponse;
import dev.gantry.v1.GetVariableResponse;
import dev.gantry.v1.ListVariableKeysResponse;
import dev.gantry.v1.ListVariablesRequest;
import dev.gantry.v1.ListVariablesResponse;
import dev.gantry.v1.PutVariableRequest;
import dev.gantry.v1.PutVariableResponse;
import dev.gantry.v1.RotateVariableKeyResponse;
import dev.gantry.v1.Variable;
import dev.gantry.v1.VariableKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VarCommandsTest {

    private static final Variable STORED = Variable.newBuilder()
            .setPath("jobs/web")
            .setCreateIndex(7)
            .setModifyIndex(9)
            .setCreateTime(Timestamp.newBuilder().setSeconds(1_770_000_000))
            .setModifyTime(Timestamp.newBuilder().setSeconds(1_770_000_060))
            .build();

    private static final Variable WHOLE = STORED.toBuilder()
            .putItems("password", "two\nlines\u001b[2J")
            .putItems("db", "pg")
            .build();

    @AutoClose
    private final ScriptedCluster cluster = new ScriptedCluster();

    @TempDir
    Path dir;

    @Test
    void values_come_from_arguments_files_and_standard_input() throws IOException {
        Path file = Files.writeString(dir.resolve("key.pem"), "-----BEGIN\nKEY-----\n");
        cluster.answers(
                "PutVariable",
                PutVariableResponse.newBuilder().setVariable(STORED).build());

        CliRun run =
                put("from input\n", "user=web", "empty=", "eq=a=b", "pem=@" + file, "pass=-", "at=\\@home", "dash=\\-");

        assertThat(run.err()).isEmpty();
        assertThat(run.out()).isEqualTo("==> Variable \"jobs/web\" is stored, modify index 9\n");
        assertThat(cluster.requests())
                .containsExactly(PutVariableRequest.newBuilder()
                        .setPath("jobs/web")
                        .putItems("user", "web")
                        .putItems("empty", "")
                        .putItems("eq", "a=b")
                        .putItems("pem", "-----BEGIN\nKEY-----\n")
                        .putItems("pass", "from input\n")
                        .putItems("at", "@home")
                        .putItems("dash", "-")
                        .build());
    }

    @Test
    void all_items_come_from_a_json_object_on_standard_input() {
        cluster.answers(
                "PutVariable",
                PutVariableResponse.newBuilder().setVariable(STORED).build());

        CliRun run = put("{\"user\": \"web\", \"pass\": \"a\\nb\"}", "-", "--check-index", "0");

        assertThat(run.err()).isEmpty();
        assertThat(cluster.requests())
                .containsExactly(PutVariableRequest.newBuilder()
                        .setPath("jobs/web")
                        .putItems("user", "web")
                        .putItems("pass", "a\nb")
                        .setCheckIndex(0)
                        .build());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            s3cret            |                     | Item 1 is not KEY=VALUE, KEY=@FILE, KEY=- or -
            a=b s3cret        |                     | Item 2 is not KEY=VALUE
            =s3cret           |                     | Item 1 is not KEY=VALUE
            a=s3cret a=s3cret |                     | Key "a" stands twice
            a=- b=-           | s3cret              | Only one item can come from standard input
            -                 | {"a": "s3cret"      | Standard input is no JSON object
            -                 | ["s3cret"]          | Standard input is no JSON object
            -                 | {"a": ["s3cret"]}   | The value of "a" on standard input is no text
            -                 | {"a": 12}           | The value of "a" on standard input is no text
            a=@/nowhere/x     |                     | Can't read /nowhere/x
            """)
    void a_wrong_argument_is_refused_without_a_value(String arguments, String in, String why) {
        CliRun run = put(in == null ? "" : in, arguments.split(" "));

        assertThat(run.err()).startsWith("error: " + why).doesNotContain("s3cret");
        assertThat(run.out()).isEmpty();
        assertThat(run.exitCode()).isEqualTo(GantryCli.FAILED);
        assertThat(cluster.requests()).isEmpty();
    }

    @Test
    void an_input_that_is_too_large_or_no_text_is_refused() throws IOException {
        Path large = Files.writeString(dir.resolve("large"), "x".repeat(65_537));
        Path binary = Files.write(dir.resolve("binary"), new byte[] {(byte) 0xff});

        assertThat(put("", "a=@" + large).err()).contains("large is too large: a variable has at most 65,536 bytes");
        assertThat(put("", "a=@" + binary).err()).contains("binary is no UTF-8 text: encode it");
    }

    @Test
    void a_variable_is_shown_and_its_control_characters_are_escaped() {
        cluster.answers(
                "GetVariable",
                GetVariableResponse.newBuilder().setVariable(WHOLE).build());

        assertThat(CliRun.of(cluster, "var", "get", "jobs/web").out()).isEqualTo("""
                        Path         = jobs/web
                        Modify index = 9
                        Created      = 2026-02-02T02:40:00Z
                        Modified     = 2026-02-02T02:41:00Z

                        Items
                        db       = pg
                        password = two\\nlines\\u001b[2J
                        """);
    }

    @Test
    void one_value_is_printed_as_it_is() {
        cluster.answers(
                "GetVariable",
                GetVariableResponse.newBuilder().setVariable(WHOLE).build());

        assertThat(CliRun.of(cluster, "var", "get", "--item", "password", "jobs/web")
                        .out())
                .isEqualTo("two\nlines\u001b[2J\n");
        CliRun none = CliRun.of(cluster, "var", "get", "--item", "x", "jobs/web");
        assertThat(none.err()).isEqualTo("error: Variable \"jobs/web\" has no key \"x\"; it has db, password\n");
        assertThat(none.exitCode()).isEqualTo(GantryCli.FAILED);
        assertThat(CliRun.of(cluster, "var", "get", "--json", "jobs/web").out())
                .contains("\"db\": \"pg\"")
                .contains("\"modifyIndex\": \"9\"");
    }

    @Test
    void variables_are_listed_and_deleted() {
        cluster.answers(
                "ListVariables",
                ListVariablesResponse.newBuilder().addVariables(STORED).build());
        cluster.answers("DeleteVariable", DeleteVariableResponse.getDefaultInstance());

        assertThat(CliRun.of(cluster, "var", "list", "jobs/").out()).isEqualTo("""
                        Path      Modify index  Modified
                        jobs/web  9             2026-02-02T02:41:00Z
                        """);
        assertThat(CliRun.of(cluster, "var", "list", "--json").out()).contains("\"path\": \"jobs/web\"");
        assertThat(CliRun.of(cluster, "var", "delete", "--check-index", "9", "jobs/web")
                        .out())
                .isEqualTo("==> Variable \"jobs/web\" is deleted\n");
        List<Object> requests = new ArrayList<>(cluster.requests());
        assertThat(requests.get(0))
                .isEqualTo(ListVariablesRequest.newBuilder().setPrefix("jobs/").build());
        assertThat(requests.get(2))
                .isEqualTo(DeleteVariableRequest.newBuilder()
                        .setPath("jobs/web")
                        .setCheckIndex(9)
                        .build());
    }

    @Test
    void keys_are_rotated_and_listed() {
        VariableKey primary =
                VariableKey.newBuilder().setId(12).setPrimary(true).build();
        cluster.answers(
                "RotateVariableKey",
                RotateVariableKeyResponse.newBuilder()
                        .setKey(primary)
                        .setVariablesToEncrypt(3)
                        .build());
        cluster.answers(
                "ListVariableKeys",
                ListVariableKeysResponse.newBuilder()
                        .addKeys(primary)
                        .addKeys(VariableKey.newBuilder().setId(5).setVariables(2))
                        .addKeys(VariableKey.newBuilder()
                                .setId(4)
                                .setMissing(true)
                                .setVariables(1))
                        .build());

        assertThat(CliRun.of(cluster, "operator", "keyring", "rotate").out())
                .isEqualTo("==> Key 12 is the primary key; the server encrypts 3 variables again\n");
        assertThat(CliRun.of(cluster, "operator", "keyring", "list").out()).isEqualTo("""
                        Key  State    Variables
                        12   primary  0
                        5    older    2
                        4    missing  1
                        """);
    }

    private CliRun put(String in, String... items) {
        List<String> arguments = new ArrayList<>(List.of("var", "put", "jobs/web"));
        arguments.addAll(List.of(items));
        return CliRun.of(Map.of("GANTRY_ADDR", cluster.address()), in, arguments.toArray(String[]::new));
    }
}
