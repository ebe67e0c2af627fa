package dev.gantry.node;

import com.google.protobuf.util.Timestamps;
import dev.gantry.model.AllocationStatuses;
import dev.gantry.node.allocation.AllocationRunner;
import dev.gantry.node.allocation.RunnerContext;
import dev.gantry.node.session.UpdateQueue;
import dev.gantry.node.state.AllocationStore;
import dev.gantry.node.state.StateWriter;
import dev.gantry.node.state.StoredAllocation;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.AllocationUpdate;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DesiredState;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.JobVersion;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All allocations of this node: takes what the server wants of them, remembers them on disk, and forgets those that
 * nobody will ask for.
 *
 * <p>Nothing of an allocation is removed on a doubt. One that is remembered no more, because its file is damaged or
 * gone, may still run: its directory and its pods stay until the server has named all that there is. If the server
 * names the allocation, it is taken up with what is found of it; only if not, what it has left is swept away.
 *
 * <p>Owned by the owner thread.
 */
public final class NodeAllocations {

    private static final Logger LOG = LoggerFactory.getLogger(NodeAllocations.class);

    /** So many ended ones are kept, so that their logs can still be read; the server names as many. */
    private static final int ENDED_KEPT = 50;

    /**
     * That tasks are being made ready is told together with what follows within this time; Nomad's client waits 200 ms
     * with all that it tells. Most have started by then, so that the server has one thing to write less, and not while
     * they start. What counts for others is told at once.
     */
    private static final Duration PREPARING_UNTOLD = Duration.ofMillis(500);

    private final RunnerContext context;
    private final AllocationStore store;
    private final StateWriter writer;
    private final UpdateQueue updates;
    private final DirectoryCleaner cleaner;
    private final Sweeper sweeper;
    private final Map<String, AllocationRunner> runners = new LinkedHashMap<>();
    private final Set<String> unnamed = new HashSet<>();
    private final Set<String> acknowledged = new HashSet<>();
    private final Set<String> forgetting = new HashSet<>();

    /** Ids that the server has named since the session began; used until the complete state has arrived. */
    private final Set<String> named = new HashSet<>();

    private boolean isAllNamed;
    private boolean newsComing;
    private Runnable news = () -> {};

    /**
     * Begins with none.
     *
     * @param context what they need to run
     * @param store where they are remembered; read once, at the start
     * @param writer writes what is remembered
     * @param updates where to put what the server must know
     * @param cleaner deletes what they leave behind
     * @param sweeper removes what was left behind of those that nobody knows any more
     */
    public NodeAllocations(
            RunnerContext context,
            AllocationStore store,
            StateWriter writer,
            UpdateQueue updates,
            DirectoryCleaner cleaner,
            Sweeper sweeper) {
        this.context = context;
        this.store = store;
        this.writer = writer;
        this.updates = updates;
        this.cleaner = cleaner;
        this.sweeper = sweeper;
    }

    /** Says what to call when there is something new to send. */
    void onNews(Runnable listener) {
        this.news = listener;
    }

    /**
     * Takes up what an earlier process of this node has left: tasks that still run go on, and of those that ended the
     * end is collected. Removes nothing: that waits for the server.
     */
    void restore() {
        for (StoredAllocation stored : store.load()) {
            AllocationRunner.of(context, stored, this::changed)
                    .ifPresentOrElse(this::add, () -> store.setAside(stored.id()));
        }
        List<AllocationRunner> live =
                runners.values().stream().filter(runner -> !runner.isEnded()).toList();
        long found =
                live.stream().mapToLong(runner -> runner.findTasks().size()).sum();
        live.forEach(AllocationRunner::resume);
        runners.values().forEach(runner -> updates.put(runner.update()));
        if (!live.isEmpty()) {
            LOG.info("Took up {} allocations, {} of their pods were found", live.size(), found);
        }
    }

    /** The highest cluster index at which one of them was told. */
    long highestIndex() {
        return runners.values().stream()
                .mapToLong(runner -> runner.stored().allocation().getModifyIndex())
                .max()
                .orElse(0);
    }

    private void add(AllocationRunner runner) {
        runners.put(runner.id(), runner);
        sweeper.spare(runner.id());
    }

    /** A session begins: the server names all anew. What an earlier session did not come to name is not known. */
    void beginSession() {
        named.clear();
        isAllNamed = false;
    }

