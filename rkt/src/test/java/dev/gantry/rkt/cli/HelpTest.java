package dev.gantry.rkt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.rkt.cli.FlagSyntax.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The help of a command names the flags that the command takes, and no others. */
class HelpTest {

    private static final Path LIBEXEC = Path.of("libexec");
    private static final Pattern FLAG = Pattern.compile("--([a-z][a-z0-9-]*)");
    private static final Pattern BRANCH = Pattern.compile("(?m)^    ([a-z0-9 |-]+)\\) kind=");
    private static final Pattern COMPARISON = Pattern.compile("\"\\$1\" != ([a-z-]+) \\] \\|\\| kind=");

    @Test
    void of_commands_that_are_written_in_java() throws IOException {
        FlagSyntax ofApps = PodArguments.APP_SYNTAX;
        assertThat(inHelp("prepare")).isEqualTo(names(PrepareCommand.POD_SYNTAX.with(ofApps)));
        assertThat(inHelp("run")).isEqualTo(names(PrepareCommand.RUN_SYNTAX.with(ofApps)));
        assertThat(inHelp("fetch")).isEqualTo(names(FetchCommand.SYNTAX.with(Kind.VALUE, "signature")));
        assertThat(inHelp("trust")).isEqualTo(names(TrustCommand.SYNTAX));
    }

    @ParameterizedTest
    @CsvSource({
        "run-prepared, runtime-flags",
        "cat-manifest, cat-manifest",
        "enter, enter",
        "gc, gc",
        "help, help",
        "list, list",
        "rm, rm",
        "status, status",
        "stop, stop",
        "version, version"
    })
    void of_commands_that_are_written_in_shell(String command, String script) throws IOException {
        String text = Files.readString(LIBEXEC.resolve(script + ".sh"));
        String function = text.substring(text.indexOf("command_flag() {"));
        Set<String> taken = new TreeSet<>(GlobalOptions.SYNTAX.names());
        BRANCH.matcher(function)
                .results()
                .flatMap(branch -> Stream.of(branch.group(1).split(" \\| ", -1)))
                .forEach(taken::add);
        Matcher comparison = COMPARISON.matcher(function);
        while (comparison.find()) {
            taken.add(comparison.group(1));
        }

        assertThat(inHelp(command)).isEqualTo(taken);
    }

    private static Set<String> names(FlagSyntax syntax) {
        return new TreeSet<>(syntax.names());
    }

    private static Set<String> inHelp(String command) throws IOException {
        String text = Files.readString(LIBEXEC.resolve("help").resolve(command + ".txt"))
                + Files.readString(LIBEXEC.resolve("help/global-flags"));
        Set<String> flags = new TreeSet<>();
        FLAG.matcher(text).results().forEach(flag -> flags.add(flag.group(1)));
        return flags;
    }
}
