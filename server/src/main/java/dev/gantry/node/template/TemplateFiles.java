package dev.gantry.node.template;

import dev.gantry.driver.TaskDirectory;
import dev.gantry.files.FileOwner;
import dev.gantry.files.IoFailures;
import dev.gantry.files.OpenDirectory;
import dev.gantry.model.TaskPath;
import dev.gantry.template.Delimiters;
import dev.gantry.template.Lookup;
import dev.gantry.template.ParsedTemplate;
import dev.gantry.template.TaskLookups;
import dev.gantry.template.TemplateException;
import dev.gantry.v1.Task;
import dev.gantry.v1.Template;
import dev.gantry.v1.TemplateChangeMode;
import dev.gantry.v1.TemplateData;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * The files that the templates of a task are rendered to, for one run of the task. Owned by the task's thread once it is
 * made.
 */
public final class TemplateFiles {

    private static final int LARGEST_SOURCE = 1024 * 1024;

    private final List<Template> templates;
    private final Set<Lookup> lookups;
    private final TaskDirectory directory;
    private final TemplateRecords records;
    private final UnaryOperator<String> interpolation;
    private final Function<String, Optional<String>> environment;

    /** The parsed templates; empty before the first rendering. */
    private final List<ParsedTemplate> parsed = new ArrayList<>();

    /** The digests of the files as they are now. */
    private final List<String> digests = new ArrayList<>();

    /** The digests of the files that the task has been told of. */
    private final List<String> told = new ArrayList<>();

    /**
     * Makes the files of a run.
     *
     * @param task the task
     * @param directory its directory
     * @param interpolation fills in the paths of files
     * @param environment finds what templates read of the environment
     */
    public TemplateFiles(
            Task task,
            TaskDirectory directory,
            UnaryOperator<String> interpolation,
            Function<String, Optional<String>> environment) {
        this.templates = task.getTemplatesList();
        this.lookups = TaskLookups.of(task);
        this.directory = directory;
        this.records = new TemplateRecords(directory.templates());
        this.interpolation = interpolation;
        this.environment = environment;
    }

    /**
     * What has changed.
     *
     * @param templates the templates with changed files
     * @param failures why other templates could not be rendered; their files are as before
     */
    public record Changes(List<Template> templates, List<String> failures) {

        /** Copies the lists. */
        public Changes {
            templates = List.copyOf(templates);
            failures = List.copyOf(failures);
        }
    }

    /**
     * Renders all templates, in their order, and writes their files, before the task starts.
     *
     * @param data what the templates look up
     * @return the environment variables of the templates that have some
     * @throws TemplateFailure if one can't be rendered or written
     */
    public Map<String, String> start(TemplateData data) throws TemplateFailure {
        Map<String, String> variables = new LinkedHashMap<>();
        if (templates.isEmpty()) {
            return variables;
        }
        parsed.clear();
        digests.clear();
        try {
            records.clear();
            for (int i = 0; i < templates.size(); i++) {
                Template template = templates.get(i);
                parsed.add(parse(template, text(i, template)));
                String text = rendered(i, data);
                write(template, text);
                digests.add(TemplateRecords.digest(text));
                if (template.getEnv()) {
                    variables.putAll(variables(template, text));
                }
            }
            told.clear();
            told.addAll(digests);
            records.putDigests(told);
        } catch (IOException e) {
            throw new TemplateFailure("the files of the task", IoFailures.reason(e));
        }
        return variables;
    }

    /**
     * Renders all templates again while the task runs, and writes the files that change. A task that an earlier process of
     * the node has started is compared with what that process has told it.
     *
     * @param data what the templates look up
     * @return what has changed
     * @throws TemplateFailure if nothing could be rendered
     */
    public Changes update(TemplateData data) throws TemplateFailure {
        List<Template> changed = new ArrayList<>();
        List<String> failures = new ArrayList<>();
        try {
            boolean isKnown = !parsed.isEmpty() || resume();
            for (int i = 0; i < templates.size(); i++) {
                try {
                    if (update(i, data, isKnown)) {
                        changed.add(templates.get(i));
                    }
                } catch (TemplateFailure e) {
                    failures.add(e.getMessage());
                }
            }
            tell(
                    isKnown
                            ? Set.of(TemplateChangeMode.TEMPLATE_CHANGE_MODE_NOOP)
                            : EnumSet.allOf(TemplateChangeMode.class));
        } catch (IOException e) {
            throw new TemplateFailure("the files of the task", IoFailures.reason(e));
        }
        return new Changes(changed, failures);
    }

    /** Reads what an earlier process has recorded. Returns false if it has recorded nothing. */
    private boolean resume() throws IOException, TemplateFailure {
        Optional<List<String>> known = records.digests(templates.size());
        List<ParsedTemplate> found = new ArrayList<>();
        for (int i = 0; i < templates.size(); i++) {
            Template template = templates.get(i);
            found.add(parse(template, template.getSource().isEmpty() ? template.getData() : records.source(i)));
        }
        digests.addAll(known.orElse(Collections.nCopies(templates.size(), "")));
        told.addAll(digests);
        parsed.addAll(found);
        return known.isPresent();
    }

