package dev.gantry.rkt.cli;

import dev.gantry.rkt.cli.Flags.Flag;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** The flags of a command. Parses them as rkt's parser (spf13/pflag) does. */
final class FlagSyntax {

    /** The kinds of flags, by the value that they take. */
    enum Kind {
        /** {@code --x} is {@code --x=true}; the value must be a boolean as Go reads it. */
        BOOL,
        /** {@code --x=VALUE} or {@code --x VALUE}. */
        VALUE,
        /** {@code --x} or {@code --x=VALUE}. */
        OPTIONAL
    }

    private static final Set<String> TRUE = Set.of("1", "t", "T", "TRUE", "true", "True");
    private static final Set<String> FALSE = Set.of("0", "f", "F", "FALSE", "false", "False");

    private final Map<String, Kind> kinds;

    private FlagSyntax(Map<String, Kind> kinds) {
        this.kinds = Map.copyOf(kinds);
    }

    /** Returns a syntax without flags. */
    static FlagSyntax none() {
        return new FlagSyntax(Map.of());
    }

    /** Returns these flags and more flags of one kind. */
    FlagSyntax with(Kind kind, String... names) {
        Map<String, Kind> more = new HashMap<>(kinds);
        for (String name : names) {
            more.put(name, kind);
        }
        return new FlagSyntax(more);
    }

    /** Returns these flags and those of another syntax. */
    FlagSyntax with(FlagSyntax other) {
        Map<String, Kind> more = new HashMap<>(kinds);
        more.putAll(other.kinds);
        return new FlagSyntax(more);
    }

    /** Returns the names of all flags. */
    Set<String> names() {
        return kinds.keySet();
    }

    /** Decides whether there is a flag of this name. */
    boolean knows(String name) {
        return kinds.containsKey(name);
    }

    /** Decides whether a word of a command line is a flag. */
    static boolean isFlag(String word) {
        return word.length() > 1 && word.startsWith("-") && !word.equals("--") && !word.equals("---");
    }

    /**
     * Reads the flag at a position.
     *
     * @param words the command line
     * @param position the position of a flag
     * @param sink takes the flag
     * @return the position of the next word
     * @throws UsageException if the flag is unknown or lacks its value, or if the value must be a boolean and is none
     */
    int read(List<String> words, int position, Consumer<Flag> sink) throws UsageException {
        String word = words.get(position);
        if (!word.startsWith("--")) {
            if (word.equals("-h")) {
                throw UsageException.help();
            }
            throw UsageException.error("unknown shorthand flag: '%c' in %s".formatted(word.charAt(1), word));
        }
        int equals = word.indexOf('=');
        String name = word.substring(2, equals < 0 ? word.length() : equals);
        if (name.equals("help")) {
            throw UsageException.help();
        }
        Kind kind = kinds.get(name);
        if (kind == null) {
            throw UsageException.error("unknown flag: --" + name);
        }
        if (equals >= 0) {
            sink.accept(checked(new Flag(name, word.substring(equals + 1)), kind));
            return position + 1;
        }
        if (kind != Kind.VALUE) {
            sink.accept(new Flag(name, kind == Kind.BOOL ? "true" : ""));
            return position + 1;
        }
        if (position + 1 == words.size()) {
            throw UsageException.error("flag needs an argument: --" + name);
        }
        sink.accept(new Flag(name, words.get(position + 1)));
        return position + 2;
    }

    private static Flag checked(Flag flag, Kind kind) throws UsageException {
        if (kind != Kind.BOOL || FALSE.contains(flag.value())) {
            return kind == Kind.BOOL ? new Flag(flag.name(), "false") : flag;
        }
        if (TRUE.contains(flag.value())) {
            return new Flag(flag.name(), "true");
        }
        throw UsageException.invalidValue(
                flag, "strconv.ParseBool: parsing \"%s\": invalid syntax".formatted(flag.value()));
    }
}
