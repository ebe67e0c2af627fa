package dev.gantry.template;

import dev.gantry.v1.Task;
import dev.gantry.v1.Template;
import java.util.LinkedHashSet;
import java.util.Set;

/** What the templates of a task look up at the server. */
public final class TaskLookups {

    /** The most services and variables that the templates of a task may look up. */
    public static final int MOST = 100;

    private TaskLookups() {}

    /**
     * Collects the lookups of a task.
     *
     * @param task the task of a job that was accepted
     * @return the lookups of its templates with data, each once. Templates that are files of the task may use these too, and
     *     no others
     */
    public static Set<Lookup> of(Task task) {
        Set<Lookup> lookups = new LinkedHashSet<>();
        for (Template template : task.getTemplatesList()) {
            try {
                Delimiters delimiters = Delimiters.of(template.getLeftDelimiter(), template.getRightDelimiter());
                ParsedTemplate.parse(template.getData(), delimiters).lookups().forEach(lookups::add);
            } catch (TemplateException e) {
                // The node, which renders the template, reports the fault. Submissions with one are refused.
            }
        }
        return lookups;
    }
}
