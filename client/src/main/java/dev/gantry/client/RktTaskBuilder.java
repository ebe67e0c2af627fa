package dev.gantry.client;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.gantry.v1.Constraint;
import dev.gantry.v1.Lifecycle;
import dev.gantry.v1.LifecycleHook;
import dev.gantry.v1.LogConfig;
import dev.gantry.v1.Port;
import dev.gantry.v1.Resources;
import dev.gantry.v1.Service;
import dev.gantry.v1.Task;
import java.time.Duration;
import java.util.List;

/**
 * Builds a task that rkt runs as a pod; see {@link Jobs}.
 *
 * <p>Texts in the driver's settings and in the environment are interpolated on the node:
 * <code>${NOMAD_PORT_http}</code>, <code>${node.datacenter}</code>, <code>${meta.foo}</code>.
 */
public final class RktTaskBuilder {

    private final Task.Builder task;
    private final Struct.Builder config = Struct.newBuilder();
    private final Struct.Builder portMap = Struct.newBuilder();
    private final Resources.Builder resources = Resources.newBuilder();

    RktTaskBuilder(String name, String image) {
        this.task = Task.newBuilder().setName(name).setDriver("rkt");
        put("image", image);
    }

    /**
     * Sets the program to run instead of the image's own.
     *
     * @param path a path in the image
     * @return this
     */
    public RktTaskBuilder command(String path) {
        return put("command", path);
    }

    /**
     * Adds arguments of the program.
     *
     * @param arguments the arguments
     * @return this
     */
    public RktTaskBuilder args(String... arguments) {
        return add("args", arguments);
    }

    /**
     * Trusts the keys for a prefix of image names before the image is fetched. Without it, signatures are not verified.
     *
     * @param prefix the start of image names, such as {@code coreos.com/etcd}
     * @return this
     */
    public RktTaskBuilder trustPrefix(String prefix) {
        return put("trust_prefix", prefix);
    }

    /**
     * Adds name servers.
     *
     * @param servers IP addresses, or one of the words {@code host} and {@code none}
     * @return this
     */
    public RktTaskBuilder dnsServers(String... servers) {
        return add("dns_servers", servers);
    }

    /**
     * Adds domains in which names are searched.
     *
     * @param domains the domains
     * @return this
     */
    public RktTaskBuilder dnsSearchDomains(String... domains) {
        return add("dns_search_domains", domains);
    }

    /**
     * Adds networks to run in, such as {@code host}, {@code default} or {@code default:IP=1.2.3.4}.
     *
     * @param networks the networks
     * @return this
     */
    public RktTaskBuilder net(String... networks) {
        return add("net", networks);
    }

    /**
     * Maps a port of the task to a port of the image. Needed for each port unless the pod uses the host's network.
     *
     * @param label the task's port, see {@link #port}
     * @param imagePort the name of a port in the image's manifest; {@code 6379-tcp} for one that a docker image exposes
     * @return this
     */
    public RktTaskBuilder mapPort(String label, String imagePort) {
        portMap.putFields(label, text(imagePort));
        return this;
    }

    /**
     * Mounts a directory of the node.
     *
     * @param hostPath an absolute path, or one inside the allocation's directory
     * @param containerPath an absolute path in the pod
     * @return this
     */
    public RktTaskBuilder volume(String hostPath, String containerPath) {
        return add("volumes", hostPath + ":" + containerPath);
    }

    /**
     * Mounts a directory of the node that the pod can't write to.
     *
     * @param hostPath an absolute path, or one inside the allocation's directory
     * @param containerPath an absolute path in the pod
     * @return this
     */
    public RktTaskBuilder readOnlyVolume(String hostPath, String containerPath) {
        return add("volumes", hostPath + ":" + containerPath + ":readOnly");
    }

    /**
     * Disables security features of rkt.
     *
     * @param options such as {@code image}, {@code tls}, {@code ondisk}, {@code http}, {@code all}
     * @return this
     */
    public RktTaskBuilder insecureOptions(String... options) {
        return add("insecure_options", options);
    }

