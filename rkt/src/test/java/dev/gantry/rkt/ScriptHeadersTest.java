package dev.gantry.rkt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The header of each script says what the script does, what it needs, and which scripts use it. */
class ScriptHeadersTest {

    private static final Path LIBEXEC = Path.of("libexec");
    private static final Path LAUNCHER = Path.of("bin/rkt");
    private static final Pattern HEADER = Pattern.compile("(#.*\n)+");
    private static final Pattern SOURCED = Pattern.compile("(?m)^ *\\. \"\\$(?:libexec|1)/([a-z0-9-]+\\.sh)\"");
    private static final Pattern RUN = Pattern.compile("-f \"\\$libexec/([a-z0-9-]+\\.awk)\"");
    private static final Pattern COMMANDS = Pattern.compile("(?m)^  (.*)\\)\n    \\. \"\\$libexec/\\$command\\.sh\"");

    static List<Path> scripts() throws IOException {
        try (Stream<Path> files = Files.list(LIBEXEC)) {
            List<Path> scripts =
                    new ArrayList<>(files.filter(file -> file.toString().matches(".*\\.(sh|awk)"))
                            .sorted()
                            .toList());
            scripts.add(LAUNCHER);
            return scripts;
        }
    }

    @ParameterizedTest
    @MethodSource("scripts")
    void a_header_names_inputs_and_exactly_the_scripts_that_use_the_file(Path script) throws IOException {
        String header = HEADER.matcher(Files.readString(script))
                .results()
                .findFirst()
                .orElseThrow()
                .group();
        boolean isAwk = script.toString().endsWith(".awk");
        boolean isLibrary = script.endsWith("json.awk");
        assertThat(header).contains(isLibrary ? "\n# Defines: " : isAwk ? "\n# Input: " : "\n# Needs: ");

        Set<String> named = new TreeSet<>();
        String users = field(header, isAwk ? "Run by:" : "Sourced by:");
        Pattern.compile("[a-z0-9-]+\\.sh|bin/rkt")
                .matcher(users.replaceAll("nobody\\..*", ""))
                .results()
                .forEach(name -> named.add(name.group()));
        assertThat(named).as(users).isEqualTo(usersOf(script.getFileName().toString(), isAwk));
    }

    /** Returns a field of a header: its line and the indented lines that follow. */
    private static String field(String header, String name) {
        assertThat(header).contains("\n# " + name);
        return header.substring(header.indexOf("\n# " + name) + 1)
                .lines()
                .takeWhile(line -> line.startsWith("# " + name) || line.startsWith("#     "))
                .collect(Collectors.joining(" "));
    }

    private static Set<String> usersOf(String name, boolean isAwk) throws IOException {
        Set<String> users = new TreeSet<>();
        for (Path script : scripts()) {
            String text = Files.readString(script);
            boolean uses = (isAwk ? RUN : SOURCED)
                            .matcher(text)
                            .results()
                            .anyMatch(used -> used.group(1).equals(name))
                    || COMMANDS.matcher(text)
                            .results()
                            .anyMatch(commands -> List.of(commands.group(1).split(" \\| ", -1))
                                    .contains(name.replace(".sh", "")));
            if (uses) {
                users.add(
                        script.equals(LAUNCHER)
                                ? "bin/rkt"
                                : script.getFileName().toString());
            }
        }
        return users;
    }
}