    /** Does what the server wants. */
    void apply(DesiredState desired) {
        boolean isBegin = !isAllNamed;
        Map<JobKey, JobVersion> jobs =
                desired.getJobsList().stream().collect(Collectors.toMap(JobKey::of, job -> job, (one, same) -> one));
        for (Allocation wanted : desired.getAllocationsList()) {
            Optional.ofNullable(runners.get(wanted.getId()))
                    .ifPresentOrElse(
                            runner -> adjust(runner, wanted, Optional.ofNullable(jobs.get(JobKey.of(wanted))), isBegin),
                            () -> take(wanted, Optional.ofNullable(jobs.get(JobKey.of(wanted)))));
        }
        if (isBegin) {
            desired.getAllocationsList().forEach(wanted -> named.add(wanted.getId()));
        }
        if (isBegin && desired.getComplete()) {
            isAllNamed = true;
            stopUnnamed();
            named.clear();
            // The server has named all there is: what is not among the runs now is nobody's.
            sweeper.sweep(runners.values().stream()
                    .filter(AllocationRunner::isEnded)
                    .map(AllocationRunner::id)
                    .collect(Collectors.toUnmodifiableSet()));
        }
        collect();
    }

    /** The server has these on disk. */
    void acknowledge(Collection<AllocationUpdate> known) {
        known.stream()
                .filter(update -> find(update.getAllocationId())
                        .map(AllocationRunner::update)
                        .filter(update::equals)
                        .isPresent())
                .forEach(update -> acknowledged.add(update.getAllocationId()));
        collect();
    }

    Optional<AllocationRunner> find(String allocationId) {
        return Optional.ofNullable(runners.get(allocationId));
    }

    boolean areAllEnded() {
        return runners.values().stream().allMatch(AllocationRunner::isEnded);
    }

    /** The longest kill timeout of what has not ended. */
    Duration killTimeout() {
        return runners.values().stream()
                .map(AllocationRunner::killTimeout)
                .max(Comparator.naturalOrder())
                .orElse(Duration.ZERO);
    }

    void stopAll(String why) {
        List.copyOf(runners.values()).forEach(runner -> runner.stop(why));
    }

    /** Leaves all tasks running; returns the allocations whose threads let go now. */
    List<AllocationRunner> detachAll() {
        List<AllocationRunner> all = List.copyOf(runners.values());
        all.forEach(AllocationRunner::detach);
        return all;
    }

    private CompletableFuture<Boolean> changed(AllocationRunner runner) {
        // First what is sure to work: the server learns of an end even if the disk is full.
        tell(runner);
        return writer.put(runner.stored()).handle((stored, failure) -> {
            if (failure != null) {
                LOG.error("Allocation {} has changed, which could not be remembered", runner.id(), failure);
            }
            return failure == null;
        });
    }

    private void tell(AllocationRunner runner) {
        acknowledged.remove(runner.id());
        AllocationUpdate update = runner.update();
        updates.put(update);
        if (update.getClientStatus() == ClientStatus.CLIENT_STATUS_PENDING) {
            tellSoon();
        } else {
            news.run();
        }
    }

    private void tellSoon() {
        if (!newsComing) {
            newsComing = true;
            var unused = context.timer()
                    .schedule(
                            () -> {
                                newsComing = false;
                                news.run();
                            },
                            PREPARING_UNTOLD);
        }
    }

    private void adjust(AllocationRunner runner, Allocation wanted, Optional<JobVersion> job, boolean isBegin) {
        unnamed.remove(runner.id());
        if (!runner.isEnded() && AllocationStatuses.isWanted(wanted)) {
            runner.adopt(wanted, job);
        }
        if (!runner.isEnded() && !AllocationStatuses.isWanted(wanted)) {
            runner.stop(
                    wanted.getDescription().isEmpty() ? "The server stops the allocation" : wanted.getDescription());
        }
        // A session begins: whatever went wrong before, the server gets to know how it is.
        if (isBegin && wanted.getClientStatus() != runner.update().getClientStatus()) {
            updates.put(runner.update());
            news.run();
        }
    }

    private void take(Allocation wanted, Optional<JobVersion> job) {
        if (context.directories().exists(wanted.getId()) && takeUp(wanted, job)) {
            return;
        }
        if (AllocationStatuses.isTerminal(wanted)) {
            return;
        }
        if (wanted.getDesiredStatus() == DesiredStatus.DESIRED_STATUS_STOP) {
            refuse(wanted, ClientStatus.CLIENT_STATUS_COMPLETE, "Stopped before it ran");
            return;
        }
        // What an earlier run of it said is gone with that run.
        Allocation fresh = wanted.toBuilder().clearTaskStates().build();
        job.flatMap(version -> AllocationRunner.of(context, new StoredAllocation(fresh, version), this::changed))
                .ifPresentOrElse(
                        this::begin,
                        () -> refuse(
                                wanted,
                                ClientStatus.CLIENT_STATUS_FAILED,
                                "The server named no group \"%s\" in version %d of job %s"
                                        .formatted(wanted.getTaskGroup(), wanted.getJobVersion(), wanted.getJobId())));
    }

