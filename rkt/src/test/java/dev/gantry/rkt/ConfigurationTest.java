package dev.gantry.rkt;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The configuration of rkt itself, and the commands that print it. */
class ConfigurationTest extends RktTest {

    @Test
    void the_data_directory_and_the_stage1_are_those_that_are_configured() throws Exception {
        Path data = directory.resolve("configured");
        write("system/paths.d/a.json", "{\"rktKind\":\"paths\",\"rktVersion\":\"v1\",\"data\":\"/nowhere\"}");
        write("local/paths.d/a.json", "{\"rktKind\":\"paths\",\"rktVersion\":\"v1\",\"data\":\"%s\"}".formatted(data));
        write("local/stage1.d/a.json", """
                {"rktKind":"stage1","rktVersion":"v1","name":"coreos.com/rkt/stage1-fly","version":"1.30.0",
                 "location":"/usr/lib/rkt/stage1-fly.aci"}""");

        String uuid = call("--insecure-options=image", "prepare", image.toString(), "--exec=/bin/true")
                .succeeded()
                .out()
                .strip();

        assertThat(data.resolve("pods/prepared").resolve(uuid)).isDirectory();
        assertThat(data.resolve("pods/prepared").resolve(uuid).resolve("flavor"))
                .hasContent("fly");
        assertThat(call("list", "--no-legend", "--full").succeeded().out()).startsWith(uuid);
        assertThat(rkt.call("list", "--no-legend").out()).as("--dir supersedes").isEmpty();
        Rkt.Result ran = call("--insecure-options=image", "run", "--net=host", image.toString(), "--exec=/bin/true");
        assertThat(ran.exitCode()).as(ran.err()).isZero();
        assertThat(call("image", "list", "--no-legend").succeeded().out()).contains("example.com/shell");
    }

