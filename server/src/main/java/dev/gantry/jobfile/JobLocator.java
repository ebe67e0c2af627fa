package dev.gantry.jobfile;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Message;
import dev.gantry.jobfile.hcl.Faults;
import dev.gantry.jobfile.hcl.HclItem;
import dev.gantry.jobfile.hcl.HclName;
import dev.gantry.jobfile.hcl.HclValue;
import dev.gantry.jobfile.hcl.HclValue.Body;
import dev.gantry.jobfile.hcl.HclValue.Sequence;
import dev.gantry.jobfile.hcl.Position;
import dev.gantry.model.FieldPath;
import dev.gantry.model.FieldPath.Step;
import dev.gantry.v1.Job;
import dev.gantry.v1.Port;
import dev.gantry.v1.Resources;
import dev.gantry.v1.Service;
import dev.gantry.v1.Task;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Finds where a file says a field of its job, by the path of the field.
 *
 * <p>Walks the tree of the file beside the job. If the file does not say the field, the place is the innermost block around
 * it that the file has.
 */
final class JobLocator {

    /** Blocks of a group or service whose keys hold where an inner block does not set them. */
    private static final Set<String> INHERITED =
            Set.of("TaskGroup.update", "TaskGroup.migrate", "TaskGroup.reschedule", "Check.check_restart");

    /** Lists that are no lists of the blocks of one kind. In the others an element that is missing was at fault. */
    private static final Set<String> UNCOUNTED = Set.of("Resources.ports", "Task.services", "Check.headers");

    /**
     * A place in a file.
     *
     * @param position where it is
     * @param name the rest of the path, in words of the file: of what the file does not say all that is left out, else the
     *     last key
     * @param isSaid true if the file says the field
     */
    record Place(Position position, String name, boolean isSaid) {}

    /**
     * The blocks that say a message.
     *
     * @param items the blocks; what an earlier one says counts more
     * @param outer the blocks around them; null around the job
     */
    private record Scope(List<HclItem> items, Scope outer) {

        Scope inner(List<HclItem> inner) {
            return new Scope(inner, this);
        }

        Stream<HclItem> all(String key) {
            return items.stream()
                    .map(HclItem::value)
                    .filter(Body.class::isInstance)
                    .flatMap(body -> ((Body) body).items().stream())
                    .filter(item -> item.name().text().equals(key));
        }

        /** Returns the items of a key; those of {@code BLOCK.KEY} stand in a block. */
        List<HclItem> find(String key) {
            int dot = key.indexOf('.');
            return dot < 0
                    ? all(key).toList()
                    : inner(find(key.substring(0, dot))).find(key.substring(dot + 1));
        }
    }

    private final boolean json;
    private final List<Step> steps;

    /** The steps in words of the file, as far as they are fields. */
    private final List<String> words;

    private JobLocator(boolean json, List<Step> steps) {
        this.json = json;
        this.steps = steps;
        this.words = new ArrayList<>(steps.stream().map(Step::name).toList());
    }

    /**
     * Finds a field in HCL, or in the JSON of Nomad's API.
     *
     * @param file the tree of the file
     * @param job the job that it says
     * @param path the path of the field
     * @return the place; empty if the path is not one of a job
     */
    static Optional<Place> inHcl(Body file, Job job, String path) {
        return file.items().stream()
                .filter(item -> item.name().text().equals(Keys.JOB.kind()))
                .findFirst()
                .flatMap(block -> new JobLocator(false, FieldPath.steps(path)).inJob(job, block));
    }

    /**
     * Finds a field in the JSON of {@code gantry.v1.Job}.
     *
     * @param file the tree of the file, whose names are those of fields
     * @param job the job that it says
     * @param path the path of the field
     * @return the place; empty if the path is not one of a job
     */
    static Optional<Place> inJson(Body file, Job job, String path) {
        HclItem block = new HclItem(new HclName("", file.position()), List.of(), file);
        return new JobLocator(true, FieldPath.steps(path)).inJob(job, block);
    }