    /**
     * Goes on with an allocation that this node had and does not remember: its file could not be read, or is gone. What
     * an allocation has left that never ran is no reason, since it is remembered before anything of it runs.
     *
     * @return false if there is nothing to go on with
     */
    private boolean takeUp(Allocation wanted, Optional<JobVersion> job) {
        boolean hasEnded = AllocationStatuses.isTerminal(wanted);
        // What has ended for the server may still run here, and must not go on.
        Allocation known = hasEnded
                ? wanted.toBuilder()
                        .setDesiredStatus(DesiredStatus.DESIRED_STATUS_STOP)
                        .build()
                : wanted;
        Optional<AllocationRunner> left = job.flatMap(
                version -> AllocationRunner.of(context, new StoredAllocation(known, version), this::changed));
        if (left.isEmpty()) {
            LOG.error(
                    "What is here of allocation {} stays: the server named no group \"{}\" in version {} of job {}",
                    wanted.getId(),
                    wanted.getTaskGroup(),
                    wanted.getJobVersion(),
                    wanted.getJobId());
            sweeper.spare(wanted.getId());
            return false;
        }
        AllocationRunner runner = left.get();
        List<String> pods = runner.findTasks();
        boolean hasRun = hasEnded || wanted.getClientStatus() == ClientStatus.CLIENT_STATUS_RUNNING;
        if (pods.isEmpty() && !hasRun && !store.isDamaged(wanted.getId())) {
            return false;
        }
        LOG.warn(
                "Allocation {} was not remembered and is known again from the server; {} of its pods were found",
                runner.id(),
                pods.size());
        add(runner);
        runner.takeUp();
        remember(runner);
        return true;
    }

    /** Nothing of it runs before it is on the disk; that it is made ready meanwhile, no other process need know. */
    private void begin(AllocationRunner runner) {
        add(runner);
        setLeftoversAside(runner.id());
        runner.begin();
        remember(runner);
    }

    private void remember(AllocationRunner runner) {
        tell(runner);
        then(writer.put(runner.stored()), failure -> {
            if (failure.isEmpty()) {
                runner.permit();
                return;
            }
            LOG.error("Allocation {} is not run, since it could not be remembered", runner.id(), failure.get());
            runner.refuse(failure.get().getMessage());
        });
    }

    /** Goes on, on the owner thread, once something is on the disk or could not be written. */
    private void then(CompletableFuture<Void> write, Consumer<Optional<Throwable>> next) {
        var unused = write.whenComplete(
                (written, failure) -> context.owner().execute(() -> next.accept(Optional.ofNullable(failure))));
    }

    private void refuse(Allocation wanted, ClientStatus status, String why) {
        updates.put(AllocationUpdate.newBuilder()
                .setAllocationId(wanted.getId())
                .setClientStatus(status)
                .setDescription(why)
                .build());
        news.run();
    }

    /** A start that was not remembered leaves some, and the server names the allocation again. */
    private void setLeftoversAside(String allocationId) {
        if (!context.directories().exists(allocationId)) {
            return;
        }
        try {
            cleaner.clean(context.directories().setAside(allocationId), Optional.empty());
        } catch (IOException e) {
            LOG.warn("What an earlier start of allocation {} has left can't be set aside", allocationId, e);
        }
    }

    private void stopUnnamed() {
        List<AllocationRunner> others = runners.values().stream()
                .filter(runner -> !named.contains(runner.id()))
                .toList();
        for (AllocationRunner runner : others) {
            unnamed.add(runner.id());
            if (!runner.isEnded()) {
                LOG.warn("Allocation {} is stopped: the server does not know it", runner.id());
                runner.stop("The server does not know the allocation");
            }
        }
    }

    private void collect() {
        List<AllocationRunner> ended = runners.values().stream()
                .filter(runner -> runner.isEnded() && acknowledged.contains(runner.id()))
                .sorted(Comparator.comparing(AllocationRunner::lastEventTime, Timestamps.comparator())
                        .reversed())
                .toList();
        for (int i = 0; i < ended.size(); i++) {
            if (i >= ENDED_KEPT || unnamed.contains(ended.get(i).id())) {
                forget(ended.get(i));
            }
        }
    }

    private void forget(AllocationRunner runner) {
        if (!forgetting.add(runner.id())) {
            return;
        }
        then(writer.remove(runner.id()), failure -> {
            forgetting.remove(runner.id());
            if (failure.isPresent()) {
                LOG.error("Allocation {} could not be forgotten; it is tried again later", runner.id(), failure.get());
                return;
            }
            runners.remove(runner.id());
            unnamed.remove(runner.id());
            acknowledged.remove(runner.id());
            sweeper.spareNoMore(runner.id());
            cleaner.clean(runner.id(), Optional.of(runner));
        });
    }

    static void joinAll(List<AllocationRunner> detached, Duration atMost) throws InterruptedException {
        for (AllocationRunner runner : detached) {
            runner.join(atMost);
        }
    }

    /** Names a version of a job. */
    private record JobKey(String jobId, long version) {

        static JobKey of(JobVersion job) {
            return new JobKey(job.getJob().getId(), job.getVersion());
        }

        static JobKey of(Allocation allocation) {
            return new JobKey(allocation.getJobId(), allocation.getJobVersion());
        }
    }
}
