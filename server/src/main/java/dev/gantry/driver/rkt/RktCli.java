package dev.gantry.driver.rkt;

import dev.gantry.driver.TaskCommand;
import dev.gantry.restriction.ImageUse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls one rkt and parses its output. Stateless and thread-safe. */
final class RktCli {

    private static final Logger LOG = LoggerFactory.getLogger(RktCli.class);

    private static final Pattern UUID = Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
    private static final String POD_UUID = "RKT_POD_UUID";
    private static final Pattern PID = Pattern.compile("(?m)^pid=([1-9][0-9]*)$");
    private static final long POLL_MILLIS = 100;
    private static final Path ROOT = Path.of("/");
    private static final Path DATA_DIRECTORY = Path.of("/var/lib/rkt");

    private final RktCommands commands;
    private final CommandRunner runner;
    private final RktTimeouts timeouts;

    RktCli(Path rkt, CommandRunner runner, RktTimeouts timeouts) {
        this.commands = new RktCommands(rkt);
        this.runner = runner;
        this.timeouts = timeouts;
    }

    RktCommands commands() {
        return commands;
    }

    RktVersion version() throws RktException, InterruptedException {
        CommandResult result = require("version", call(commands.version()));
        return RktVersion.parse(result.stdout())
                .orElseThrow(() -> new RktException(
                        commands.rkt() + " version printed no version of rkt and appc: "
                                + result.stdout().strip().replace('\n', ' '),
                        false));
    }

    /**
     * Trusts the keys of the image's publisher.
     *
     * @param credentials the configuration directory with the credentials for the publisher's server
     */
    void trust(RktTaskConfig config, Optional<Path> credentials) throws RktException, InterruptedException {
        require("trust", runner.run(commands.trust(config, credentials), ROOT, timeouts.trust()));
    }

    /**
     * Makes a pod.
     *
     * @param pod the specification of the pod
     * @param uuid the UUID that the pod shall have. The bundled rkt follows it, unless a pod has it already
     * @param directory against which rkt resolves the path of an image
     * @return its UUID
     */
    String prepare(PodSpec pod, String uuid, Path directory) throws RktException, InterruptedException {
        CommandResult result = require(
                "prepare",
                runner.run(
                        commands.prepare(pod),
                        directory,
                        timeouts.prepare(),
                        pod.secrets().toInput(),
                        Map.of(POD_UUID, uuid)));
        String last = result.stdout().strip().lines().reduce("", (first, second) -> second);
        if (!UUID.matcher(last).matches()) {
            throw new RktException("rkt prepare printed no UUID of a pod but \"" + last + "\"", false);
        }
        return last;
    }

    /** Returns the status of a pod; empty if rkt has no pod with this UUID. */
    Optional<PodStatus> status(String uuid) throws RktException, InterruptedException {
        CommandResult result = call(commands.status(uuid));
        return isUnknown(result)
                ? Optional.empty()
                : Optional.of(RktJson.status(require("status", result).stdout()));
    }

    List<PodStatus> list() throws RktException, InterruptedException {
        return RktJson.list(require("list", call(commands.list())).stdout());
    }

    List<RktJson.HostVolume> hostVolumes(String uuid) throws RktException, InterruptedException {
        return RktJson.hostVolumes(
                require("cat-manifest", call(commands.catManifest(uuid))).stdout());
    }

    /** Returns the id of the image of a pod with one app. */
    String imageId(String uuid) throws RktException, InterruptedException {
        return RktJson.imageId(
                require("cat-manifest", call(commands.catManifest(uuid))).stdout());
    }

    /** Returns the privileges that the image asks for of which a pod of one app is made. */
    ImageUse imageUse(String uuid) throws RktException, InterruptedException {
        return RktJson.imageUse(
                require("cat-manifest", call(commands.catManifest(uuid))).stdout());
    }

    /** Removes the remains of interrupted commands. Removes no ended and no prepared pod. */
    CommandResult collectPods() throws RktException, InterruptedException {
        return require("gc", runner.run(commands.collectPods(), ROOT, timeouts.garbage()));
    }