    private Optional<Place> inJob(Job job, HclItem block) {
        if (steps.isEmpty() || field(job, steps.get(0)) == null) {
            return Optional.empty();
        }
        translate(job);
        return Optional.of(inMessage(job, new Scope(List.of(block), null), 0, place(block.position(), 0)));
    }

    /** Translates the names of fields to those of the file. */
    private void translate(Job job) {
        Message message = job;
        for (int i = 0; i < steps.size(); i++) {
            FieldDescriptor field = field(message, steps.get(i));
            if (field == null) {
                return;
            }
            String key = JobKeys.of(field);
            if (json) {
                words.set(i, field.getJsonName());
            } else if (!key.equals(JobKeys.LABEL)) {
                words.set(i, key);
            }
            boolean isElement = field.isRepeated()
                    && i + 1 < steps.size()
                    && steps.get(i + 1).isIndex();
            if (!isMessage(field) || field.isRepeated() != isElement) {
                return;
            }
            message = value(message, field, isElement ? steps.get(++i).index() : -1);
        }
    }

    private static FieldDescriptor field(Message message, Step step) {
        return message.getDescriptorForType().findFieldByName(step.name());
    }

    private static boolean isMessage(FieldDescriptor field) {
        return field.getJavaType() == JavaType.MESSAGE
                && !field.isMapField()
                && field.getMessageType().getFile().equals(Job.getDescriptor().getFile());
    }

    /** Returns an inner message; the default one if the job does not have it. */
    private static Message value(Message message, FieldDescriptor field, int index) {
        if (!field.isRepeated()) {
            return (Message) message.getField(field);
        }
        return index < message.getRepeatedFieldCount(field)
                ? (Message) message.getRepeatedField(field, index)
                : message.newBuilderForType().newBuilderForField(field).build();
    }

    /** Makes a place from which a part of the path is left. */
    private Place place(Position position, int from) {
        int first = Math.min(from, steps.size() - 1);
        while (first > 0 && steps.get(first).isIndex()) {
            first--;
        }
        String name = "";
        for (int i = first; i < steps.size(); i++) {
            name = steps.get(i).isIndex()
                    ? FieldPath.element(name, steps.get(i).index())
                    : words.get(i).contains(".")
                            ? FieldPath.field(name, words.get(i))
                            : FieldPath.entry(name, words.get(i));
        }
        return new Place(position, name, from >= steps.size());
    }

    /** Finds the steps from one on in a message. */
    private Place inMessage(Message message, Scope scope, int from, Place outer) {
        if (from == steps.size()) {
            return outer;
        }
        FieldDescriptor field = field(message, steps.get(from));
        if (field == null) {
            return outer;
        }
        List<HclItem> items = items(field, scope);
        int next = from + 1;
        if (!isMessage(field)) {
            return items.isEmpty() ? label(field, scope, from, outer) : inField(field, items, next);
        }
        if (!field.isRepeated()) {
            Place here = items.isEmpty() ? outer : place(items.get(0).position(), next);
            return inMessage(value(message, field, -1), scope.inner(enclosed(field, items, scope)), next, here);
        }
        if (next == steps.size() || !steps.get(next).isIndex()) {
            return outer;
        }
        int index = steps.get(next).index();
        Optional<HclItem> element = element(message, field, items, scope, index);
        if (element.isEmpty()) {
            return outer;
        }
        Place here = place(element.get().position(), next + 1);
        return inMessage(value(message, field, index), scope.inner(List.of(element.get())), next + 1, here);
    }

