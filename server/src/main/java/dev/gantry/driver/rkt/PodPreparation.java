package dev.gantry.driver.rkt;

import dev.gantry.driver.TaskDirectory;
import dev.gantry.driver.TaskRequest;
import dev.gantry.driver.TaskStartException;
import dev.gantry.files.FileOwner;
import dev.gantry.files.IoFailures;
import dev.gantry.model.ExecLimits;
import dev.gantry.model.FieldPath;
import dev.gantry.model.LogLimits;
import dev.gantry.restriction.ImageSource;
import dev.gantry.restriction.Restrictions;
import dev.gantry.v1.AllocatedPort;
import java.io.IOException;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Prepares the start of one task: checks its config, trusts keys, prepares the pod. */
final class PodPreparation {

    private static final Logger LOG = LoggerFactory.getLogger(PodPreparation.class);

    private static final String FILE_URL = "file://";

    private final RktCli rkt;
    private final Restrictions restrictions;
    private final PodVolumes volumes;
    private final Supervisor supervisor;
    private final TaskTools tools;

    PodPreparation(RktCli rkt, Restrictions restrictions, PodVolumes volumes, Supervisor supervisor, TaskTools tools) {
        this.rkt = rkt;
        this.restrictions = restrictions;
        this.volumes = volumes;
        this.supervisor = supervisor;
        this.tools = tools;
    }

    /** Prepares the task's pod. Leaves no pod if it throws. */
    PreparedPod prepare(TaskRequest request) throws TaskStartException, InterruptedException {
        TaskDirectory directory = request.directory();
        refuseSecondStart(RunFiles.of(directory), directory);
        RktTaskConfig config = config(request);
        refuseExcessive(request, config);
        refuseRestricted(request.task().getUser(), config);
        PreparedPod pod =
                prepare(request, config, begin(request, UUID.randomUUID().toString()));
        boolean isAllowed = false;
        try {
            refuseImageUse(pod.uuid());
            isAllowed = true;
        } finally {
            if (!isAllowed) {
                pod.discard();
            }
        }
        return pod;
    }

    /** Begins to make the run of a pod ready, which takes about as long as rkt takes to prepare the pod. */
    private ReadyRun begin(TaskRequest request, String uuid) {
        PodRecord pod = new PodRecord(
                uuid, rkt.commands().rkt(), tools.clock().instant().truncatedTo(ChronoUnit.MILLIS));
        return ReadyRun.begin(
                supervisor,
                pod,
                request.directory(),
                LogLimits.of(request.task().getLogs()));
    }

    private PreparedPod prepare(TaskRequest request, RktTaskConfig config, ReadyRun proposed)
            throws TaskStartException, InterruptedException {
        ReadyRun run = proposed;
        boolean prepared = false;
        try {
            String uuid = prepare(request, config, proposed.uuid());
            prepared = true;
            tools.held().hold(uuid);
            if (!uuid.equals(proposed.uuid())) {
                // The original rkt chooses the UUIDs of pods itself.
                forget(proposed);
                run = begin(request, uuid);
            }
            return new PreparedPod(run, config, rkt, request.directory(), tools);
        } finally {
            if (!prepared) {
                forget(proposed);
            }
        }
    }

    private static void forget(ReadyRun run) {
        try {
            run.close();
        } catch (IOException e) {
            LOG.warn("Can't remove the files of the unused run of pod {}", run.uuid(), e);
        }
    }