    /**
     * Copies the image for the pod instead of using an overlay file system.
     *
     * @return this
     */
    public RktTaskBuilder noOverlay() {
        return put("no_overlay", true);
    }

    /**
     * Makes rkt log debug messages to standard error.
     *
     * @return this
     */
    public RktTaskBuilder debug() {
        return put("debug", true);
    }

    /**
     * Sets the user to run as. Default: the image's.
     *
     * @param user a name or a number
     * @return this
     */
    public RktTaskBuilder user(String user) {
        task.setUser(user);
        return this;
    }

    /**
     * Sets the group to run as. Default: the image's.
     *
     * @param group a name or a number
     * @return this
     */
    public RktTaskBuilder group(String group) {
        return put("group", group);
    }

    /**
     * Adds an environment variable.
     *
     * @param name its name
     * @param value its value
     * @return this
     */
    public RktTaskBuilder env(String name, String value) {
        task.putEnv(name, value);
        return this;
    }

    /**
     * Adds a key-value pair, or overrides the group's.
     *
     * @param key the key
     * @param value the value
     * @return this
     */
    public RktTaskBuilder meta(String key, String value) {
        task.putMeta(key, value);
        return this;
    }

    /**
     * Adds a constraint to those of the job and the group.
     *
     * @param attribute left side, such as <code>${attr.kernel.name}</code>
     * @param operator an operator that {@link Constraint#getOperator()} lists
     * @param value right side; empty for operators that need none
     * @return this
     */
    public RktTaskBuilder constraint(String attribute, String operator, String value) {
        task.addConstraints(NodeConditions.constraint(attribute, operator, value));
        return this;
    }

    /**
     * Sets the CPU that the task needs. Default: 100.
     *
     * @param mhz 20 or more
     * @return this
     */
    public RktTaskBuilder cpu(int mhz) {
        resources.setCpu(mhz);
        return this;
    }

    /**
     * Sets the memory limit of the task. Default: 300.
     *
     * @param mib 10 or more, in MiB
     * @return this
     */
    public RktTaskBuilder memory(int mib) {
        resources.setMemoryMib(mib);
        return this;
    }

    /**
     * Requests a free port of the node's dynamic range.
     *
     * @param label the port's label, as in <code>${NOMAD_PORT_label}</code>
     * @return this
     */
    public RktTaskBuilder port(String label) {
        return staticPort(label, 0);
    }

    /**
     * Requests a certain port of the node.
     *
     * @param label the port's label
     * @param port 1 to 65535
     * @return this
     */
    public RktTaskBuilder staticPort(String label, int port) {
        resources.addPorts(Port.newBuilder().setLabel(label).setStaticPort(port));
        return this;
    }

    /**
     * Registers a service at one of the task's ports.
     *
     * @param name its name
     * @param port the label of the port
     * @param tags tags to select instances by
     * @return this
     */
    public RktTaskBuilder service(String name, String port, String... tags) {
        task.addServices(Service.newBuilder().setName(name).setPort(port).addAllTags(List.of(tags)));
        return this;
    }

    /**
     * Registers a service at one of the task's ports. The instance is healthy while all checks pass.
     *
     * @param name its name
     * @param port the label of the port
     * @param tags tags to select instances by
     * @param checks the checks
     * @return this
     */
    public RktTaskBuilder service(String name, String port, List<String> tags, CheckBuilder... checks) {
        Service.Builder service =
                Service.newBuilder().setName(name).setPort(port).addAllTags(tags);
        for (CheckBuilder check : checks) {
            service.addChecks(check.build());
        }
        task.addServices(service);
        return this;
    }

    /**
     * Adds artifacts, which the node fetches before the task starts, in this order.
     *
     * @param artifacts see {@link Jobs#artifact}
     * @return this
     */
    public RktTaskBuilder artifacts(ArtifactBuilder... artifacts) {
        for (ArtifactBuilder artifact : artifacts) {
            task.addArtifacts(artifact.build());
        }
        return this;
    }

