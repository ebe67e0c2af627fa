package dev.gantry.model;

import dev.gantry.v1.Task;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * A reference of a task to a value of a variable, written <code>${var.PATH.KEY}</code> in values of {@code env}, in
 * some texts of {@code config} ({@link ConfigTexts#mayReferToVariables}), and in sources and headers of artifacts.
 *
 * @param path the path of the variable
 * @param key the key of the value
 */
public record VariableReference(String path, String key) {

    /** The most references of a task to different values. */
    public static final int MOST = 100;

    private static final String PREFIX = "var.";
    private static final String JOBS = "jobs/";
    private static final Pattern WRITTEN = Pattern.compile("\\$\\{(var\\.[^}]*)}");

    /**
     * Parses a reference.
     *
     * @param name the text between <code>${</code> and <code>}</code>. The key begins after the last dot, since paths may
     *     have dots
     * @return the reference; empty if the text is none
     */
    public static Optional<VariableReference> parse(String name) {
        int dot = name.lastIndexOf('.');
        if (!name.startsWith(PREFIX) || dot < PREFIX.length()) {
            return Optional.empty();
        }
        VariableReference reference =
                new VariableReference(name.substring(PREFIX.length(), dot), name.substring(dot + 1));
        boolean isValid = VariableRules.faultOfPath(reference.path).isEmpty() && VariableRules.isKey(reference.key);
        return isValid ? Optional.of(reference) : Optional.empty();
    }

    /**
     * Finds what is written like a reference.
     *
     * @param text any text
     * @return each text between <code>${</code> and <code>}</code> that begins with {@code var.}, valid or not
     */
    public static List<String> names(String text) {
        return text.contains("${var.")
                ? WRITTEN.matcher(text).results().map(match -> match.group(1)).toList()
                : List.of();
    }

    /**
     * Returns the references of a task.
     *
     * @param task the task
     * @return the valid references in its env, its artifacts and where its config may have them, each once
     */
    public static Set<VariableReference> of(Task task) {
        Set<VariableReference> found = new LinkedHashSet<>();
        new TreeMap<>(task.getEnvMap()).values().forEach(text -> addAll(text, found));
        ConfigTexts.forEach(task.getConfig(), (place, text) -> {
            if (ConfigTexts.mayReferToVariables(place)) {
                addAll(text, found);
            }
        });
        task.getArtifactsList().forEach(artifact -> {
            addAll(artifact.getSource(), found);
            new TreeMap<>(artifact.getHeadersMap()).values().forEach(text -> addAll(text, found));
        });
        return found;
    }

    /**
     * Decides whether the tasks of a job may read the variable.
     *
     * @param jobId the job; a child of a periodic or parameterized job reads the variables of its parent
     * @return true for the job's path, see {@link #pathOf}, and what is below it
     */
    public boolean isOfJob(String jobId) {
        return isOfJob(path, jobId);
    }

    /**
     * Decides whether the tasks of a job may read a variable, as {@link #isOfJob(String)} does.
     *
     * @param path the path of the variable
     * @param jobId the job
     * @return true for the job's path, and what is below it
     */
    public static boolean isOfJob(String path, String jobId) {
        String own = pathOf(jobId);
        return path.equals(own) || path.startsWith(own + "/");
    }

    /**
     * Returns the path of a job's variables. A slash in the id is a ~, which no id has: else the job {@code team} could
     * read the variables of the job {@code team/web}.
     *
     * @param jobId the job
     * @return {@code jobs/ID}; for a child, of its parent
     */
    public static String pathOf(String jobId) {
        return JOBS + ParentJobs.rootId(jobId).replace('/', '~');
    }

    /** Returns the reference as jobs write it. */
    @Override
    public String toString() {
        return "${%s%s.%s}".formatted(PREFIX, path, key);
    }

    private static void addAll(String text, Set<VariableReference> found) {
        names(text).forEach(name -> parse(name).ifPresent(found::add));
    }
}
