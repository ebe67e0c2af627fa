package dev.gantry.cli;

import java.util.regex.Pattern;

/** Writes a word of a command line for people to paste into a shell. */
final class ShellWord {

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./:=@%+,-]+");

    private ShellWord() {}

    /** Returns the word, in single quotes if a shell would read it as something else. */
    static String of(String word) {
        return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