    private List<HclItem> items(FieldDescriptor field, Scope scope) {
        if (json) {
            return Stream.concat(scope.all(field.getJsonName()), scope.all(field.getName()))
                    .distinct()
                    .toList();
        }
        String name = JobKeys.nameOf(field);
        if (scope.outer() == null && field.getName().equals("id")) {
            return scope.find("id");
        }
        if (name.equals("CheckHeader.name") || name.equals("CheckHeader.values")) {
            return scope.items();
        }
        List<HclItem> items = scope.find(JobKeys.of(field));
        if (INHERITED.contains(name)) {
            return Stream.concat(items.stream(), scope.outer().find(JobKeys.of(field)).stream())
                    .toList();
        }
        boolean isOperand = name.startsWith("Constraint.") || name.startsWith("Affinity.");
        if (items.isEmpty() && isOperand && !field.getName().equals("weight")) {
            return HclConstraints.SHORTHANDS.stream().flatMap(scope::all).toList();
        }
        return items;
    }

    /** The ports of a group's network are among the resources of its tasks. */
    private List<HclItem> enclosed(FieldDescriptor field, List<HclItem> items, Scope scope) {
        return json || !JobKeys.nameOf(field).equals("Task.resources")
                ? items
                : Stream.concat(items.stream(), scope.outer().items().stream()).toList();
    }

    /** A name may be the label of the block. */
    private Place label(FieldDescriptor field, Scope scope, int from, Place outer) {
        boolean isLabel =
                JobKeys.of(field).equals(JobKeys.LABEL) || JobKeys.nameOf(field).equals("Job.name");
        List<HclName> labels =
                scope.items().isEmpty() ? List.of() : scope.items().get(0).labels();
        if (!isLabel || labels.isEmpty()) {
            return outer;
        }
        Place here = place(labels.get(0).position(), from);
        return new Place(here.position(), here.name(), from + 1 == steps.size());
    }

    private Place inField(FieldDescriptor field, List<HclItem> items, int next) {
        HclItem first = items.get(0);
        boolean isName = JobKeys.nameOf(field).equals("CheckHeader.name")
                || (field.getName().equals("operator")
                        && HclConstraints.SHORTHANDS.contains(first.name().text()));
        if (isName || first.value() instanceof Body) {
            Place here = place(first.position(), next);
            return isName ? here : inValues(items.stream().map(HclItem::value).toList(), next, here);
        }
        return inValues(List.of(first.value()), next, place(first.value().position(), next));
    }

    /** Finds the steps from one on in the values of blocks with free keys, or in a list. */
    private Place inValues(List<HclValue> alike, int from, Place outer) {
        if (from == steps.size()) {
            return outer;
        }
        Step step = steps.get(from);
        if (step.isIndex()) {
            List<HclValue> elements =
                    alike.size() == 1 && alike.get(0) instanceof Sequence list ? list.elements() : alike;
            return step.index() < elements.size() ? inValue(List.of(elements.get(step.index())), from + 1) : outer;
        }
        List<HclItem> items = alike.stream()
                .filter(Body.class::isInstance)
                .flatMap(body -> ((Body) body).items().stream())
                .filter(item -> item.name().text().equals(step.name()))
                .toList();
        if (items.isEmpty()) {
            return outer;
        }
        HclItem first = items.get(0);
        List<HclValue> values = items.stream().map(JobLocator::nested).toList();
        return first.value() instanceof Body
                ? inValues(values, from + 1, place(first.position(), from + 1))
                : inValue(values, from + 1);
    }

    private Place inValue(List<HclValue> values, int from) {
        return inValues(values, from, place(values.get(0).position(), from));
    }

    /** A label of a block with free keys nests. */
    private static HclValue nested(HclItem item) {
        HclValue value = item.value();
        for (int i = item.labels().size() - 1; i >= 0; i--) {
            HclName label = item.labels().get(i);
            value = new Body(List.of(new HclItem(label, List.of(), value)), label.position());
        }
        return value;
    }

