package dev.gantry.check;

import dev.gantry.check.history.Event;
import dev.gantry.check.history.Event.Change;
import dev.gantry.client.GantryClient;
import dev.gantry.client.GantryException;
import dev.gantry.client.Watch;
import dev.gantry.v1.WatchJobResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Watches jobs by the SDK, which resumes a watch when its connection breaks, and records what it is told. */
final class Watches implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Watches.class);

    private static final Duration POLL = Duration.ofMillis(200);

    /** For how many rounds a job is watched. */
    private static final int ROUNDS = 3;

    private final GantryClient client;
    private final Recorder recorder;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, OneJob> jobs = new ConcurrentHashMap<>();

    Watches(GantryClient client, Recorder recorder) {
        this.client = client;
        this.recorder = recorder;
    }

    /** Begins to watch a job that is stored, unless it is watched already. */
    void begin(String job) {
        if (!Workload.PARENTS.contains(job)) {
            jobs.computeIfAbsent(job, OneJob::new);
        }
    }

    /** Ends the watches of old jobs: those of the rounds before the last ones. */
    void endBefore(int round) {
        jobs.values().stream()
                .filter(watch -> Workload.round(watch.job) <= round - ROUNDS)
                .forEach(OneJob::end);
    }

    /** Returns the index up to which a watch has told everything; empty if the job is not watched any more. */
    Optional<Long> toldUpTo(String job) {
        return Optional.ofNullable(jobs.get(job))
                .filter(watch -> !watch.isEnding)
                .map(watch -> watch.told);
    }

    @Override
    public void close() {
        jobs.values().forEach(OneJob::end);
        threads.shutdownNow();
    }

    /** A watch of a job, with a thread of its own. */
    private final class OneJob {

        private final String job;
        private volatile boolean isEnding;
        private volatile long told;

        OneJob(String job) {
            this.job = job;
            var unused = threads.submit(this::run);
        }

        void end() {
            isEnding = true;
        }

        private void run() {
            try (Watch<WatchJobResponse> watch = client.jobs().watch(job)) {
                while (!isEnding && !watch.isEnded()) {
                    watch.poll(POLL).ifPresent(this::record);
                }
            } catch (GantryException e) {
                if (!isEnding && !Thread.currentThread().isInterrupted()) {
                    LOG.debug("The watch of job {} has ended", job, e);
                    recorder.record(new Event.Unsettled(recorder.now(), job, "its watch has ended: " + e.getMessage()));
                }
            }
        }

        private void record(WatchJobResponse message) {
            List<Change> changes = new ArrayList<>();
            if (message.hasJob()) {
                changes.add(new Change(Change.job(job), message.getJob().getModifyIndex()));
            }
            message.getAllocationsList()
                    .forEach(of -> changes.add(new Change(Change.allocation(of.getId()), of.getModifyIndex())));
            message.getEvaluationsList()
                    .forEach(of -> changes.add(new Change(Change.evaluation(of.getId()), of.getModifyIndex())));
            message.getDeploymentsList()
                    .forEach(of -> changes.add(new Change(Change.deployment(of.getId()), of.getModifyIndex())));
            recorder.record(new Event.Watched(recorder.now(), job, message.getIndex(), changes));
            recorder.observe(message.getAllocationsList());
            told = message.getIndex();
        }
    }
}
