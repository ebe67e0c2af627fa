package dev.gantry.cluster.job;

import dev.gantry.cluster.FailureLog;
import dev.gantry.cluster.RefusedException;
import dev.gantry.cluster.RequestIdReusedException;
import dev.gantry.cluster.UnknownObjectException;
import dev.gantry.cluster.WritesInFlight;
import dev.gantry.cluster.evaluation.Evaluations;
import dev.gantry.model.ParentJobs;
import dev.gantry.model.ProtoTimes;
import dev.gantry.store.ChangeSet;
import dev.gantry.store.Store;
import dev.gantry.store.StoreReader;
import dev.gantry.store.Submission;
import dev.gantry.store.WriteTransaction;
import dev.gantry.v1.EvaluationTrigger;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobRecord;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates children of periodic jobs at their times. Of the times that passed while no server ran, only the latest is
 * made up for, as in Nomad.
 *
 * <p>Keeps the schedules in memory, from the feed of changes. The time of a job's last launch is stored in the
 * transaction that creates the child.
 */
public final class PeriodicLauncher {

    private static final Logger LOG = LoggerFactory.getLogger(PeriodicLauncher.class);

    /** The most launches under way; further ones wait for the next check. */
    private static final int LAUNCHES_IN_FLIGHT = 256;

    private final Store store;
    private final Evaluations evaluations;
    private final InstantSource clock;
    private final Map<String, Schedule> schedules = new ConcurrentHashMap<>();

    /** Bounds launches under way, since many jobs have the same times, such as midnight. */
    private final WritesInFlight launches = new WritesInFlight(LAUNCHES_IN_FLIGHT, () -> {});

    /**
     * Creates a launcher without schedules.
     *
     * @param store the store with the jobs
     * @param evaluations creates evaluations of children
     * @param clock tells which times have come
     */
    public PeriodicLauncher(Store store, Evaluations evaluations, InstantSource clock) {
        this.store = store;
        this.evaluations = evaluations;
        this.clock = clock;
    }

    /**
     * Loads the stored schedules.
     *
     * @param reader reads the store
     */
    public void load(StoreReader reader) {
        reader.jobs()
                .periodicLaunches()
                .forEach((jobId, last) -> reader.jobs().find(jobId).ifPresent(job -> put(job, last)));
    }

    /**
     * Takes in the changes of a write. Never blocks.
     *
     * @param changes the changes
     */
    public void publish(ChangeSet changes) {
        changes.jobs().forEach(job -> put(job, ProtoTimes.toInstantMillis(job.getSubmitTime())));
        changes.removedJobs().forEach(schedules::remove);
    }

    /** Launches the jobs whose times have come. Called about once a second by one thread. */
    public void check() {
        Instant now = clock.instant();
        // If the last launch lies in the future, the clock was set back: as in Nomad, the next time is counted from
        // now.
        schedules.replaceAll((jobId, schedule) -> schedule.last().isAfter(now) ? schedule.since(now) : schedule);
        schedules.forEach((jobId, schedule) ->
                schedule.due(now).ifPresent(time -> launches.begin(jobId, () -> launch(jobId, time))));
    }

    /**
     * Returns when a periodic job is launched next.
     *
     * @param jobId any job
     * @return the time; empty if the job is not periodic, is disabled or is stopped
     */
    public Optional<Instant> next(String jobId) {
        return Optional.ofNullable(schedules.get(jobId)).flatMap(Schedule::next);
    }

    /**
     * Launches a periodic job now, whatever its times.
     *
     * @param jobId the periodic job
     * @param requestId makes the call safe to repeat
     * @return the child. Fails with {@link UnknownObjectException}, with {@link RequestIdReusedException}, or with
     *     {@link RefusedException} if the job is not periodic, is stopped, or prohibits overlap and has a live child
     */
    public CompletableFuture<Child> force(String jobId, Optional<String> requestId) {
        Instant now = clock.instant();
        return store.writeOfClient(transaction -> Child.answered(transaction, Submission.Kind.FORCE, requestId, jobId)
                .orElseGet(() -> {
                    Child child = force(transaction, jobId, now);
                    child.remember(transaction, Submission.Kind.FORCE, requestId, now);
                    return child;
                }));
    }

