package dev.gantry.node.allocation;

import dev.gantry.driver.RunningTask;
import dev.gantry.driver.TaskCommandException;
import dev.gantry.driver.TaskDirectory;
import dev.gantry.files.IoFailures;
import dev.gantry.model.ProtoTimes;
import dev.gantry.node.environment.TaskEnvironment;
import dev.gantry.node.template.TemplateFailure;
import dev.gantry.node.template.TemplateFiles;
import dev.gantry.template.Lookup;
import dev.gantry.template.TaskLookups;
import dev.gantry.v1.Task;
import dev.gantry.v1.Template;
import dev.gantry.v1.TemplateChangeMode;
import dev.gantry.v1.TemplateData;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches what the templates of a task look up, has them rendered again after changes, and restarts or signals the task as
 * its templates say. Several changes at a time lead to one restart, or to one signal of each kind.
 *
 * <p>Owned by the owner thread, except what runs on the task's thread. Without a server the files stay as they are.
 */
final class TaskTemplates {

    private static final Logger LOG = LoggerFactory.getLogger(TaskTemplates.class);

    /** How long a task that runs after the others waits for data. */
    private static final Duration POSTSTOP_PATIENCE = Duration.ofMinutes(3);

    private final RunnerContext context;
    private final TaskDirectory directory;
    private final Host host;
    private final Set<Lookup> lookups;

    /** The newest data of the server. The task's thread reads it too. */
    private volatile TemplateData data = TemplateData.getDefaultInstance();

    private boolean hasData;
    private Optional<Runnable> watch = Optional.empty();
    private Optional<CompletableFuture<Boolean>> awaited = Optional.empty();
    private Optional<TemplateFiles> files = Optional.empty();
    private Optional<RunningTask> running = Optional.empty();
    private Optional<Future<?>> timer = Optional.empty();
    private boolean restartIsDue;
    private final Set<String> dueSignals = new TreeSet<>();
    private String lastFailure = "";

    /** The task. Called on the owner thread. */
    interface Host {

        /** Returns the definition of the task. */
        Task task();

        /** Returns true if the task runs after the others, so that the allocation waits for it. */
        boolean isLast();

        /** Returns true while the task is to start or to run. */
        boolean isNeeded();

        /** Records what the task waits for before it starts. */
        void waiting(String why);

        /** Fails the task before it starts. */
        void fail(String why);

        /** Records an event. */
        void record(EventType type, String message);

        /** Restarts the running task. */
        void restart();

        /** Does work on the task's thread while the task runs. */
        void runBeside(Runnable work);

        /**
         * Returns the environment of the task, for templates of a run that an earlier process has started; completed on the
         * owner thread, with nothing once it is not needed.
         */
        CompletableFuture<Optional<TaskEnvironment>> environment();
    }

    TaskTemplates(RunnerContext context, Task task, TaskDirectory directory, Host host) {
        this.context = context;
        this.directory = directory;
        this.host = host;
        this.lookups = TaskLookups.of(task);
    }

    /**
     * Waits until the server has told all that the templates can't be rendered without.
     *
     * @return completed on the owner thread with true, at once if the templates look up nothing; with false once the task is
     *     not needed any more
     */
    CompletableFuture<Boolean> awaitData() {
        if (lookups.isEmpty()) {
            return CompletableFuture.completedFuture(true);
        }
        CompletableFuture<Boolean> future = new CompletableFuture<>();
        awaited = Optional.of(future);
        if (host.isLast()) {
            var unused = context.timer().schedule(() -> giveUp(future), POSTSTOP_PATIENCE);
        }
        watch();
        proceed();
        return future;
    }

    private void giveUp(CompletableFuture<Boolean> future) {
        if (!future.isDone() && host.isNeeded()) {
            host.fail("Template failed: its data is not there after %d minutes: the allocation ends without this task"
                    .formatted(POSTSTOP_PATIENCE.toMinutes()));
        }
    }

    /** Makes the files of the next run. */
    TaskThread.Rendering begin(TaskEnvironment environment) {
        TemplateFiles next = filesIn(environment);
        files = Optional.of(next);
        return () -> next.start(data);
    }

    private TemplateFiles filesIn(TaskEnvironment environment) {
        return new TemplateFiles(host.task(), directory, environment::interpolate, environment::value);
    }

    /** Handles that the task runs. Data that has come since its files were rendered is rendered now. */
    void started(RunningTask task) {
        running = Optional.of(task);
        if (lookups.isEmpty()) {
            return;
        }
        watch();
        if (files.isPresent()) {
            render();
            return;
        }
        var unused = host.environment().thenAccept(found -> {
            if (found.isPresent() && files.isEmpty()) {
                files = Optional.of(filesIn(found.get()));
                render();
            }
        });
    }

    /** Handles that the run has ended: the next one begins with new files. */
    void ended() {
        running = Optional.empty();
        files = Optional.empty();
        timer.ifPresent(waiting -> waiting.cancel(false));
        timer = Optional.empty();
        restartIsDue = false;
        dueSignals.clear();
    }

