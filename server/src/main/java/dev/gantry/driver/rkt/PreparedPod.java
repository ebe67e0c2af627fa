package dev.gantry.driver.rkt;

import dev.gantry.driver.PreparedTask;
import dev.gantry.driver.TaskDirectory;
import dev.gantry.driver.TaskStartException;
import dev.gantry.model.LogLimits;
import java.io.IOException;
import java.time.temporal.ChronoUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A pod that rkt has prepared. Its record is written right before it runs. A pod without a record has never run, so the
 * sweep removes it.
 */
final class PreparedPod implements PreparedTask {

    private static final Logger LOG = LoggerFactory.getLogger(PreparedPod.class);

    private final String uuid;
    private final RktTaskConfig config;
    private final RktCli rkt;
    private final TaskDirectory directory;
    private final LogLimits limits;
    private final RunFiles files;
    private final Supervisor supervisor;
    private final ReadyShell shell;
    private final TaskTools tools;

    PreparedPod(
            String uuid,
            RktTaskConfig config,
            RktCli rkt,
            TaskDirectory directory,
            LogLimits limits,
            Supervisor supervisor,
            ReadyShell shell,
            TaskTools tools) {
        this.uuid = uuid;
        this.config = config;
        this.rkt = rkt;
        this.directory = directory;
        this.limits = limits;
        this.files = RunFiles.of(directory);
        this.supervisor = supervisor;
        this.shell = shell;
        this.tools = tools;
    }

    String uuid() {
        return uuid;
    }

    @Override
    public RktTask run() throws TaskStartException, InterruptedException {
        try {
            PodRecord pod = new PodRecord(
                    uuid, rkt.commands().rkt(), tools.clock().instant().truncatedTo(ChronoUnit.MILLIS));
            files.save(pod);
            if (Thread.interrupted()) {
                throw new InterruptedException("Interrupted before pod " + uuid + " ran");
            }
            Process process = supervisor.start(
                    shell, rkt.commands().runPrepared(config, uuid), uuid, files.run(uuid), directory, limits);
            return new RktTask(pod, rkt, directory, SupervisorProcess.started(process), tools);
        } catch (IOException e) {
            discard();
            String message = "Could not start the supervisor of the task: " + e.getMessage();
            throw new TaskStartException(message, RktErrors.mayPass(message));
        } catch (InterruptedException e) {
            discard();
            throw e;
        }
    }

    @Override
    public void discard() {
        shell.close();
        try {
            rkt.remove(uuid);
            files.delete(uuid);
        } catch (RktException | IOException e) {
            LOG.warn(
                    "Pod {} was prepared but not run, and stays until unused pods are removed: {}",
                    uuid,
                    e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            tools.held().release(uuid);
        }
    }
}