    private boolean update(int i, TemplateData data, boolean isKnown) throws IOException, TemplateFailure {
        String text = rendered(i, data);
        String digest = TemplateRecords.digest(text);
        if (digest.equals(digests.get(i))) {
            return false;
        }
        if (isKnown) {
            write(templates.get(i), text);
        }
        digests.set(i, digest);
        return isKnown;
    }

    /**
     * Records that the task has been told of the files of the change modes, as they are now: a later process does not tell it
     * again.
     *
     * @param modes the change modes
     * @throws IOException if that can't be written
     */
    public void tell(Set<TemplateChangeMode> modes) throws IOException {
        List<String> before = List.copyOf(told);
        for (int i = 0; i < templates.size(); i++) {
            if (modes.contains(templates.get(i).getChangeMode())) {
                told.set(i, digests.get(i));
            }
        }
        if (!told.equals(before)) {
            records.putDigests(told);
        }
    }

    private String text(int i, Template template) throws IOException, TemplateFailure {
        if (template.getSource().isEmpty()) {
            return template.getData();
        }
        TaskPath path = path(template, template.getSource());
        try (OpenDirectory parent = OpenDirectory.below(root(path), parents(path))) {
            String text = new String(parent.read(last(path), LARGEST_SOURCE), StandardCharsets.UTF_8);
            records.putSource(i, text);
            return text;
        } catch (IOException e) {
            throw new TemplateFailure(
                    template.getDestination(),
                    "can't read its source %s: %s".formatted(template.getSource(), IoFailures.reason(e)));
        }
    }

    private ParsedTemplate parse(Template template, String text) throws TemplateFailure {
        try {
            ParsedTemplate found = ParsedTemplate.parse(
                    text, Delimiters.of(template.getLeftDelimiter(), template.getRightDelimiter()));
            for (Lookup lookup : found.lookups()) {
                if (!isKnown(lookup)) {
                    throw new TemplateFailure(
                            template.getDestination(),
                            "its source looks up %s: name it in a template with data too, which is checked when the job is submitted"
                                    .formatted(lookup));
                }
            }
            return found;
        } catch (TemplateException e) {
            throw new TemplateFailure(template.getDestination(), e.getMessage());
        }
    }

    private boolean isKnown(Lookup lookup) {
        return lookups.contains(lookup)
                || (lookup instanceof Lookup.OfVariable variable
                        && lookups.contains(new Lookup.OfVariable(variable.path(), true)));
    }

    private String rendered(int i, TemplateData data) throws TemplateFailure {
        Template template = templates.get(i);
        try {
            return parsed.get(i).render(new LookedUp(environment, data), template.getErrorOnMissingKey());
        } catch (TemplateException e) {
            throw new TemplateFailure(template.getDestination(), e.getMessage());
        }
    }

    private static Map<String, String> variables(Template template, String text) throws TemplateFailure {
        try {
            return EnvironmentFile.read(text);
        } catch (IllegalArgumentException e) {
            throw new TemplateFailure(template.getDestination(), e.getMessage());
        }
    }

    private void write(Template template, String text) throws TemplateFailure {
        try {
            TaskPath path = path(template, template.getDestination());
            FileOwner owner = new FileOwner(
                    template.hasUid() ? Optional.of(template.getUid()) : Optional.empty(),
                    template.hasGid() ? Optional.of(template.getGid()) : Optional.empty());
            try (OpenDirectory parent = OpenDirectory.made(root(path), parents(path), records.directory())) {
                parent.write(
                        last(path),
                        text.getBytes(StandardCharsets.UTF_8),
                        permissions(template.getPerms()),
                        owner,
                        records.directory());
            }
        } catch (IOException e) {
            throw new TemplateFailure(template.getDestination(), "can't write the file: " + IoFailures.reason(e));
        }
    }

    private TaskPath path(Template template, String written) throws TemplateFailure {
        String filledIn = interpolation.apply(written);
        return TaskPath.parse(filledIn)
                .orElseThrow(() -> new TemplateFailure(
                        template.getDestination(), "\"%s\" is no file of the task".formatted(filledIn)));
    }

    private Path root(TaskPath path) {
        return switch (path.root()) {
            case LOCAL -> directory.local();
            case SECRETS -> directory.secrets();
            case ALLOC -> directory.shared();
        };
    }

    private static List<String> parents(TaskPath path) {
        return path.names().subList(0, path.names().size() - 1);
    }

    private static String last(TaskPath path) {
        return path.names().get(path.names().size() - 1);
    }

    /** Returns the permissions of an octal mode; 0644 if there is none, as older servers leave it. */
    private static Set<PosixFilePermission> permissions(String mode) {
        int bits = mode.isEmpty() ? 0644 : Integer.parseInt(mode, 8);
        Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        PosixFilePermission[] all = PosixFilePermission.values();
        for (int i = 0; i < all.length; i++) {
            // The constants are in the order of the bits, the highest first.
            if ((bits & (1 << (all.length - 1 - i))) != 0) {
                permissions.add(all[i]);
            }
        }
        return Collections.unmodifiableSet(permissions);
    }
}
