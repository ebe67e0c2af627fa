package dev.gantry.driver.rkt;

import dev.gantry.driver.TaskDirectory;
import dev.gantry.model.LogLimits;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A run that is made ready while rkt prepares its pod: its files, its control group, the shell that becomes its
 * supervisor, and the record of the pod on disk. A run that no supervisor has taken has not begun, and a later process of
 * the node gives it up.
 *
 * <p>Used by one thread.
 */
final class ReadyRun implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ReadyRun.class);

    private final Supervisor supervisor;
    private final PodRecord pod;
    private final TaskDirectory directory;
    private final LogLimits limits;
    private final RunFiles files;
    private final CompletableFuture<ReadyShell> shell = new CompletableFuture<>();

    private ReadyRun(Supervisor supervisor, PodRecord pod, TaskDirectory directory, LogLimits limits) {
        this.supervisor = supervisor;
        this.pod = pod;
        this.directory = directory;
        this.limits = limits;
        this.files = RunFiles.of(directory);
    }

    /** Begins to make a run ready, and does not wait. */
    static ReadyRun begin(Supervisor supervisor, PodRecord pod, TaskDirectory directory, LogLimits limits) {
        ReadyRun ready = new ReadyRun(supervisor, pod, directory, limits);
        Thread thread = new Thread(ready::make, "rkt-ready-run");
        thread.setDaemon(true);
        thread.start();
        return ready;
    }

    private void make() {
        try {
            ReadyShell started = supervisor.ready(pod.uuid(), files.run(pod.uuid()), limits);
            try {
                files.save(pod);
            } catch (IOException | RuntimeException e) {
                started.close();
                throw e;
            }
            shell.complete(started);
        } catch (IOException | RuntimeException e) {
            shell.completeExceptionally(e);
        }
    }

    /** Returns the UUID of the pod. */
    String uuid() {
        return pod.uuid();
    }

    /**
     * Starts the supervisor.
     *
     * @param line the command for it to supervise
     * @param started the record of the pod with the time of its start
     * @return the supervisor's process
     * @throws IOException if the run could not be made ready, or the supervisor can't be started
     */
    Process start(List<String> line, PodRecord started) throws IOException {
        ReadyShell ready = await();
        files.restamp(started);
        return supervisor.start(ready, line, pod.uuid(), directory, limits);
    }

    private ReadyShell await() throws IOException {
        try {
            return shell.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            throw e;
        }
    }

    /** Removes what was made, record included. Must not be called once the supervisor was started. */
    @Override
    public void close() throws IOException {
        try {
            await().close();
        } catch (IOException e) {
            LOG.debug("The run of pod {} could not be made ready", pod.uuid(), e);
        }
        supervisor.remove(pod.uuid());
        files.delete(pod.uuid());
    }
}
