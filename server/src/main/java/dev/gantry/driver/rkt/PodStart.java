package dev.gantry.driver.rkt;

import dev.gantry.driver.TaskDirectory;
import dev.gantry.driver.TaskRequest;
import dev.gantry.driver.TaskStartException;
import dev.gantry.v1.AllocatedPort;
import java.io.IOException;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts one task: checks, trusts, prepares, remembers, runs. */
final class PodStart {

    private static final Logger LOG = LoggerFactory.getLogger(PodStart.class);

    private final RktCli rkt;
    private final PodVolumes volumes;
    private final Supervisor supervisor;
    private final TaskTools tools;

    PodStart(RktCli rkt, PodVolumes volumes, Supervisor supervisor, TaskTools tools) {
        this.rkt = rkt;
        this.volumes = volumes;
        this.supervisor = supervisor;
        this.tools = tools;
    }

    /** Starts the task; nothing of it runs when this throws. */
    RktTask start(TaskRequest request) throws TaskStartException, InterruptedException {
        TaskDirectory directory = request.directory();
        RunFiles files = RunFiles.of(directory);
        refuseSecondStart(files, directory);
        RktTaskConfig config = config(request);
        String uuid = prepare(request, config);
        try {
            PodRecord pod = new PodRecord(
                    uuid, rkt.commands().rkt(), tools.clock().instant().truncatedTo(ChronoUnit.MILLIS));
            files.save(pod);
            if (Thread.interrupted()) {
                throw new InterruptedException("Interrupted before pod " + uuid + " ran");
            }
            Process process = supervisor.start(rkt.commands().runPrepared(config, uuid), files.run(uuid), directory);
            tools.held().hold(uuid);
            return new RktTask(pod, rkt, directory, SupervisorProcess.started(process), tools);
        } catch (IOException e) {
            undo(uuid, files);
            throw new TaskStartException("Could not start the supervisor of the task: " + e.getMessage(), false);
        } catch (InterruptedException e) {
            undo(uuid, files);
            throw e;
        }
    }

    private static void refuseSecondStart(RunFiles files, TaskDirectory directory) throws TaskStartException {
        try {
            if (files.pod().isPresent()) {
                throw new IllegalStateException(
                        directory.own() + " holds an earlier run of the task; remove that before starting it again");
            }
        } catch (IOException e) {
            throw new TaskStartException(e.getMessage(), false);
        }
    }

    private static RktTaskConfig config(TaskRequest request) throws TaskStartException {
        RktConfigReader.Reading reading = RktConfigReader.read(request.task().getConfig(), Interpolation.DONE);
        List<String> labels =
                request.ports().stream().map(AllocatedPort::getLabel).toList();
        String faults = Stream.of(
                        reading.faults(),
                        RktConfigRules.check(reading.config(), Interpolation.DONE),
                        RktPortRules.unmappable(reading.config(), labels, Interpolation.DONE))
                .flatMap(List::stream)
                .map(fault -> "config." + fault.field() + ": " + fault.description())
                .collect(Collectors.joining("; "));
        if (!faults.isEmpty()) {
            throw new TaskStartException(faults, false);
        }
        return reading.config();
    }

    private String prepare(TaskRequest request, RktTaskConfig config) throws TaskStartException, InterruptedException {
        try {
            PodSpec pod = new PodSpec(
                    config,
                    config.image(),
                    request.task().getUser(),
                    request.task().getResources(),
                    request.environment(),
                    volumes.of(config.volumes(), request.directory()),
                    ports(request, config));
            if (!config.trustPrefix().isEmpty()) {
                rkt.trust(config);
            }
            return tools.images().prepare(rkt, pod, request.directory().own());
        } catch (RktException e) {
            throw new TaskStartException(e.getMessage(), e.isWorthRetrying());
        }
    }

    private static List<PodPort> ports(TaskRequest request, RktTaskConfig config) {
        if (config.usesHostNetwork()) {
            return List.of();
        }
        return request.ports().stream()
                .map(port -> new PodPort(config.portMap().get(port.getLabel()), port.getPort()))
                .toList();
    }

    private void undo(String uuid, RunFiles files) throws InterruptedException {
        try {
            rkt.remove(uuid);
            files.delete(uuid);
        } catch (RktException | IOException e) {
            LOG.warn("Pod {} was prepared but not run, and stays until the next sweep: {}", uuid, e.getMessage());
        }
    }
}
