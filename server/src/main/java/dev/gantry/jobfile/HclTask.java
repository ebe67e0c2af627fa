package dev.gantry.jobfile;

import dev.gantry.model.JobDefaults;
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

    private static final Map<String, LifecycleHook> HOOKS = Map.of(
            "prestart", LifecycleHook.LIFECYCLE_HOOK_PRESTART, "poststop", LifecycleHook.LIFECYCLE_HOOK_POSTSTOP);

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
            task.setConfig(HclStruct.read(block.joined("config")));
        }
        block.single(Keys.RESOURCES).map(HclTask::resources).ifPresent(task::setResources);
        block.unnamed(Keys.SERVICE).forEach(service -> task.addServices(HclService.read(service)));
        block.duration("kill_timeout").ifPresent(task::setKillTimeout);
        block.duration("shutdown_delay").ifPresent(task::setShutdownDelay);
        block.bool("leader").ifPresent(task::setLeader);
        block.text("kill_signal").ifPresent(task::setKillSignal);
        block.single(Keys.LIFECYCLE).map(HclTask::lifecycle).ifPresent(task::setLifecycle);
        block.single(Keys.DISPATCH_PAYLOAD)
                .flatMap(payload -> payload.text("file"))
                .ifPresent(task::setDispatchPayloadFile);
        block.single(Keys.LOGS).map(HclTask::logs).ifPresent(task::setLogs);
        return task.build();
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

    private static Port port(Block block) {
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