    @Test
    void config_prints_what_counts_as_one_would_configure_it() throws Exception {
        write("local/auth.d/a.json", """
                {"rktKind":"auth","rktVersion":"v1","domains":["a.example","b.example"],"type":"basic",
                 "credentials":{"user":"u","password":"p"}}""");
        write("user/auth.d/a.json", """
                {"rktKind":"auth","rktVersion":"v1","domains":["b.example"],"type":"oauth",
                 "credentials":{"token":"t"}}""");
        write("local/stage1.d/a.json", "{\"rktKind\":\"stage1\",\"rktVersion\":\"v1\",\"name\":\"stage1-crun\"}");

        String config = call("config", "--user-config=" + directory.resolve("user"))
                .succeeded()
                .out();

        assertThat(JsonParser.parseString(config)).isEqualTo(JsonParser.parseString("""
                {"stage0":[
                 {"rktVersion":"v1","rktKind":"auth","domains":["a.example"],"type":"basic",
                  "credentials":{"user":"u","password":"p"}},
                 {"rktVersion":"v1","rktKind":"auth","domains":["b.example"],"type":"oauth","credentials":{"token":"t"}},
                 {"rktVersion":"v1","rktKind":"paths","data":"/var/lib/rkt"},
                 {"rktVersion":"v1","rktKind":"stage1","name":"stage1-crun"}]}"""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "no JSON",
                "[]",
                "{\"rktKind\":\"auth\",\"rktVersion\":\"v1\",\"data\":\"/x\"}",
                "{\"rktKind\":\"paths\",\"rktVersion\":\"v2\",\"data\":\"/x\"}",
                "{\"rktKind\":\"paths\",\"rktVersion\":\"v1\",\"data\":\"x\"}",
                "{\"rktKind\":\"paths\",\"rktVersion\":\"v1\",\"data\":5}"
            })
    void a_file_that_is_no_such_configuration_is_named_by_the_shell_and_by_java(String text) throws IOException {
        write("local/paths.d/bad.json", text);

        for (List<String> command : List.of(List.of("list"), List.of("image", "list"))) {
            Rkt.Result result = call(command.toArray(String[]::new));
            assertThat(result.exitCode()).isEqualTo(254);
            assertThat(result.err()).contains("invalid configuration file \"").contains("bad.json\": ");
        }
    }

    @Test
    void two_data_directories_in_one_directory_and_a_stage1_that_is_not_here_are_refused() throws IOException {
        write(
                "local/stage1.d/a.json",
                "{\"rktKind\":\"stage1\",\"rktVersion\":\"v1\",\"name\":\"coreos.com/rkt/stage1-kvm\"}");
        assertThat(call("prepare", image.toString()).err()).contains("the stage1 \"coreos.com/rkt/stage1-kvm\"");

        for (String name : List.of("a", "b")) {
            write("local/paths.d/" + name + ".json", "{\"rktKind\":\"paths\",\"rktVersion\":\"v1\",\"data\":\"/x\"}");
        }
        for (String command : List.of("list", "config")) {
            assertThat(call(command).err()).contains("b.json\": another file of its directory sets data too");
        }
    }

    @Test
    void a_status_is_found_by_the_file_of_the_uuid() throws IOException {
        String uuid = rkt.prepare(image.toString(), "--user-annotation=team=red", "--user-annotation=a=b=c");
        Files.writeString(directory.resolve("uuid"), uuid + "\n");

        assertThat(rkt.call("status", "--uuid-file=" + directory.resolve("uuid"))
                        .succeeded()
                        .out())
                .startsWith("state=prepared\n");
        assertThat(rkt.call("status", "--format=json", "--uuid-file=" + directory.resolve("uuid"))
                        .out())
                .contains("\"user_annotations\":{\"team\":\"red\",\"a\":\"b=c\"}");
        assertThat(rkt.call("prepare", "--user-annotation=team=red", image.toString())
                        .err())
                .contains("--user-annotation must follow an image");
        assertThat(rkt.call("status", "--uuid-file=" + directory.resolve("none"))
                        .exitCode())
                .isEqualTo(254);
        assertThat(rkt.call("status", "--uuid-file=" + directory.resolve("uuid"), uuid)
                        .exitCode())
                .isEqualTo(254);
    }

    @Test
    void bash_completes_commands_and_pods() throws Exception {
        String uuid = rkt.prepare(image.toString());
        Path script = Files.writeString(
                directory.resolve("completion.bash"),
                rkt.call("completion", "bash").succeeded().out());
        assertThat(rkt.call("completion", "zsh").err()).isEqualTo("completion: 'zsh' shell is not supported\n");

        List<String> commands = rkt.call("help")
                .out()
                .lines()
                .dropWhile(line -> !line.equals("Commands:"))
                .skip(1)
                .takeWhile(line -> !line.isEmpty())
                .map(line -> line.strip().split(" ", 2)[0])
                .toList();
        assertThat(complete(script, "rkt", "")).containsExactlyInAnyOrderElementsOf(commands);
        assertThat(complete(script, "rkt", "help", "")).containsExactlyInAnyOrderElementsOf(commands);
        assertThat(complete(script, "rkt", "image", "ex")).containsExactly("export", "extract");
        assertThat(complete(script, "rkt", "run-")).containsExactly("run-prepared");
        assertThat(complete(script, "rkt", "--debug", "run-prepared", uuid.substring(0, 2)))
                .containsExactly(uuid);
        assertThat(complete(script, "rkt", "enter", uuid.substring(0, 2))).isEmpty();
    }

    private List<String> complete(Path script, String... words) throws Exception {
        String program = """
                rkt() { %s --dir=%s "$@"; }
                . %s; cd /; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _rkt
                for reply in "${COMPREPLY[@]}"; do echo "$reply"; done""".formatted(Path.of("bin/rkt").toAbsolutePath(), rkt.data(), script);
        List<String> command = new ArrayList<>(List.of("bash", "-c", program, "bash"));
        command.addAll(Arrays.asList(words));
        Process bash = new ProcessBuilder(command).redirectErrorStream(true).start();
        String out = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(bash.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return out.lines().toList();
    }

    /** The launcher without a data directory on its command line. */
    private Rkt.Result call(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of("bin/rkt").toAbsolutePath().toString(),
                "--system-config=" + directory.resolve("system"),
                "--local-config=" + directory.resolve("local")));
        command.addAll(Arrays.asList(arguments));
        Path out = Files.createTempFile(directory, "call", ".out");
        Path err = Files.createTempFile(directory, "call", ".err");
        Process process = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return new Rkt.Result(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    private void write(String file, String text) throws IOException {
        Path path = directory.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }
}
