package dev.gantry.api;

import dev.gantry.model.FieldPath;
import dev.gantry.model.Signals;
import dev.gantry.model.TaskPath;
import dev.gantry.model.VariableReference;
import dev.gantry.model.VariableRules;
import dev.gantry.template.Delimiters;
import dev.gantry.template.Lookup;
import dev.gantry.template.ParsedTemplate;
import dev.gantry.template.TaskLookups;
import dev.gantry.template.TemplateException;
import dev.gantry.v1.Job;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskGroup;
import dev.gantry.v1.Template;
import dev.gantry.v1.TemplateChangeMode;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/** Validates the templates of tasks: their text, what they look up, and where their files go. */
final class TemplateValidator {

    private static final int MOST = 64;
    private static final int LONGEST_DELIMITER = 16;
    private static final Pattern PERMS = Pattern.compile("0?[0-7]{3}");

    private final String jobId;
    private final Violations violations;

    private TemplateValidator(String jobId, Violations violations) {
        this.jobId = jobId;
        this.violations = violations;
    }

    static void check(Job job, TaskGroup group, String path, Violations violations) {
        TemplateValidator validator = new TemplateValidator(job.getId(), violations);
        for (int i = 0; i < group.getTasksCount(); i++) {
            validator.check(group.getTasks(i), FieldPath.element(path + ".tasks", i));
        }
    }

    private void check(Task task, String path) {
        String field = path + ".templates";
        if (task.getTemplatesCount() > MOST) {
            violations.add(field, "are %d; the limit is %d".formatted(task.getTemplatesCount(), MOST));
            return;
        }
        violations.checkUnique(field, "destination", task.getTemplatesList(), TemplateValidator::destination);
        for (int i = 0; i < task.getTemplatesCount(); i++) {
            check(task.getTemplates(i), FieldPath.element(field, i));
        }
        int lookups = TaskLookups.of(task).size();
        if (lookups > TaskLookups.MOST) {
            violations.add(
                    field, "look up %d services and variables; the limit is %d".formatted(lookups, TaskLookups.MOST));
        }
    }

    private static String destination(Template template) {
        return TaskPath.parse(template.getDestination()).map(TaskPath::toString).orElse(template.getDestination());
    }

    private void check(Template template, String path) {
        if (template.getData().isEmpty() == template.getSource().isEmpty()) {
            violations.add(
                    path + ".data",
                    template.getData().isEmpty()
                            ? "is missing: write the template here, or name its file with source"
                            : "can't stand beside source: take one out");
        }
        checkData(template, path + ".data");
        checkFiles(template, path);
        checkChange(template, path);
    }

    private void checkData(Template template, String field) {
        Delimiters delimiters = Delimiters.of(template.getLeftDelimiter(), template.getRightDelimiter());
        if (isWrong(delimiters.left()) || isWrong(delimiters.right())) {
            violations.add(
                    field.replaceFirst("data$", "left_delimiter"),
                    "\"%s\" and \"%s\" are no delimiters: use 1 to %d characters without spaces, quotes, letters, digits and /"
                            .formatted(delimiters.left(), delimiters.right(), LONGEST_DELIMITER));
            return;
        }
        try {
            ParsedTemplate.parse(template.getData(), delimiters).lookups().forEach(lookup -> check(lookup, field));
        } catch (TemplateException e) {
            violations.add(field, e.getMessage());
        }
    }

    private static boolean isWrong(String delimiter) {
        return delimiter.length() > LONGEST_DELIMITER
                || delimiter
                        .chars()
                        .anyMatch(c ->
                                Character.isWhitespace(c) || Character.isLetterOrDigit(c) || "\"'`/-".indexOf(c) >= 0);
    }

    private void check(Lookup lookup, String field) {
        if (lookup instanceof Lookup.OfVariable variable) {
            Optional<String> fault = VariableRules.faultOfPath(variable.path());
            String own = VariableReference.pathOf(jobId);
            if (fault.isPresent()) {
                violations.add(field, "nomadVar: the path " + fault.get());
            } else if (!VariableReference.isOfJob(variable.path(), jobId)) {
                violations.add(
                        field,
                        "nomadVar: \"%s\" is not the job's to read: a job reads %s and what is below it"
                                .formatted(variable.path(), own));
            }
        } else if (lookup instanceof Lookup.OfService service && service.name().isEmpty()) {
            violations.add(field, "nomadService: the name of the service is missing: write \"NAME\" or \"TAG.NAME\"");
        }
    }

    private void checkFiles(Template template, String path) {
        if (template.getDestination().isEmpty()) {
            violations.add(path + ".destination", "is missing: name the file to write, such as local/app.conf");
        } else if (TaskPath.parse(template.getDestination()).isEmpty()) {
            violations.add(
                    path + ".destination",
                    "\"%s\" is no file of the task: begin it with local/, secrets/ or alloc/ (but not alloc/logs/), and leave out .."
                            .formatted(template.getDestination()));
        }
        if (!template.getSource().isEmpty()
                && TaskPath.parse(template.getSource())
                        .filter(source -> source.root() != TaskPath.Root.ALLOC)
                        .isEmpty()) {
            violations.add(
                    path + ".source",
                    "\"%s\" is no file of the task: begin it with local/ or secrets/, and leave out .."
                            .formatted(template.getSource()));
        }
        if (!template.getPerms().isEmpty()
                && !PERMS.matcher(template.getPerms()).matches()) {
            violations.add(
                    path + ".perms",
                    "\"%s\" is no mode: use three octal digits, such as 0640".formatted(template.getPerms()));
        }
        if (template.getUid() < 0) {
            violations.add(path + ".uid", "%d is no user: use 0 or more".formatted(template.getUid()));
        }
        if (template.getGid() < 0) {
            violations.add(path + ".gid", "%d is no group: use 0 or more".formatted(template.getGid()));
        }
    }

    private void checkChange(Template template, String path) {
        DurationValidator.check(path + ".splay", template.getSplay(), Duration.ZERO, violations);
        String signal = template.getChangeSignal();
        boolean isSignal = template.getChangeMode() == TemplateChangeMode.TEMPLATE_CHANGE_MODE_SIGNAL;
        if (template.getChangeMode() == TemplateChangeMode.UNRECOGNIZED) {
            violations.add(
                    path + ".change_mode",
                    "%d is no change mode: use restart, signal or noop".formatted(template.getChangeModeValue()));
        } else if (isSignal && template.getEnv()) {
            violations.add(
                    path + ".change_mode",
                    "can't be signal for env: the environment of a running task does not change; use restart or noop");
        } else if (isSignal && signal.isEmpty()) {
            violations.add(path + ".change_signal", "is missing: name a signal, such as SIGHUP");
        } else if (isSignal) {
            Signals.fault(signal).ifPresent(fault -> violations.add(path + ".change_signal", fault));
        } else if (!signal.isEmpty()) {
            violations.add(path + ".change_signal", "needs the change mode signal: set it, or take the signal out");
        }
    }
}
