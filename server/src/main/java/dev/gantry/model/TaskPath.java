package dev.gantry.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file in one of the directories that a task sees, as job files name it: {@code local/app.conf}, {@code
 * /secrets/key.pem} as the task itself does, or <code>${NOMAD_TASK_DIR}/app.conf</code>.
 *
 * @param root the directory
 * @param names the names below it, one or more; none is empty, {@code .} or {@code ..}, or has a slash in it
 */
public record TaskPath(Root root, List<String> names) {

    private static final int LONGEST_NAME = 255;
    private static final int MOST_NAMES = 32;
    private static final Pattern DIRECTORY =
            Pattern.compile("^\\$\\{(?:NOMAD|GANTRY)_(TASK|SECRETS|ALLOC)_DIR}(?=/|$)");

    /** A directory that a task sees. */
    public enum Root {
        /** The task's own. */
        LOCAL("local"),
        /** The task's own, for secrets. */
        SECRETS("secrets"),
        /** Shared by the tasks of an allocation. */
        ALLOC("alloc");

        private final String word;

        Root(String word) {
            this.word = word;
        }
    }

    /** Copies the list. */
    public TaskPath {
        names = List.copyOf(names);
    }

    /**
     * Parses a path.
     *
     * @param text the path
     * @return the path; empty if it begins with none of the directories, leaves it, or names no file in it. Logs, which
     *     are below {@code alloc}, are no such files
     */
    public static Optional<TaskPath> parse(String text) {
        String[] written = withoutVariable(text).replaceFirst("^/+", "").split("/+", -1);
        List<String> names = new ArrayList<>();
        for (String name : written) {
            if (name.equals("..")) {
                return Optional.empty();
            }
            if (!name.equals(".") && !name.isEmpty()) {
                names.add(name);
            }
        }
        boolean isValid = names.size() > 1
                && names.size() <= MOST_NAMES
                && !text.endsWith("/")
                && names.stream().allMatch(name -> name.length() <= LONGEST_NAME && name.indexOf('\0') < 0);
        return isValid
                ? root(names.get(0))
                        .map(root -> new TaskPath(root, names.subList(1, names.size())))
                        .filter(path ->
                                path.root != Root.ALLOC || !path.names.get(0).equals("logs"))
                : Optional.empty();
    }

    private static String withoutVariable(String text) {
        Matcher variable = DIRECTORY.matcher(text);
        if (!variable.find()) {
            return text;
        }
        String directory =
                variable.group(1).equals("TASK") ? "local" : variable.group(1).toLowerCase(Locale.ROOT);
        return directory + text.substring(variable.end());
    }

    private static Optional<Root> root(String word) {
        for (Root root : Root.values()) {
            if (root.word.equals(word)) {
                return Optional.of(root);
            }
        }
        return Optional.empty();
    }

    /** Returns the path as job files write it. */
    @Override
    public String toString() {
        return root.word + "/" + String.join("/", names);
    }
}
