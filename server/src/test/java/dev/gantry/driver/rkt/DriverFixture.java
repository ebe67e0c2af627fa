package dev.gantry.driver.rkt;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.util.JsonFormat;
import dev.gantry.driver.TaskDirectory;
import dev.gantry.driver.TaskRequest;
import dev.gantry.restriction.Restrictions;
import dev.gantry.v1.AllocatedPort;
import dev.gantry.v1.Resources;
import dev.gantry.v1.Task;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A stand-in for rkt, directories of allocations, and drivers on both. */
final class DriverFixture {

    static final String ALLOCATION = "0d6ac4b0-f2ae-4f4c-9e93-3e1a2b1b8f3c";

    /** The usual ones. */
    static final ResourceLimits LIMITS = ResourceLimits.ofNode(Map.of());

    private static final RktTimeouts SHORT = new RktTimeouts(
            Duration.ofSeconds(10),
            Duration.ofSeconds(10),
            Duration.ofSeconds(10),
            Duration.ofSeconds(10),
            Duration.ofSeconds(10));

    final StandInRkt rkt;
    final Path allocations;

    /** Makes a stand-in. */
    DriverFixture(Path root) {
        this(StandInRkt.in(root.resolve("rkt")), root);
    }

    private DriverFixture(StandInRkt rkt, Path root) {
        this.rkt = rkt;
        this.allocations = root.resolve("allocations");
    }

    /** Takes the stand-in that another process has made. */
    static DriverFixture found(Path root) {
        return new DriverFixture(StandInRkt.found(root.resolve("rkt")), root);
    }

    RktDriver driver() {
        return driver(SHORT);
    }

    RktDriver driver(Restrictions restrictions) {
        return driver(restrictions, InstantSource.system(), SHORT, ControlGroups.ofThisMachine());
    }

    RktDriver driver(InstantSource clock) {
        return driver(Restrictions.NONE, clock, SHORT, ControlGroups.ofThisMachine());
    }

    RktDriver driver(ControlGroups groups) {
        return driver(Restrictions.NONE, InstantSource.system(), SHORT, groups);
    }

    RktDriver driver(RktTimeouts timeouts) {
        return driver(Restrictions.NONE, InstantSource.system(), timeouts, ControlGroups.ofThisMachine());
    }

    private RktDriver driver(
            Restrictions restrictions, InstantSource clock, RktTimeouts timeouts, ControlGroups groups) {
        return new RktDriver(
                rkt.executable(),
                restrictions,
                LIMITS,
                allocations,
                RktGarbageSettings.DEFAULT,
                clock,
                timeouts,
                groups);
    }

    /** A task's directory, as the node makes it. */
    TaskDirectory directory(String task) {
        TaskDirectory directory = new TaskDirectory(allocations.resolve(ALLOCATION), task);
        for (Path path : List.of(
                directory.local(),
                directory.secrets(),
                directory.driver(),
                directory.logs(),
                directory.shared().resolve("logs"),
                directory.shared().resolve("data"))) {
            try {
                Files.createDirectories(path);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return directory;
    }

    TaskRequest request(String task, String config, AllocatedPort... ports) {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("NOMAD_TASK_NAME", task);
        environment.put("GREETING", "hello, world");
        return request(
                Task.newBuilder()
                        .setName(task)
                        .setConfig(struct(config))
                        .setResources(Resources.newBuilder().setCpu(100).setMemoryMib(64)),
                environment,
                ports);
    }

    TaskRequest request(Task.Builder task, Map<String, String> environment, AllocatedPort... ports) {
        return new TaskRequest(task.build(), environment, Set.of(), Arrays.asList(ports), directory(task.getName()));
    }

    static AllocatedPort port(String label, int port) {
        return AllocatedPort.newBuilder()
                .setLabel(label)
                .setIp("127.0.0.1")
                .setPort(port)
                .build();
    }

    static Struct struct(String json) {
        Struct.Builder struct = Struct.newBuilder();
        try {
            JsonFormat.parser().merge(json, struct);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("The test's config is no JSON: " + json, e);
        }
        return struct.build();
    }
}