    private static void refuseSecondStart(RunFiles files, TaskDirectory directory) throws TaskStartException {
        try {
            if (files.pod().isPresent()) {
                throw new IllegalStateException(
                        directory.own() + " holds an earlier run of the task; remove that before starting it again");
            }
        } catch (IOException e) {
            throw new TaskStartException("Could not read the record of an earlier run: " + IoFailures.reason(e), false);
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
                .map(fault -> FieldPath.within("config", fault.field()) + ": " + fault.description())
                .collect(Collectors.joining("; "));
        if (!faults.isEmpty()) {
            throw new TaskStartException(faults, false);
        }
        return reading.config();
    }

    /** Refuses what no program can be started with, and has come from elsewhere than the text of the job. */
    private static void refuseExcessive(TaskRequest request, RktTaskConfig config) throws TaskStartException {
        List<String> faults = new ArrayList<>();
        request.environment()
                .forEach((name, value) -> ExecLimits.faultOfVariable(name, value)
                        .ifPresent(fault -> faults.add("The environment variable \"%s\" %s".formatted(name, fault))));
        if (faults.isEmpty()) {
            ExecLimits.faultOfAll(request.environment(), config.args(), ResourceLimits.stack(config.ulimit()))
                    .ifPresent(faults::add);
        }
        if (!faults.isEmpty()) {
            // Templates and variables may have shorter values later.
            throw new TaskStartException(
                    String.join("; ", faults), !request.secrets().isEmpty());
        }
    }

    /**
     * Refuses what this node does not allow. The server has left out what the job's text did not decide, may not have
     * known the newest restrictions, and need not be believed.
     */
    private void refuseRestricted(String user, RktTaskConfig config) throws TaskStartException {
        List<String> refusals = restrictions.refusals(RktMachineUse.of(user, config));
        if (!refusals.isEmpty()) {
            throw TaskStartException.restricted("This node " + String.join("; ", refusals));
        }
    }

    /** Refuses an image by the privileges that it asks for. Only a pod that was prepared tells them. */
    private void refuseImageUse(String uuid) throws TaskStartException, InterruptedException {
        if (!restrictions.restrictsImageUse()) {
            return;
        }
        try {
            List<String> refusals = restrictions.refusals(rkt.imageUse(uuid));
            if (!refusals.isEmpty()) {
                throw TaskStartException.restricted("This node " + String.join("; ", refusals));
            }
        } catch (RktException e) {
            throw e.toTaskStartException();
        }
    }

    private void refuseSharedNetwork(RktTaskConfig config) throws RktException, InterruptedException {
        if (restrictions.deniesHostNetwork()
                && RktOptionWords.isDefaultNetwork(config.net())
                && rkt.version().sharesNetwork()) {
            throw RktException.restricted(
                    "This node does not allow the host network, which its rkt gives each pod that names no other:"
                            + " install crun on the node");
        }
    }

    private String prepare(TaskRequest request, RktTaskConfig config, String uuid)
            throws TaskStartException, InterruptedException {
        try (ImageCredentials credentials = ImageCredentials.write(config, request.directory())) {
            PodSpec pod = new PodSpec(
                    config,
                    image(config.image(), request.directory()),
                    credentials.directory(),
                    mustFetchAnew(config),
                    request.task().getUser(),
                    request.task().getResources(),
                    openEnvironment(request),
                    secrets(request),
                    volumes.of(
                            config.volumes(),
                            request.directory(),
                            FileOwner.of(request.task().getUser(), config.group())),
                    ports(request, config));
            checkLimits(config);
            refuseSharedNetwork(config);
            if (!config.trustPrefix().isEmpty()) {
                rkt.trust(config, credentials.directory());
            }
            return tools.images().prepare(rkt, pod, uuid, beginning(pod.image(), request.directory()));
        } catch (IOException e) {
            String message = "Could not write the credentials for the image: " + IoFailures.reason(e);
            throw new TaskStartException(message, RktErrors.mayPass(message));
        } catch (RktException e) {
            throw e.toTaskStartException();
        }
    }

    /** Returns the image as it is passed to rkt: a file of a node that restricts the sources by its path without links. */
    private String image(String image, TaskDirectory directory) throws RktException {
        boolean isFile = ImageSource.of(image).filter(ImageSource::isFile).isPresent();
        if (!restrictions.restrictsImageSources() || !isFile) {
            return image;
        }
        try {
            String path = image.startsWith(FILE_URL) ? image.substring(FILE_URL.length()) : image;
            String real = directory.own().resolve(path).toRealPath().toString();
            Optional<String> refusal = restrictions.imageRefusal(real);
            if (refusal.isPresent()) {
                throw RktException.restricted("This node %s, where \"%s\" leads".formatted(refusal.get(), image));
            }
            return real;
        } catch (IOException e) {
            throw new RktException("Could not find the image %s: %s".formatted(image, IoFailures.reason(e)), false);
        }
    }

    private static Map<String, String> openEnvironment(TaskRequest request) {
        Map<String, String> open = new LinkedHashMap<>(request.environment());
        open.keySet().removeAll(request.secrets());
        return open;
    }

    private SecretEnvironment secrets(TaskRequest request)
            throws RktException, TaskStartException, InterruptedException {
        Map<String, String> hidden = new LinkedHashMap<>(request.environment());
        hidden.keySet().retainAll(request.secrets());
        SecretEnvironment secrets = new SecretEnvironment(hidden);
        if (secrets.needsBundledRkt() && !rkt.version().isBundled()) {
            throw new TaskStartException(
                    ("One of the environment variables %s has a value of several lines or of more than 60,000 bytes, which rkt"
                                    + " 1.30 takes only on its command line, where all users can read it: store it encoded,"
                                    + " such as in base64, or use the bundled rkt")
                            .formatted(String.join(", ", new TreeSet<>(hidden.keySet()))),
                    false);
        }
        return secrets;
    }

    /**
     * Returns the directory in which rkt looks for an image's file. It takes the name of an image for a file if there is
     * one, so a name is looked for where tasks can put none.
     */
    private static Path beginning(String image, TaskDirectory directory) {
        boolean isName = ImageSource.of(image)
                .filter(source -> source.kind() == ImageSource.Kind.NAME)
                .isPresent();
        return isName ? directory.driver() : directory.own();
    }

    /**
     * Decides whether rkt must fetch the image again because a stored image may be unverified. rkt verifies signatures
     * only when it fetches an image. So it would use an image that another job has fetched without verification for a
     * job that requires verification.
     */
    private boolean mustFetchAnew(RktTaskConfig config) throws RktException, InterruptedException {
        return config.verifiesImages() && !rkt.version().isBundled();
    }

    /**
     * Refuses limits that this node can't set. Without this check, the task would fail later with the exit code of
     * prlimit(1).
     */
    private void checkLimits(RktTaskConfig config) throws RktException, TaskStartException, InterruptedException {
        LimitProbe probe = new LimitProbe(tools.runner(), tools.timeouts().call());
        Optional<String> fault = probe.fault(ResourceLimits.ofTask(config.ulimit()));
        if (fault.isPresent()) {
            throw new TaskStartException("config.ulimit: " + fault.get(), false);
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
}