    private Optional<HclItem> element(
            Message message, FieldDescriptor field, List<HclItem> items, Scope scope, int index) {
        boolean isCounted = !UNCOUNTED.contains(JobKeys.nameOf(field));
        List<HclItem> found = json ? elements(items) : elements(message, field, items, scope, index);
        List<HclItem> elements = isCounted && !json ? withoutTwins(found) : found;
        boolean isShifted = isCounted && elements.size() != message.getRepeatedFieldCount(field);
        return index < elements.size() && !isShifted ? Optional.of(elements.get(index)) : Optional.empty();
    }

    /** Of blocks with the same name, the job has the first: the others are faults of the file. */
    private static List<HclItem> withoutTwins(List<HclItem> blocks) {
        Set<List<String>> names = new HashSet<>();
        return blocks.stream()
                .filter(block -> block.labels().isEmpty()
                        || names.add(block.labels().stream().map(HclName::text).toList()))
                .toList();
    }

    private static List<HclItem> elements(List<HclItem> items) {
        return items.stream()
                .map(HclItem::value)
                .filter(Sequence.class::isInstance)
                .flatMap(list -> ((Sequence) list).elements().stream())
                .map(value -> new HclItem(new HclName("", value.position()), List.of(), value))
                .toList();
    }

    private static List<HclItem> elements(
            Message message, FieldDescriptor field, List<HclItem> items, Scope scope, int index) {
        return switch (JobKeys.nameOf(field)) {
            // Tasks outside of groups make the first groups.
            case "Job.task_groups" ->
                Stream.concat(scope.all(Keys.TASK.kind()), items.stream()).toList();
            case "TaskGroup.tasks" -> isTask(scope.items().get(0)) ? scope.items() : items;
            case "Job.constraints", "TaskGroup.constraints", "Task.constraints" ->
                items.stream().filter(JobLocator::isConstraint).toList();
            case "Resources.ports" -> at(index, port((Resources) message, items, index));
            case "Task.services" ->
                index < items.size()
                        ? items
                        : at(index, groupService((Task) message, items.size(), scope.outer(), index));
            case "Check.headers" ->
                items.stream()
                        .map(HclItem::value)
                        .filter(Body.class::isInstance)
                        .flatMap(body -> ((Body) body).items().stream())
                        .toList();
            default -> items;
        };
    }

    private static boolean isTask(HclItem item) {
        return item.name().text().equals(Keys.TASK.kind());
    }

    /** {@code distinct_hosts = false} makes no constraint. */
    private static boolean isConstraint(HclItem item) {
        Faults ignored = new Faults();
        return ignored.attempt(() -> Block.unnamed(item, Keys.CONSTRAINT, ignored))
                .flatMap(HclConstraints::constraint)
                .isPresent();
    }

    private static Optional<HclItem> port(Resources resources, List<HclItem> items, int index) {
        String label = resources.getPortsList().stream()
                .skip(index)
                .findFirst()
                .map(Port::getLabel)
                .orElse("");
        return items.stream()
                .filter(item -> item.labels().stream()
                        .limit(1)
                        .anyMatch(name -> name.text().equals(label)))
                .findFirst();
    }

    /** A task has its own services, and then those of its group that are given to it, in the order of the file. */
    private static Optional<HclItem> groupService(Task task, int own, Scope group, int index) {
        if (index >= task.getServicesCount()) {
            return Optional.empty();
        }
        Service service = task.getServices(index);
        long before = task.getServicesList().subList(own, index).stream()
                .filter(service::equals)
                .count();
        return group.all(Keys.SERVICE.kind())
                .filter(item -> service.equals(read(item)))
                .skip(before)
                .findFirst();
    }

    private static Service read(HclItem item) {
        Faults ignored = new Faults();
        return ignored.attempt(() -> HclService.read(Block.unnamed(item, Keys.GROUP_SERVICE, ignored)))
                .orElseGet(Service::getDefaultInstance);
    }

    /** Returns a list with an item at an index; without the item an empty list. */
    private static List<HclItem> at(int index, Optional<HclItem> item) {
        return item.map(found ->
                        IntStream.rangeClosed(0, index).mapToObj(i -> found).toList())
                .orElse(List.of());
    }
}
