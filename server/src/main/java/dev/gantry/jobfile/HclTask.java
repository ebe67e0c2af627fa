package dev.gantry.jobfile;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.gantry.model.JobDefaults;
import dev.gantry.v1.Artifact;
import dev.gantry.v1.ArtifactMode;
import dev.gantry.v1.Lifecycle;
import dev.gantry.v1.LifecycleHook;
import dev.gantry.v1.LogConfig;
import dev.gantry.v1.Port;
import dev.gantry.v1.Resources;
import dev.gantry.v1.Task;
import java.util.Map;

/** Reads {@code task} blocks. */
final class HclTask {

    private static final int HIGHEST_PORT = 65_535;

    private static final String PORT_MAP = "port_map";

    private static final Map<String, LifecycleHook> HOOKS = Map.of(
            "prestart", LifecycleHook.LIFECYCLE_HOOK_PRESTART, "poststop", LifecycleHook.LIFECYCLE_HOOK_POSTSTOP);

    private static final Map<String, ArtifactMode> MODES = Map.of(
            "any", ArtifactMode.ARTIFACT_MODE_ANY,
            "file", ArtifactMode.ARTIFACT_MODE_FILE,
            "dir", ArtifactMode.ARTIFACT_MODE_DIR);

    private HclTask() {}

    /** Reads a task. The driver's {@code config} is not validated here. */
    static Task read(Block block) {
        Task.Builder task = Task.newBuilder()
                .setName(block.name())
                .putAllEnv(block.pairs("env"))
                .addAllConstraints(HclConstraints.read(block))
                .addAllAffinities(HclPreferences.affinities(block))
                .putAllMeta(block.pairs("meta"));
        block.text("driver").ifPresent(task::setDriver);
        block.text("user").ifPresent(task::setUser);
        if (block.has("config")) {
            block.faults().attempt(() -> HclStruct.read(block.joined("config"))).ifPresent(task::setConfig);
        }
        block.single(Keys.RESOURCES).ifPresent(resources -> {
            task.setResources(resources(resources));
            resources.single(Keys.NETWORK).ifPresent(network -> mapPorts(network, task));
        });
        block.unnamed(Keys.SERVICE).forEach(service -> task.addServices(HclService.read(service)));
        block.duration("kill_timeout").ifPresent(task::setKillTimeout);
        block.duration("shutdown_delay").ifPresent(task::setShutdownDelay);
        block.bool("leader").ifPresent(task::setLeader);
        block.text("kill_signal").ifPresent(task::setKillSignal);
        block.single(Keys.LIFECYCLE).map(HclTask::lifecycle).ifPresent(task::setLifecycle);
        block.single(Keys.DISPATCH_PAYLOAD)
                .flatMap(payload -> payload.text("file"))
                .ifPresent(task::setDispatchPayloadFile);
        block.single(Keys.RESTART).map(HclPolicies::restart).ifPresent(task::setRestart);
        block.single(Keys.LOGS).map(HclTask::logs).ifPresent(task::setLogs);
        block.unnamed(Keys.ARTIFACT).forEach(artifact -> task.addArtifacts(artifact(artifact)));
        block.unnamed(Keys.TEMPLATE).forEach(template -> task.addTemplates(HclTemplate.read(template)));
        return task.build();
    }

    private static Artifact artifact(Block block) {
        Artifact.Builder artifact =
                Artifact.newBuilder().putAllOptions(block.pairs("options")).putAllHeaders(block.pairs("headers"));
        block.text("source").ifPresent(artifact::setSource);
        block.text("destination").ifPresent(artifact::setDestination);
        block.word("mode", MODES).ifPresent(artifact::setMode);
        block.bool("chown").ifPresent(artifact::setChown);
        return artifact.build();
    }

    private static LogConfig logs(Block block) {
        LogConfig.Builder logs = LogConfig.newBuilder();
        block.integer("max_files", Integer.MIN_VALUE, Integer.MAX_VALUE).ifPresent(logs::setMaxFiles);
        block.integer("max_file_size", Integer.MIN_VALUE, Integer.MAX_VALUE).ifPresent(logs::setMaxFileSizeMib);
        block.bool("disabled").ifPresent(logs::setDisabled);
        return logs.build();
    }

    private static Resources resources(Block block) {
        Resources.Builder resources = Resources.newBuilder();
        block.integer("cpu", JobDefaults.LEAST_CPU, Integer.MAX_VALUE).ifPresent(resources::setCpu);
        block.integer("memory", JobDefaults.LEAST_MEMORY_MIB, Integer.MAX_VALUE).ifPresent(resources::setMemoryMib);
        block.single(Keys.NETWORK).ifPresent(network -> {
            network.integer("mbits", 0, Integer.MAX_VALUE).ifPresent(resources::setMbits);
            network.named(Keys.PORT).forEach(port -> resources.addPorts(port(port)));
        });
        return resources.build();
    }

    /**
     * Maps ports with {@code to} in the driver's {@code port_map}. Images that were converted from Docker's name their
     * ports as 8080-tcp.
     */
    private static void mapPorts(Block network, Task.Builder task) {
        network.named(Keys.PORT).forEach(port -> mapPort(port, task));
    }

    /** Maps one port, unless {@code port_map} has it. As in Nomad, -1 and 0 stand for the number on the node. */
    static void mapPort(Block port, Task.Builder task) {
        port.integer("to", -1, HIGHEST_PORT).ifPresent(to -> {
            Value map = task.getConfig().getFieldsOrDefault(PORT_MAP, Value.getDefaultInstance());
            boolean isMap = map.hasStructValue() || map.getKindCase() == Value.KindCase.KIND_NOT_SET;
            if (to > 0 && isMap && !map.getStructValue().containsFields(port.name())) {
                Struct.Builder more = map.getStructValue().toBuilder()
                        .putFields(
                                port.name(),
                                Value.newBuilder().setStringValue(to + "-tcp").build());
                task.getConfigBuilder()
                        .putFields(
                                PORT_MAP,
                                Value.newBuilder().setStructValue(more).build());
            }
        });
    }

    static Port port(Block block) {
        Port.Builder port = Port.newBuilder().setLabel(block.name());
        block.integer("static", 1, HIGHEST_PORT).ifPresent(port::setStaticPort);
        return port.build();
    }

    private static Lifecycle lifecycle(Block block) {
        Lifecycle.Builder lifecycle = Lifecycle.newBuilder();
        block.word("hook", HOOKS).ifPresent(lifecycle::setHook);
        block.bool("sidecar").ifPresent(lifecycle::setSidecar);
        return lifecycle.build();
    }
}
