package dev.gantry.model;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Writes and reads the paths of fields, in the faults of a request and in the diff of a plan alike:
 *
 * <ul>
 *   <li>fields of nested messages are joined by dots: {@code update.max_parallel};
 *   <li>an element of a list has its index in brackets, counted from 0: {@code task_groups[0]}. In a diff it has its
 *       name instead, where it has one: {@code task_groups["web"]};
 *   <li>an entry of a map or of a task's {@code config} is written as a field, {@code meta.team}, or, if its key is no
 *       identifier, in brackets: {@code meta["my.key"]}.
 * </ul>
 *
 * <p>Faults have indexes because names can be missing, repeated or malformed there. A diff has names because an index
 * is useless once elements were added or moved.
 */
public final class FieldPath {

    private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    /** A step at the beginning of a path: an identifier, an index, or a name in brackets. */
    private static final Pattern STEP =
            Pattern.compile("\\.?([A-Za-z_][A-Za-z0-9_]*)|\\[([0-9]{1,9})]|\\[\"((?:[^\"\\\\]|\\\\.)*+)\"]");

    private static final Pattern ESCAPE = Pattern.compile("\\\\(.)", Pattern.DOTALL);

    private FieldPath() {}

    /**
     * A step of a path.
     *
     * @param name the name of a field, of an element or of an entry; empty for an index
     * @param index the index of an element, from 0; -1 for a name
     */
    public record Step(String name, int index) {

        /**
         * Decides whether the step is an index.
         *
         * @return true if it is
         */
        public boolean isIndex() {
            return index >= 0;
        }
    }

    /**
     * Reads a path.
     *
     * @param path a path as this class writes it
     * @return its steps; of another text the steps before what is no path, which shortened paths end with
     */
    public static List<Step> steps(String path) {
        List<Step> steps = new ArrayList<>();
        Matcher step = STEP.matcher(path);
        while (step.lookingAt()) {
            if (step.group(2) != null) {
                steps.add(new Step("", Integer.parseInt(step.group(2))));
            } else if (step.group(3) != null) {
                steps.add(new Step(ESCAPE.matcher(step.group(3)).replaceAll("$1"), -1));
            } else {
                steps.add(new Step(step.group(1), -1));
            }
            step.region(step.end(), path.length());
        }
        return List.copyOf(steps);
    }

    /**
     * Returns the path of a field of a message.
     *
     * @param path the path of the message; empty for the outermost message
     * @param name the name of the field, as in the .proto file
     * @return a path such as {@code update.max_parallel}
     */
    public static String field(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    /**
     * Returns the path of an element of a list, by its index.
     *
     * @param path the path of the list
     * @param index the index of the element, from 0
     * @return a path such as {@code task_groups[0]}
     */
    public static String element(String path, int index) {
        return path + "[" + index + "]";
    }

    /**
     * Returns the path of an element of a list, by its name.
     *
     * @param path the path of the list
     * @param name the name of the element; any text
     * @return a path such as {@code task_groups["web"]}, with quotes and backslashes of the name escaped
     */
    public static String element(String path, String name) {
        return path + "[" + quote(name) + "]";
    }

    /**
     * Returns the path of an entry of a map.
     *
     * @param path the path of the map
     * @param key the key of the entry; any text
     * @return a path such as {@code meta.team}, or {@code meta["my.key"]} if the key is not an identifier
     */
    public static String entry(String path, String key) {
        return IDENTIFIER.matcher(key).matches() ? field(path, key) : element(path, key);
    }

    /**
     * Returns the whole path of a field from a path within a message or map.
     *
     * @param path the path of the outer message or map
     * @param relative a path that begins there; it may begin with a bracket
     * @return the whole path
     */
    public static String within(String path, String relative) {
        return relative.startsWith("[") ? path + relative : field(path, relative);
    }

    private static String quote(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
