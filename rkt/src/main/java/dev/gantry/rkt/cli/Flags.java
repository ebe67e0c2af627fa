package dev.gantry.rkt.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The flags of a command line, in their order.
 *
 * @param all each flag as often as it was given
 */
record Flags(List<Flag> all) {

    /**
     * A flag of a command line.
     *
     * @param name without dashes
     * @param value its value; for a flag without a value, the default of that form
     */
    record Flag(String name, String value) {}

    Flags {
        all = List.copyOf(all);
    }

    /**
     * Takes the flags out of a command line. They may be at any place in it.
     *
     * @param syntax the flags that there are
     * @param words the command line
     * @param operands receives the other words
     * @return the flags
     * @throws UsageException as {@link FlagSyntax#read} does
     */
    static Flags read(FlagSyntax syntax, List<String> words, List<String> operands) throws UsageException {
        List<Flag> flags = new ArrayList<>();
        int position = 0;
        while (position < words.size()) {
            String word = words.get(position);
            if (word.equals("--")) {
                operands.addAll(words.subList(position + 1, words.size()));
                break;
            }
            if (FlagSyntax.isFlag(word)) {
                position = syntax.read(words, position, flags::add);
            } else {
                operands.add(word);
                position++;
            }
        }
        return new Flags(flags);
    }

    /** Returns these flags and one more. */
    Flags with(Flag flag) {
        List<Flag> more = new ArrayList<>(all);
        more.add(flag);
        return new Flags(more);
    }

    /** Returns all values of a flag, in the order of the command line. */
    List<String> values(String name) {
        return all.stream()
                .filter(flag -> flag.name().equals(name))
                .map(Flag::value)
                .toList();
    }

    /** Returns the value of a flag; the last occurrence counts. */
    Optional<String> last(String name) {
        return all.stream()
                .filter(flag -> flag.name().equals(name))
                .reduce((first, second) -> second)
                .map(Flag::value);
    }

    /** Decides whether a boolean flag is set. */
    boolean isSet(String name) {
        return last(name).filter("true"::equals).isPresent();
    }

    /** Returns the value of a flag that may be given once. */
    Optional<String> once(String name) throws UsageException {
        List<String> values = values(name);
        if (values.size() > 1) {
            throw UsageException.invalidValue(
                    new Flag(name, values.get(1)), "--%s specified multiple times".formatted(name));
        }
        return values.stream().findFirst();
    }
}
