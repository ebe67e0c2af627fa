package dev.gantry.driver.rkt;

import dev.gantry.driver.PreparedTask;
import dev.gantry.driver.TaskDirectory;
import dev.gantry.driver.TaskStartException;
import dev.gantry.files.IoFailures;
import java.io.IOException;
import java.time.temporal.ChronoUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A pod that rkt has prepared. Its record is on disk before it runs. A pod without a record, or whose run no supervisor has
 * taken, has never run, so the sweep removes it.
 */
final class PreparedPod implements PreparedTask {

    private static final Logger LOG = LoggerFactory.getLogger(PreparedPod.class);

    private final ReadyRun run;
    private final RktTaskConfig config;
    private final RktCli rkt;
    private final TaskDirectory directory;
    private final TaskTools tools;

    PreparedPod(ReadyRun run, RktTaskConfig config, RktCli rkt, TaskDirectory directory, TaskTools tools) {
        this.run = run;
        this.config = config;
        this.rkt = rkt;
        this.directory = directory;
        this.tools = tools;
    }

    String uuid() {
        return run.uuid();
    }

    @Override
    public RktTask run() throws TaskStartException, InterruptedException {
        try {
            if (Thread.interrupted()) {
                throw new InterruptedException("Interrupted before pod " + uuid() + " ran");
            }
            PodRecord pod = new PodRecord(
                    uuid(), rkt.commands().rkt(), tools.clock().instant().truncatedTo(ChronoUnit.MILLIS));
            Process process = run.start(rkt.commands().runPrepared(config, uuid()), pod);
            return new RktTask(pod, rkt, directory, SupervisorProcess.started(process), tools);
        } catch (IOException e) {
            discard();
            String message = "Could not start the supervisor of the task: " + IoFailures.reason(e);
            throw new TaskStartException(message, RktErrors.mayPass(message));
        } catch (InterruptedException e) {
            discard();
            throw e;
        }
    }

    @Override
    public void discard() {
        try {
            run.close();
            rkt.remove(uuid());
        } catch (RktException | IOException e) {
            LOG.warn(
                    "Pod {} was prepared but not run, and stays until unused pods are removed: {}",
                    uuid(),
                    e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            tools.held().release(uuid());
        }
    }
}
