package dev.gantry.api;

import dev.gantry.model.ExecLimits;
import dev.gantry.model.FieldPath;
import dev.gantry.model.ParentJobs;
import dev.gantry.v1.JobViolation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Collects the first hundred faults of a request. Used by one thread. */
final class Violations {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,128}");
    private static final Pattern JOB_ID = Pattern.compile("(?=.{1,128}$)[A-Za-z0-9._-]+(?:/[A-Za-z0-9._-]+)*");
    private static final Pattern DOTS = Pattern.compile("\\.+");
    private static final int MOST = 100;

    /** Tasks get each value of meta under this prefix, and under the shorter one of Nomad. */
    private static final String LONGEST_PREFIX_OF_META = "GANTRY_META_";

    private final List<JobViolation> found = new ArrayList<>();

    void add(String field, String description) {
        if (found.size() < MOST) {
            found.add(InvalidRequestException.violation(field, description));
        }
    }

    void addAll(List<JobViolation> more) {
        more.forEach(violation -> add(violation.getField(), violation.getDescription()));
    }

    /**
     * Checks a name. Names become names of files, so a name of only dots, which would mean another directory, is
     * invalid.
     */
    void checkName(String field, String name) {
        if (name.isEmpty()) {
            add(field, "is missing");
        } else if (!NAME.matcher(name).matches() || DOTS.matcher(name).matches()) {
            add(field, "\"%s\" is no name: use 1 to 128 of A-Z a-z 0-9 . _ -, not only dots".formatted(name));
        }
    }

    /**
     * Checks the id of a job that is submitted: names with single slashes between them. It has not the form of a child's
     * id, since policies treat a child like its parent.
     */
    void checkJobId(String field, String id) {
        if (id.isEmpty()) {
            add(field, "is missing");
        } else if (!JOB_ID.matcher(id).matches()
                || Arrays.stream(id.split("/"))
                        .anyMatch(part -> DOTS.matcher(part).matches())) {
            add(
                    field,
                    "\"%s\" is no id: use 1 to 128 of A-Z a-z 0-9 . _ - and single / between them, not only dots"
                            .formatted(id));
        } else if (ParentJobs.isChildId(id)) {
            add(
                    field,
                    "\"%s\" is an id for a child of the job %s: end it with something else"
                            .formatted(id, ParentJobs.rootId(id)));
        }
    }

    /** Checks that no two elements have the same name. */
    <T> void checkUnique(String listField, String nameField, List<T> list, Function<T, String> name) {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < list.size(); i++) {
            String one = name.apply(list.get(i));
            if (!seen.add(one) && !one.isEmpty()) {
                add(FieldPath.element(listField, i) + "." + nameField, "\"%s\" is used twice".formatted(one));
            }
        }
    }

    /** Checks entries of meta, which become environment variables. */
    void checkMeta(String field, Map<String, String> meta) {
        checkVariables(field, meta);
        meta.forEach((name, value) -> {
            String variable = LONGEST_PREFIX_OF_META + name;
            ExecLimits.faultOfVariable(variable, value)
                    .ifPresent(fault -> add(
                            FieldPath.entry(field, name),
                            "becomes the environment variable %s, which %s".formatted(variable, fault)));
        });
    }

    private void checkVariables(String field, Map<String, String> variables) {
        variables.forEach((name, value) -> {
            if (name.isEmpty() || name.indexOf('=') >= 0 || !TextRules.isPlain(name)) {
                add(
                        field,
                        "\"%s\" is no name of a variable: it is empty, or has a = or a control character in it"
                                .formatted(name));
            }
            if (value.indexOf('\0') >= 0) {
                add(FieldPath.entry(field, name), "has a zero byte in it");
            }
        });
    }

    /** Checks the variables of a task. */
    void checkEnvironment(String field, Map<String, String> variables) {
        checkVariables(field, variables);
        variables.forEach((name, value) ->
                ExecLimits.faultOfVariable(name, value).ifPresent(fault -> add(FieldPath.entry(field, name), fault)));
    }

    /**
     * Ends a check.
     *
     * @throws InvalidRequestException if there are violations; it names all of them
     */
    void requireNone() {
        if (!found.isEmpty()) {
            throw new InvalidRequestException(found());
        }
    }

    List<JobViolation> found() {
        return List.copyOf(found);
    }
}