    /** Ends the watch: the task does not run any more, or is left to a later process. */
    void close() {
        ended();
        watch.ifPresent(Runnable::run);
        watch = Optional.empty();
        awaited.ifPresent(future -> future.complete(false));
        awaited = Optional.empty();
    }

    private void watch() {
        if (watch.isEmpty()) {
            String allocationId = directory.allocation().getFileName().toString();
            watch = Optional.of(context.templates().watch(allocationId, directory.task(), this::received));
        }
    }

    private void received(TemplateData told) {
        if (!told.getError().isEmpty()) {
            LOG.warn("The templates of task {} in {} get no data: {}", directory.task(), directory, told.getError());
            if (awaited.isPresent()) {
                host.waiting("Waiting for the data of templates: " + told.getError());
            }
            return;
        }
        data = told;
        hasData = true;
        if (awaited.isPresent()) {
            proceed();
        } else {
            render();
        }
    }

    private void proceed() {
        if (awaited.isEmpty() || !hasData) {
            return;
        }
        CompletableFuture<Boolean> future = awaited.get();
        List<String> missing = missing();
        if (!host.isNeeded() || missing.isEmpty()) {
            awaited = Optional.empty();
            future.complete(host.isNeeded());
        } else {
            host.waiting("Waiting for " + String.join(", ", missing));
        }
    }

    private List<String> missing() {
        Set<String> known = data.getVariablesList().stream()
                .map(variable -> variable.getPath())
                .collect(Collectors.toSet());
        return lookups.stream()
                .filter(lookup -> lookup instanceof Lookup.OfVariable variable
                        && variable.isRequired()
                        && !known.contains(variable.path()))
                .map(Lookup::toString)
                .sorted()
                .toList();
    }

    private void render() {
        if (running.isEmpty() || files.isEmpty() || !hasData) {
            return;
        }
        TemplateFiles rendered = files.get();
        host.runBeside(() -> {
            // The newest data, which may have come after this work was asked for.
            TemplateFiles.Changes changes = update(rendered);
            context.owner().execute(() -> {
                if (files.filter(current -> current == rendered).isPresent()) {
                    changed(changes);
                }
            });
        });
    }

    private TemplateFiles.Changes update(TemplateFiles rendered) {
        try {
            return rendered.update(data);
        } catch (TemplateFailure e) {
            return new TemplateFiles.Changes(List.of(), List.of(e.getMessage()));
        }
    }

    private void changed(TemplateFiles.Changes changes) {
        String failure = String.join("; ", changes.failures());
        if (!failure.equals(lastFailure)) {
            lastFailure = failure;
            if (!failure.isEmpty()) {
                host.record(EventType.TEMPLATE, failure + "; the file stays as it is");
            }
        }
        Duration splay = Duration.ZERO;
        boolean isAny = false;
        for (Template template : changes.templates()) {
            if (template.getChangeMode() == TemplateChangeMode.TEMPLATE_CHANGE_MODE_NOOP) {
                continue;
            }
            if (template.getChangeMode() == TemplateChangeMode.TEMPLATE_CHANGE_MODE_SIGNAL) {
                dueSignals.add(template.getChangeSignal());
            } else {
                restartIsDue = true;
            }
            isAny = true;
            Duration own = ProtoTimes.toDuration(template.getSplay());
            splay = own.compareTo(splay) > 0 ? own : splay;
        }
        if (isAny && timer.isEmpty()) {
            Duration delay = Duration.ofNanos((long) (context.random().nextDouble() * (double) splay.toNanos()));
            timer = Optional.of(context.timer().schedule(this::act, delay));
        }
    }

    private void act() {
        timer = Optional.empty();
        if (running.isEmpty() || files.isEmpty()) {
            return;
        }
        if (restartIsDue) {
            restartIsDue = false;
            dueSignals.clear();
            host.restart();
            return;
        }
        List<String> signals = List.copyOf(dueSignals);
        dueSignals.clear();
        signals.forEach(signal -> host.record(EventType.SIGNALING, "Template re-rendered: sending " + signal));
        RunningTask task = running.get();
        TemplateFiles rendered = files.get();
        host.runBeside(() -> signal(task, rendered, signals));
    }

    /** Runs on the task's thread. */
    private void signal(RunningTask task, TemplateFiles rendered, List<String> signals) {
        try {
            for (String signal : signals) {
                task.signal(signal);
            }
            rendered.tell(Set.of(TemplateChangeMode.TEMPLATE_CHANGE_MODE_SIGNAL));
        } catch (TaskCommandException | IOException e) {
            String why = "Template failed: its signal can't be sent: " + IoFailures.reason(e);
            context.owner().execute(() -> host.record(EventType.TEMPLATE, why));
        } catch (InterruptedException e) {
            // The thread is told what to do next when it returns.
            Thread.currentThread().interrupt();
        }
    }
}