    /** Removes images from which no pod was made for the given time. */
    CommandResult collectImages(Duration age) throws RktException, InterruptedException {
        return require("image gc", runner.run(commands.collectImages(age), ROOT, timeouts.garbage()));
    }

    /** Returns rkt's data directory; the default directory if this rkt has no command {@code config}. */
    Path dataDirectory() throws RktException, InterruptedException {
        CommandResult result = call(commands.config());
        return result.exitCode() == 0 ? RktJson.dataDirectory(result.stdout()).orElse(DATA_DIRECTORY) : DATA_DIRECTORY;
    }

    /**
     * Runs a command in a running pod. The exit code is that of the command; 254 may come from rkt.
     *
     * @param group the control group of the pod, so that processes that the command leaves end with the pod
     */
    CommandResult enter(String uuid, TaskCommand command, Optional<Path> group)
            throws RktException, InterruptedException {
        return runner.run(commands.enter(uuid, command.line()), ROOT, command.limit(), group);
    }

    /** Asks a pod to end. */
    void stop(String uuid) throws RktException, InterruptedException {
        require("stop", call(commands.stop(uuid)));
    }

    /** Sends any signal, such as SIGINT, to the app of a pod. */
    void signal(String uuid, String signal) throws RktException, InterruptedException {
        String status = require("status", call(commands.statusText(uuid))).stdout();
        Matcher pid = PID.matcher(status);
        if (!pid.find()) {
            throw new RktException("rkt status names no process of pod " + uuid, true);
        }
        CommandResult result = call(PodSignal.killLine(signal, Long.parseLong(pid.group(1))));
        if (result.exitCode() != 0) {
            throw new RktException(
                    "Could not send %s to pod %s: %s"
                            .formatted(signal, uuid, result.stderr().strip()),
                    true);
        }
    }

    /** Kills a pod. */
    void forceStop(String uuid) throws RktException, InterruptedException {
        require("stop", call(commands.forceStop(uuid)));
    }

    /** Asks a pod to end and waits for its end. Kills the pod after the grace period. */
    void end(String uuid, Duration grace) throws RktException, InterruptedException {
        try {
            stop(uuid);
            if (endsWithin(uuid, grace)) {
                return;
            }
        } catch (RktException e) {
            LOG.info("Pod {} can't be asked to end, and is killed: {}", uuid, e.getMessage());
        }
        kill(uuid);
    }

    /** Kills a pod and waits for its end without a time limit. */
    void kill(String uuid) throws RktException, InterruptedException {
        forceStop(uuid);
        if (!endsWithin(uuid, timeouts.forced())) {
            throw new RktException("Pod " + uuid + " still runs after rkt stop --force", true);
        }
    }

    private boolean endsWithin(String uuid, Duration limit) throws RktException, InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (isRunning(uuid)) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            Thread.sleep(POLL_MILLIS);
        }
        return true;
    }

    /** Returns true if rkt knows the pod, and it runs. */
    boolean isRunning(String uuid) throws RktException, InterruptedException {
        return status(uuid).filter(pod -> pod.state() == PodState.RUNNING).isPresent();
    }

    /** Removes a pod that does not run. A pod that rkt does not know counts as removed. */
    void remove(String uuid) throws RktException, InterruptedException {
        CommandResult result = call(commands.remove(uuid));
        if (!isUnknown(result)) {
            require("rm", result);
        }
    }

    private CommandResult call(List<String> line) throws RktException, InterruptedException {
        return runner.run(line, ROOT, timeouts.call());
    }

    private static boolean isUnknown(CommandResult result) {
        return result.exitCode() != 0 && RktErrors.isUnknownPod(result);
    }

    private static CommandResult require(String subcommand, CommandResult result) throws RktException {
        if (result.exitCode() != 0) {
            throw RktErrors.exception(subcommand, result);
        }
        return result;
    }
}
