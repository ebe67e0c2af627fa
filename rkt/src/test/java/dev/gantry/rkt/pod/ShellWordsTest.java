package dev.gantry.rkt.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.rkt.RktException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class ShellWordsTest {

    /** Quoted twice, as in the launch file: a value of words, which eval takes apart. */
    @Property(tries = 100)
    void a_shell_takes_quoted_words_for_what_they_were(@ForAll("words") List<String> words)
            throws IOException, RktException {
        String script = "words=" + ShellWords.quote(ShellWords.quote(words))
                + "\neval \"set -- $words\"\nfor word; do printf '%s\\0' \"$word\"; done\n";

        Process shell =
                new ProcessBuilder("/bin/sh", "-s").redirectErrorStream(true).start();
        shell.getOutputStream().write(script.getBytes(StandardCharsets.UTF_8));
        shell.getOutputStream().close();

        String expected =
                String.join("", words.stream().map(word -> word + "\0").toList());
        assertThat(new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo(expected);
    }

    @Example
    void a_nul_is_refused() {
        assertThatThrownBy(() -> ShellWords.quote("a\0b")).isInstanceOf(RktException.class);
    }

    @Provide
    Arbitrary<List<String>> words() {
        Arbitrary<String> nasty = Arbitraries.strings()
                .withChars("'\"\\$`(){}[]<>|&;*?~#!=% \t\n-ab0é😀".replace("😀", ""))
                .ofMaxLength(12);
        Arbitrary<String> any =
                Arbitraries.strings().excludeChars('\0').ofMaxLength(20).filter(ShellWordsTest::isText);
        return Arbitraries.oneOf(nasty, any).list().ofMinSize(1).ofMaxSize(30);
    }

    private static boolean isText(String text) {
        return StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }
}
