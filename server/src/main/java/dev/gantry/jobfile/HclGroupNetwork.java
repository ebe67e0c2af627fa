package dev.gantry.jobfile;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.gantry.v1.Port;
import dev.gantry.v1.Service;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskGroup;
import dev.gantry.v1.Template;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads {@code network} and {@code service} blocks of groups, where they stand since Nomad 0.12.
 *
 * <p>A port of Gantry belongs to one task. The port of a group is given to the task that uses it: the one whose {@code
 * port_map} or services name it, else the one whose texts have its number, else the only main task. A use by
 * a second task is refused, since it would have another name there.
 */
final class HclGroupNetwork {

    private static final Pattern USE = Pattern.compile("NOMAD_(?:PORT|ADDR|IP|HOST_PORT)_(\\w+)");

    private final List<Task.Builder> tasks;

    /** By label of a port: the tasks that declare what it is for. */
    private final Map<String, Set<Task.Builder>> named = new HashMap<>();

    /** By label of a port: the tasks whose texts have it. */
    private final Map<String, Set<Task.Builder>> mentioned = new HashMap<>();

    private HclGroupNetwork(TaskGroup.Builder group) {
        this.tasks = group.getTasksBuilderList();
    }

    /** Adds the ports and services of a group's own blocks to its tasks. */
    static void read(Block block, TaskGroup.Builder group) {
        HclGroupNetwork reader = new HclGroupNetwork(group);
        List<Block> services = block.unnamed(Keys.GROUP_SERVICE);
        block.single(Keys.NETWORK).ifPresent(network -> {
            reader.findUses(services);
            reader.readPorts(network);
        });
        services.forEach(reader::readService);
    }

    private void findUses(List<Block> services) {
        Map<String, Task.Builder> byName = new HashMap<>();
        for (Task.Builder task : tasks) {
            byName.put(task.getName(), task);
            task.getConfig()
                    .getFieldsOrDefault("port_map", Value.getDefaultInstance())
                    .getStructValue()
                    .getFieldsMap()
                    .keySet()
                    .forEach(label -> add(named, label, task));
            task.getServicesList().forEach(service -> add(named, service.getPort(), task));
            Stream.of(
                            task.getEnvMap().values().stream(),
                            texts(task.getConfig()),
                            task.getTemplatesList().stream().map(Template::getData))
                    .flatMap(texts -> texts)
                    .flatMap(text -> USE.matcher(text).results())
                    .forEach(use -> add(mentioned, use.group(1), task));
        }
        for (Block service : services) {
            Optional.ofNullable(byName.get(value(service, "task")))
                    .ifPresent(task -> add(named, value(service, "port"), task));
        }
    }

    private static void add(Map<String, Set<Task.Builder>> uses, String label, Task.Builder task) {
        uses.computeIfAbsent(label, none -> Collections.newSetFromMap(new IdentityHashMap<>()))
                .add(task);
    }

    private void readPorts(Block network) {
        for (Block port : network.named(Keys.PORT)) {
            owner(port).ifPresent(owner -> {
                owner.getResourcesBuilder().addPorts(HclTask.port(port));
                HclTask.mapPort(port, owner);
                refuseOtherUses(port, owner);
            });
        }
        network.integer("mbits", 0, Integer.MAX_VALUE)
                .ifPresent(mbits -> tasks.stream()
                        .filter(task -> task.getResources().getPortsCount() > 0)
                        .findFirst()
                        .or(() -> tasks.stream().findFirst())
                        .ifPresent(task -> task.getResourcesBuilder().setMbits(mbits)));
    }

    private Optional<Task.Builder> owner(Block port) {
        String label = port.name();
        Collection<Task.Builder> owners =
                named.containsKey(label) ? named.get(label) : mentioned.getOrDefault(label, Set.of());
        Collection<Task.Builder> candidates = owners.isEmpty() ? mainTasks() : owners;
        if (candidates.size() > 1) {
            port.refuse(
                    port.position(),
                    "port \"%s\" could be of the tasks %s, and Gantry gives a port to one: move it to the network of a task's resources"
                            .formatted(label, names(candidates)));
        }
        return candidates.size() == 1 ? Optional.of(candidates.iterator().next()) : Optional.empty();
    }

    /** Another task sees the port by the name of its owner: NOMAD_PORT_TASK_LABEL. */
    private void refuseOtherUses(Block port, Task.Builder owner) {
        mentioned.getOrDefault(port.name(), Set.of()).stream()
                .filter(task -> task != owner)
                .forEach(task -> port.refuse(
                        port.position(),
                        "task \"%s\" uses port \"%s\", which is task \"%s\"'s: write NOMAD_PORT_%3$s_%2$s there"
                                .formatted(task.getName(), port.name(), owner.getName())));
    }

    private void readService(Block block) {
        Service service = HclService.read(block);
        String owner = value(block, "task");
        List<Task.Builder> owners = tasks.stream()
                .filter(task -> owner.isEmpty()
                        ? hasPort(task, service.getPort())
                        : task.getName().equals(owner))
                .toList();
        if (owners.isEmpty() && owner.isEmpty()) {
            owners = mainTasks();
        }
        if (owners.size() == 1) {
            owners.get(0).addServices(service);
        } else if (owners.isEmpty() && !owner.isEmpty()) {
            block.refuse(block.position(), "there is no task \"%s\" in this group".formatted(owner));
        } else if (!owners.isEmpty()) {
            block.refuse(
                    block.position(),
                    "this service could be of the tasks %s: name one, task = \"…\"".formatted(names(owners)));
        }
    }

    private List<Task.Builder> mainTasks() {
        return tasks.stream().filter(task -> !task.hasLifecycle()).toList();
    }

    private static String names(Collection<Task.Builder> tasks) {
        return tasks.stream().map(Task.Builder::getName).sorted().collect(Collectors.joining(", "));
    }

    /** Returns the text of a key that is read, with its faults, elsewhere. */
    private static String value(Block block, String key) {
        return block.text(key).orElse("");
    }

    private static boolean hasPort(Task.Builder task, String label) {
        return task.getResources().getPortsList().stream().map(Port::getLabel).anyMatch(label::equals);
    }

    private static Stream<String> texts(Struct struct) {
        return struct.getFieldsMap().values().stream().flatMap(HclGroupNetwork::texts);
    }

    private static Stream<String> texts(Value value) {
        return switch (value.getKindCase()) {
            case STRING_VALUE -> Stream.of(value.getStringValue());
            case STRUCT_VALUE -> texts(value.getStructValue());
            case LIST_VALUE -> value.getListValue().getValuesList().stream().flatMap(HclGroupNetwork::texts);
            default -> Stream.empty();
        };
    }
}