    /**
     * Adds an affinity to those of the job and the group.
     *
     * @param attribute left side, such as <code>${node.class}</code>
     * @param operator as in {@link #constraint}, without {@code distinct_hosts} and {@code distinct_property}
     * @param value right side
     * @param weight -100 to 100, not 0; a negative weight avoids these nodes
     * @return this
     */
    public RktTaskBuilder affinity(String attribute, String operator, String value, int weight) {
        task.addAffinities(NodeConditions.affinity(attribute, operator, value, weight));
        return this;
    }

    /**
     * Sets how the task is stopped. Default: SIGTERM, and SIGKILL after 5 s.
     *
     * @param signal the signal, such as {@code SIGINT}
     * @param timeout how long the task may take to end before it is killed
     * @return this
     */
    public RktTaskBuilder kill(String signal, Duration timeout) {
        task.setKillSignal(signal).setKillTimeout(ProtoDurations.of(timeout));
        return this;
    }

    /**
     * Sets how much of each of the task's two outputs is kept. Default: 10 files of 10 MiB.
     *
     * @param maxFiles the most files, 1 to 1000
     * @param maxFileSizeMib the largest size of a file in MiB, 1 to 1048576
     * @return this
     */
    public RktTaskBuilder logs(int maxFiles, int maxFileSizeMib) {
        task.setLogs(LogConfig.newBuilder().setMaxFiles(maxFiles).setMaxFileSizeMib(maxFileSizeMib));
        return this;
    }

    /**
     * Discards the task's output.
     *
     * @return this
     */
    public RktTaskBuilder withoutLogs() {
        task.setLogs(LogConfig.newBuilder().setDisabled(true));
        return this;
    }

    /**
     * Runs the task before the group's main tasks, which wait until it has succeeded.
     *
     * @return this
     */
    public RktTaskBuilder prestart() {
        return lifecycle(LifecycleHook.LIFECYCLE_HOOK_PRESTART, false);
    }

    /**
     * Starts the task before the group's main tasks and stops it when they have ended.
     *
     * @return this
     */
    public RktTaskBuilder sidecar() {
        return lifecycle(LifecycleHook.LIFECYCLE_HOOK_PRESTART, true);
    }

    /**
     * Runs the task after the group's main tasks have ended, also after a failure.
     *
     * @return this
     */
    public RktTaskBuilder poststop() {
        return lifecycle(LifecycleHook.LIFECYCLE_HOOK_POSTSTOP, false);
    }

    /**
     * Sets the file for the payload of a dispatch.
     *
     * @param file a path below the task's {@code local/}
     * @return this
     */
    public RktTaskBuilder payloadFile(String file) {
        task.setDispatchPayloadFile(file);
        return this;
    }

    /**
     * Adds files that the node renders before the task starts, and again when what they are made of changes.
     *
     * @param templates the templates; see {@link Jobs#template}
     * @return this
     */
    public RktTaskBuilder template(TemplateBuilder... templates) {
        for (TemplateBuilder template : templates) {
            task.addTemplates(template.build());
        }
        return this;
    }

    /**
     * Builds the task.
     *
     * @return the task
     */
    public Task build() {
        Struct.Builder whole = config.clone();
        if (portMap.getFieldsCount() > 0) {
            whole.putFields(
                    "port_map", Value.newBuilder().setStructValue(portMap).build());
        }
        return task.clone().setConfig(whole).setResources(resources).build();
    }

    private RktTaskBuilder lifecycle(LifecycleHook hook, boolean sidecar) {
        task.setLifecycle(Lifecycle.newBuilder().setHook(hook).setSidecar(sidecar));
        return this;
    }

    private RktTaskBuilder put(String key, String value) {
        config.putFields(key, text(value));
        return this;
    }

    private RktTaskBuilder put(String key, boolean value) {
        config.putFields(key, Value.newBuilder().setBoolValue(value).build());
        return this;
    }

    private RktTaskBuilder add(String key, String... values) {
        ListValue.Builder list = config.getFieldsOrDefault(key, Value.getDefaultInstance()).getListValue().toBuilder();
        for (String value : values) {
            list.addValues(text(value));
        }
        config.putFields(key, Value.newBuilder().setListValue(list).build());
        return this;
    }

    private static Value text(String value) {
        return Value.newBuilder().setStringValue(value).build();
    }
}