    private Child force(WriteTransaction transaction, String jobId, Instant now) {
        JobRecord job = transaction.job(jobId).orElseThrow(() -> new UnknownObjectException("job", jobId));
        checkPeriodic(job);
        if (overlaps(transaction, job)) {
            throw new RefusedException(
                    "Job %s prohibits overlap, and a child of it runs; stop that first".formatted(jobId));
        }
        return make(transaction, job.getJob(), freeSecond(transaction, jobId, now), now);
    }

    /**
     * Sets a job's schedule. A submission counts the times from then on; any other change of the job keeps the last
     * launch.
     */
    private void put(JobRecord job, Instant last) {
        String jobId = job.getJob().getId();
        if (!isScheduled(job)) {
            schedules.remove(jobId);
            return;
        }
        try {
            Instant now = clock.instant();
            Schedule schedule = Schedule.of(job.getJob().getPeriodic(), last.isAfter(now) ? now : last);
            schedules.merge(
                    jobId,
                    schedule,
                    (known, read) -> known.last().isAfter(read.last()) ? read.since(known.last()) : read);
        } catch (RuntimeException e) {
            schedules.remove(jobId);
            LOG.error("Job {} never runs: its schedule can't be read; submit it with another one", jobId, e);
        }
    }

    private static boolean isScheduled(JobRecord job) {
        return job.getJob().hasPeriodic() && !job.getJob().getPeriodic().getDisabled() && !job.getStopped();
    }

    private CompletableFuture<Boolean> launch(String jobId, Instant time) {
        // Advance the schedule before the write, so that the next check does not launch again; a failure sets it back.
        Schedule before = schedules.get(jobId);
        schedules.computeIfPresent(jobId, (id, schedule) -> schedule.since(time));
        Instant now = clock.instant();
        return store.write(transaction -> {
                    transaction
                            .job(jobId)
                            .filter(PeriodicLauncher::isScheduled)
                            .ifPresent(job -> launch(transaction, job, time, now));
                    return true;
                })
                .exceptionally(failure -> {
                    FailureLog.tell(LOG, "Job %s was not run at %s; it is tried again".formatted(jobId, time), failure);
                    schedules.computeIfPresent(jobId, (id, schedule) -> schedule.since(before.last()));
                    return false;
                });
    }

    private void launch(WriteTransaction transaction, JobRecord job, Instant time, Instant now) {
        String jobId = job.getJob().getId();
        transaction.putPeriodicLaunch(jobId, time);
        boolean isMade = transaction
                .job(ParentJobs.periodicChild(jobId, time.getEpochSecond()))
                .isPresent();
        if (overlaps(transaction, job)) {
            LOG.info("Job {} is left out at {}: a child of an earlier time still runs", jobId, time);
        } else if (!isMade) {
            make(transaction, job.getJob(), time.getEpochSecond(), now);
        }
    }

    private Child make(WriteTransaction transaction, Job parent, long second, Instant now) {
        return Child.put(
                transaction,
                evaluations,
                parent,
                parent.toBuilder().setId(ParentJobs.periodicChild(parent.getId(), second)),
                EvaluationTrigger.EVALUATION_TRIGGER_PERIODIC,
                now);
    }

    private static long freeSecond(WriteTransaction transaction, String jobId, Instant now) {
        long second = now.truncatedTo(ChronoUnit.SECONDS).getEpochSecond();
        while (transaction.job(ParentJobs.periodicChild(jobId, second)).isPresent()) {
            second++;
        }
        return second;
    }

    private static boolean overlaps(WriteTransaction transaction, JobRecord job) {
        return job.getJob().getPeriodic().getProhibitOverlap()
                && transaction.reader().activity().hasLiveChild(job.getJob().getId());
    }

    private static void checkPeriodic(JobRecord job) {
        if (!job.getJob().hasPeriodic()) {
            throw new RefusedException(
                    "Job %s is not periodic".formatted(job.getJob().getId()));
        }
        if (job.getStopped()) {
            throw new RefusedException("Job %s is stopped; submit it again first"
                    .formatted(job.getJob().getId()));
        }
    }
}
