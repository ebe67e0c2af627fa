package dev.gantry.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/**
 * Puts a command line into the form that picocli reads:
 *
 * <ul>
 *   <li>long options that are written with one dash, as Nomad's commands are, get two;
 *   <li>options of a command that stand before it are moved behind it;
 *   <li>flags with a value, {@code -detach=true}, lose the value, and go away if it is {@code false};
 *   <li>options that only Nomad's commands have become what {@link NomadOptions} says.
 * </ul>
 */
final class Arguments {

    private static final String END_OF_OPTIONS = "--";

    /** The value of an option that may go without one. Longer ones are ids. */
    private static final Pattern NUMBER = Pattern.compile("\\d{1,7}");

    private final CommandLine root;
    private final List<String> given;
    private final List<String> path = new ArrayList<>();
    private CommandLine command;

    private Arguments(CommandLine root, String... given) {
        this.root = root;
        this.given = List.of(given);
        this.command = root;
    }

    /**
     * Returns the arguments in picocli's form.
     *
     * @param root the commands that the arguments can be for
     * @param given the arguments; those after {@code --} stay as they are
     * @throws ParameterException if there is a remedy for what is wrong with them that picocli doesn't know
     */
    static String[] of(CommandLine root, String... given) {
        Arguments arguments = new Arguments(root, given);
        int begin = arguments.findCommand();
        return arguments.rewritten(begin).toArray(String[]::new);
    }

    /** Finds the command that is named. Returns the index of the first argument behind its last word. */
    private int findCommand() {
        int begin = 0;
        for (int i = 0; i < given.size() && !given.get(i).equals(END_OF_OPTIONS); i++) {
            String argument = given.get(i);
            CommandLine below = command.getSubcommands().get(argument);
            if (below != null) {
                command = below;
                path.add(argument);
                begin = i + 1;
            } else if (isOption(argument)) {
                i += hasValueBehind(i) ? 1 : 0;
            } else {
                refuseUnknownCommand(given.subList(i, given.size()));
                break;
            }
        }
        return begin;
    }

    /** Decides whether the argument behind an option is its value. What nobody knows has one unless a command follows. */
    private boolean hasValueBehind(int i) {
        if (i + 1 == given.size() || given.get(i).contains("=")) {
            return false;
        }
        String next = given.get(i + 1);
        return option(command, given.get(i))
                .map(Arguments::takesValue)
                .orElseGet(() -> !isOption(next) && !command.getSubcommands().containsKey(next));
    }

    private void refuseUnknownCommand(List<String> words) {
        if (command.getSubcommands().isEmpty()
                && !command.getCommandSpec().positionalParameters().isEmpty()) {
            return;
        }
        List<String> whole = new ArrayList<>(path);
        words.stream().takeWhile(word -> !isOption(word)).forEach(whole::add);
        NomadCommands.remedy(whole, path.size()).ifPresent(remedy -> {
            throw new ParameterException(command, remedy);
        });
    }

    private List<String> rewritten(int begin) {
        List<String> before = new ArrayList<>();
        List<String> behind = new ArrayList<>();
        int words = 0;
        CommandLine level = root;
        int i = 0;
        while (i < given.size()) {
            String argument = given.get(i++);
            if (argument.equals(END_OF_OPTIONS)) {
                behind.add(argument);
                behind.addAll(given.subList(i, given.size()));
                break;
            }
            if (i <= begin && words < path.size() && argument.equals(path.get(words))) {
                level = level.getSubcommands().get(argument);
                before.add(argument);
                words++;
            } else if (!isOption(argument)) {
                behind.add(argument);
            } else {
                boolean isInPlace =
                        words < path.size() && option(level, argument).isPresent();
                i = rewrite(argument, i, isInPlace ? level : command, isInPlace ? before : behind);
            }
        }
        before.addAll(behind);
        return before;
    }

    /** Rewrites an option, and its value behind it if it takes one. Returns the index of the argument after them. */
    private int rewrite(String argument, int next, CommandLine owner, List<String> to) {
        String name = name(argument);
        Optional<String> attached = attached(argument);
        Optional<OptionSpec> known = option(owner, argument);
        if (known.isEmpty()) {
            return rewriteUnknown(argument, next, to);
        }
        OptionSpec option = known.get();
        String written = isOneOf(option, name) ? name : "-" + name;
        if (takesValue(option)) {
            boolean isBehind = attached.isEmpty() && next < given.size();
            to.add(attached.map(value -> written + "=" + value).orElse(written));
            if (isBehind) {
                to.add(given.get(next));
            }
            return isBehind ? next + 1 : next;
        }
        if (!option.fallbackValue().isEmpty()) {
            // Picocli would take any argument behind it for its value.
            boolean isBehind = attached.isEmpty()
                    && next < given.size()
                    && NUMBER.matcher(given.get(next)).matches();
            String value = attached.orElseGet(() -> isBehind ? given.get(next) : option.fallbackValue());
            to.add(written + "=" + value);
            return isBehind ? next + 1 : next;
        }
        if (attached.isEmpty() || !isTruth(attached.get())) {
            to.add(attached.map(value -> written + "=" + value).orElse(written));
        } else if (Boolean.parseBoolean(attached.get())) {
            to.add(written);
        }
        return next;
    }

    private int rewriteUnknown(String argument, int next, List<String> to) {
        Optional<NomadOptions.Meaning> known =
                NomadOptions.find(String.join(" ", path), name(argument).replaceFirst("^--?", ""));
        if (known.isEmpty()) {
            to.add(argument);
            return next;
        }
        NomadOptions.Meaning meaning = known.get();
        Optional<String> value = attached(argument);
        int after = next;
        if (meaning.takesValue() && value.isEmpty() && next < given.size()) {
            value = Optional.of(given.get(next));
            after++;
        }
        if (meaning.remedy(value.orElse("")).isPresent()) {
            throw new ParameterException(
                    command,
                    "Unknown option: '%s'. %s"
                            .formatted(
                                    name(argument),
                                    meaning.remedy(value.orElse("")).get()));
        }
        to.addAll(meaning.written(value.orElse("")));
        return after;
    }

    private static boolean isOption(String argument) {
        return argument.startsWith("-") && argument.length() > 1;
    }

    private static boolean isTruth(String value) {
        return value.equals("true") || value.equals("false");
    }

    private static String name(String argument) {
        return argument.split("=", 2)[0];
    }

    private static Optional<String> attached(String argument) {
        int sign = argument.indexOf('=');
        return sign < 0 ? Optional.empty() : Optional.of(argument.substring(sign + 1));
    }

    /** Finds an option of a command. One letter after a dash is an option of its own. */
    private static Optional<OptionSpec> option(CommandLine command, String argument) {
        String name = name(argument);
        OptionSpec asWritten = command.getCommandSpec().findOption(name);
        return asWritten != null || name.startsWith("--") || name.length() == 2
                ? Optional.ofNullable(asWritten)
                : Optional.ofNullable(command.getCommandSpec().findOption("-" + name));
    }

    private static boolean isOneOf(OptionSpec option, String name) {
        return List.of(option.names()).contains(name);
    }

    private static boolean takesValue(OptionSpec option) {
        return option.arity().min() > 0;
    }
}
