package dev.gantry.cli.jobfile;

import dev.gantry.v1.Port;
import dev.gantry.v1.Resources;
import dev.gantry.v1.Service;
import dev.gantry.v1.Task;

/** Reads {@code task} blocks. */
final class HclTask {

    private static final int HIGHEST_PORT = 65_535;

    private HclTask() {}

    /** A task; what its driver makes of {@code config} is not judged here. */
    static Task read(Block block) {
        Task.Builder task = Task.newBuilder()
                .setName(block.name())
                .putAllEnv(block.pairs("env"))
                .addAllConstraints(HclConstraints.read(block))
                .putAllMeta(block.pairs("meta"));
        block.text("driver").ifPresent(task::setDriver);
        block.text("user").ifPresent(task::setUser);
        if (block.has("config")) {
            task.setConfig(HclStruct.read(block.joined("config")));
        }
        block.single(Keys.RESOURCES).map(HclTask::resources).ifPresent(task::setResources);
        block.unnamed(Keys.SERVICE).forEach(service -> task.addServices(service(service)));
        return task.build();
    }

    private static Resources resources(Block block) {
        Resources.Builder resources = Resources.newBuilder();
        block.integer("cpu", 1, Integer.MAX_VALUE).ifPresent(resources::setCpu);
        block.integer("memory", 1, Integer.MAX_VALUE).ifPresent(resources::setMemoryMib);
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

    private static Service service(Block block) {
        Service.Builder service = Service.newBuilder().addAllTags(block.texts("tags"));
        block.text("name").ifPresent(service::setName);
        block.text("port").ifPresent(service::setPort);
        return service.build();
    }
}
