package dev.gantry.driver.rkt;

import dev.gantry.driver.RunningTask;
import dev.gantry.driver.TaskCommand;
import dev.gantry.driver.TaskCommandException;
import dev.gantry.driver.TaskDirectory;
import dev.gantry.driver.TaskExit;
import dev.gantry.driver.TaskStop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A pod that was started, with the supervisor that runs it. */
final class RktTask implements RunningTask {

    private static final Logger LOG = LoggerFactory.getLogger(RktTask.class);

    private static final Duration ASK_AGAIN = Duration.ofSeconds(1);
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(5);

    private final PodRecord pod;
    private final RktCli rkt;
    private final RunFiles files;
    private final SupervisorProcess supervisor;
    private final TaskTools tools;
    private final PodRemains remains;
    private final CompletableFuture<TaskExit> exit;

    RktTask(PodRecord pod, RktCli rkt, TaskDirectory directory, SupervisorProcess supervisor, TaskTools tools) {
        this.pod = pod;
        this.rkt = rkt;
        this.files = RunFiles.of(directory);
        this.supervisor = supervisor;
        this.tools = tools;
        this.remains = new PodRemains(tools);
        TaskEnd end = new TaskEnd(pod, rkt, remains, directory, tools.clock());
        this.exit = supervisor
                .end()
                .handleAsync((ended, failure) -> end.find(), tools.executor())
                .thenComposeAsync(this::onceNothingIsLeft, tools.executor());
    }

    /**
     * Returns a future that completes once all processes of the task have ended. A remaining process would keep the
     * task's ports and write to its directories.
     */
    private CompletableFuture<TaskExit> onceNothingIsLeft(TaskExit found) {
        try {
            if (remains.end(pod.uuid(), files)) {
                return CompletableFuture.completedFuture(found);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return CompletableFuture.failedFuture(e);
        }
        LOG.warn("Pod {} has ended, but some of its processes have not; they may wait for a device", pod.uuid());
        return CompletableFuture.supplyAsync(
                        () -> found,
                        CompletableFuture.delayedExecutor(
                                LOOK_AGAIN.toMillis(), TimeUnit.MILLISECONDS, tools.executor()))
                .thenComposeAsync(this::onceNothingIsLeft, tools.executor());
    }

    @Override
    public String podId() {
        return pod.uuid();
    }

    @Override
    public Instant startedAt() {
        return pod.startedAt();
    }

    @Override
    public CompletableFuture<TaskExit> exit() {
        return exit.copy();
    }

    @Override
    public void stop(TaskStop how) throws InterruptedException {
        if (exit.isDone()) {
            return;
        }
        if (endsWhenAsked(how)) {
            return;
        }
        kill();
        if (!endsWithin(tools.timeouts().forced())) {
            LOG.error("Pod {} does not end, even by SIGKILL; its processes may wait for a device", pod.uuid());
        }
    }

    /**
     * Asks the task to end and waits. Asks again if rkt refuses the request, since a pod that has just started may miss
     * a signal.
     */
    private boolean endsWhenAsked(TaskStop how) throws InterruptedException {
        long deadline = System.nanoTime() + how.timeout().toNanos();
        while (!ask(how.signal())) {
            Duration left = Duration.ofNanos(deadline - System.nanoTime());
            if (left.compareTo(ASK_AGAIN) <= 0) {
                break;
            }
            if (endsWithin(ASK_AGAIN)) {
                return true;
            }
        }
        return endsWithin(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
    }

    private boolean ask(String signal) throws InterruptedException {
        try {
            if (signal.equals(TaskStop.DEFAULT_SIGNAL)) {
                rkt.stop(pod.uuid());
            } else {
                rkt.signal(pod.uuid(), signal);
            }
            return true;
        } catch (RktException e) {
            // The pod is not running yet, rkt hangs, or an old rkt has no "stop": signal the process itself.
            LOG.info("Pod {}: {}; sending SIGTERM", pod.uuid(), e.getMessage());
            supervisor.terminate(pod.uuid());
            return false;
        }
    }

    private void kill() throws InterruptedException {
        try {
            rkt.forceStop(pod.uuid());
            if (endsWithin(tools.timeouts().forced())) {
                return;
            }
        } catch (RktException e) {
            LOG.info("Pod {}: {}; sending SIGKILL", pod.uuid(), e.getMessage());
        }
        supervisor.kill(pod.uuid());
        if (!endsWithin(tools.timeouts().forced())) {
            killGroup();
        }
    }

    private void killGroup() throws InterruptedException {
        ProcessHandle leader =
                supervisor.process().filter(ProcessHandle::isAlive).orElse(null);
        if (leader == null) {
            return;
        }
        try {
            tools.runner()
                    .run(
                            ProcessGroups.killLine(leader.pid()),
                            Path.of("/"),
                            tools.timeouts().call());
        } catch (RktException e) {
            LOG.warn("Pod {}: could not kill its processes: {}", pod.uuid(), e.getMessage());
        }
    }

    private boolean endsWithin(Duration limit) throws InterruptedException {
        try {
            exit.get(limit.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("Pod " + pod.uuid() + " ended without an exit", e);
        }
    }

    @Override
    public void signal(String signal) throws TaskCommandException, InterruptedException {
        try {
            rkt.signal(pod.uuid(), signal);
        } catch (RktException e) {
            throw new TaskCommandException(e.getMessage(), e);
        }
    }

    @Override
    public TaskCommand.Outcome run(TaskCommand command) throws TaskCommandException, InterruptedException {
        try {
            CommandResult result = rkt.enter(pod.uuid(), command, files.group(pod.uuid()));
            return new TaskCommand.Outcome(result.exitCode(), result.stdout() + result.stderr());
        } catch (RktException | IOException e) {
            throw new TaskCommandException(e.getMessage(), e);
        }
    }

    @Override
    public void remove() {
        if (!exit.isDone()) {
            throw new IllegalStateException("Pod " + pod.uuid() + " still runs; stop it before it is removed");
        }
        try {
            rkt.remove(pod.uuid());
        } catch (RktException e) {
            LOG.warn("Pod {} stays until unused pods are removed: {}", pod.uuid(), e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Copiers.kill(pod.uuid());
        try {
            files.delete(pod.uuid());
        } catch (IOException e) {
            throw new UncheckedIOException("Could not forget pod " + pod.uuid(), e);
        }
        tools.held().release(pod.uuid());
    }
}
