package dev.gantry.node;

import dev.gantry.model.AllocationStatuses;
import dev.gantry.node.allocation.AllocationRunner;
import dev.gantry.node.allocation.DiskUse;
import dev.gantry.node.allocation.RunnerContext;
import dev.gantry.node.session.UpdateQueue;
import dev.gantry.node.state.AllocationStore;
import dev.gantry.node.state.StateFailureLog;
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
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds all allocations of this node: runs and stops them as the server assigns, and stores their states on disk.
 *
 * <p>The node removes no part of an allocation while it may still be needed. An allocation whose state file is damaged
 * or lost may still run. So its directory and its pods stay until the server has named all allocations of the node. If
 * the server names the allocation, the node continues it with the remaining pods and directory. Otherwise the node
 * removes them.
 *
 * <p>Owned by the owner thread.
 */
public final class NodeAllocations {

    private static final Logger LOG = LoggerFactory.getLogger(NodeAllocations.class);

    private final RunnerContext context;
    private final AllocationStore store;
    private final StateWriter writer;
    private final DirectoryCleaner cleaner;
    private final Sweeper sweeper;
    private final Map<String, AllocationRunner> runners = new LinkedHashMap<>();
    private final AllocationReports reports;
    private final EndedAllocations ended;

    /** The ids that the server has named in this session; used until the complete state has arrived. */
    private final Set<String> named = new HashSet<>();

    private boolean isAllNamed;

    /** The allocations that wait for the data of one that has not ended yet, by the id of the latter. */
    private final Map<String, List<AllocationRunner>> heirs = new HashMap<>();

    /**
     * Creates a holder without allocations.
     *
     * @param context the parts of the node that all allocations use
     * @param store stores their states; read once, at the start
     * @param writer writes their states
     * @param updates the queue of updates for the server
     * @param cleaner deletes their directories
     * @param sweeper removes the pods and directories of unknown allocations
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
        this.cleaner = cleaner;
        this.sweeper = sweeper;
        this.reports = new AllocationReports(updates, context.timer());
        this.ended = new EndedAllocations(runners, writer, cleaner, sweeper, context.owner());
    }

    /** Sets the listener that is called when there are updates to send. */
    void onNews(Runnable listener) {
        reports.listen(listener);
    }

    /**
     * Restores the allocations of an earlier process of this node: continues tasks that still run, and collects the
     * ends of the others. Removes nothing: that waits for the server.
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
        live.forEach(runner -> runner.dataOf().ifPresentOrElse(source -> inherit(runner, source), runner::resume));
        runners.values().forEach(runner -> reports.queue(runner.update()));
        if (!live.isEmpty()) {
            LOG.info("Restored {} allocations and found {} of their pods", live.size(), found);
        }
    }

    /** Returns the highest modify index of the allocations, which is a cluster index that the node has seen. */
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

    /** Begins a session, in which the server names all allocations again. */
    void beginSession() {
        named.clear();
        isAllNamed = false;
    }

    /** Applies the server's assignments. */
    void apply(DesiredState desired) {
        boolean isBegin = !isAllNamed;
        Map<JobKey, JobVersion> jobs =
                desired.getJobsList().stream().collect(Collectors.toMap(JobKey::of, job -> job, (one, same) -> one));
        for (Allocation assigned : desired.getAllocationsList()) {
            Optional<JobVersion> job = Optional.ofNullable(jobs.get(JobKey.of(assigned)));
            Optional.ofNullable(runners.get(assigned.getId()))
                    .ifPresentOrElse(runner -> adjust(runner, assigned, job, isBegin), () -> take(assigned, job));
        }
        if (isBegin) {
            desired.getAllocationsList().forEach(assigned -> named.add(assigned.getId()));
        }
        if (isBegin && desired.getComplete()) {
            isAllNamed = true;
            stopUnnamed();
            named.clear();
            // The server has named all allocations, so pods and directories of others are not needed.
            sweeper.sweep(runners.values().stream()
                    .filter(AllocationRunner::isEnded)
                    .map(AllocationRunner::id)
                    .collect(Collectors.toUnmodifiableSet()));
        }
        ended.forgetOld();
    }

    /** Handles the server's acknowledgement that updates are on disk. */
    void acknowledge(Collection<AllocationUpdate> stored) {
        stored.stream()
                .filter(update -> find(update.getAllocationId())
                        .map(AllocationRunner::update)
                        .filter(update::equals)
                        .isPresent())
                .forEach(update -> ended.acknowledged(update.getAllocationId()));
        ended.forgetOld();
    }

    Optional<AllocationRunner> find(String allocationId) {
        return Optional.ofNullable(runners.get(allocationId));
    }

    /** Returns the allocations whose disks are limited. */
    List<DiskUse> disks() {
        return runners.values().stream()
                .flatMap(runner -> runner.disk().stream())
                .toList();
    }

    /** Handles a measurement of an allocation's disk, in bytes. */
    void measured(String allocationId, long size) {
        find(allocationId).ifPresent(runner -> runner.measured(size));
    }

    boolean areAllEnded() {
        return runners.values().stream().allMatch(AllocationRunner::isEnded);
    }

    /** Returns the longest kill timeout of the allocations that have not ended. */
    Duration killTimeout() {
        return runners.values().stream()
                .map(AllocationRunner::killTimeout)
                .max(Comparator.naturalOrder())
                .orElse(Duration.ZERO);
    }

    void stopAll(String why) {
        List.copyOf(runners.values()).forEach(runner -> runner.stop(why));
    }

    /** Leaves all tasks running. Returns the allocations, whose threads end now. */
    List<AllocationRunner> detachAll() {
        List<AllocationRunner> all = List.copyOf(runners.values());
        all.forEach(AllocationRunner::detach);
        return all;
    }

    /** Waits for the threads of detached allocations. */
    static void joinAll(List<AllocationRunner> detached, Duration atMost) throws InterruptedException {
        for (AllocationRunner runner : detached) {
            runner.join(atMost);
        }
    }

    private CompletableFuture<Boolean> changed(AllocationRunner runner) {
        // Report first: the server has to learn of an end even if the disk is full.
        report(runner);
        if (runner.isEnded() && heirs.containsKey(runner.id())) {
            context.owner().execute(() -> hand(runner.id()));
        }
        return writer.put(runner.stored()).handle((stored, failure) -> {
            if (failure != null) {
                StateFailureLog.tell(LOG, "Can't store the new state of allocation " + runner.id(), failure);
            }
            return failure == null;
        });
    }

    private void report(AllocationRunner runner) {
        ended.changed(runner.id());
        reports.report(runner.update());
    }

    private void adjust(AllocationRunner runner, Allocation assigned, Optional<JobVersion> job, boolean isBegin) {
        ended.named(runner.id());
        if (!runner.isEnded() && AllocationStatuses.isWanted(assigned)) {
            runner.adopt(assigned, job);
        }
        if (!runner.isEnded() && !AllocationStatuses.isWanted(assigned)) {
            runner.stop(
                    assigned.getDescription().isEmpty()
                            ? "The server stops the allocation"
                            : assigned.getDescription());
        }
        // At the start of a session, the server may not have the current status, for any reason.
        if (isBegin && assigned.getClientStatus() != runner.update().getClientStatus()) {
            reports.reportNow(runner.update());
        }
    }

    private void take(Allocation assigned, Optional<JobVersion> job) {
        if (context.directories().exists(assigned.getId()) && takeUp(assigned, job)) {
            return;
        }
        if (AllocationStatuses.isTerminal(assigned)) {
            return;
        }
        if (assigned.getDesiredStatus() == DesiredStatus.DESIRED_STATUS_STOP) {
            refuse(assigned, ClientStatus.CLIENT_STATUS_COMPLETE, "Stopped before it ran");
            return;
        }
        // The stored states of the tasks are those of an earlier run, which no longer exists.
        Allocation fresh = assigned.toBuilder().clearTaskStates().build();
        job.flatMap(version -> AllocationRunner.of(context, new StoredAllocation(fresh, version), this::changed))
                .ifPresentOrElse(
                        this::begin,
                        () -> refuse(
                                assigned,
                                ClientStatus.CLIENT_STATUS_FAILED,
                                "The server named no group \"%s\" in version %d of job %s"
                                        .formatted(
                                                assigned.getTaskGroup(),
                                                assigned.getJobVersion(),
                                                assigned.getJobId())));
    }

    /**
     * Continues an allocation whose state file is damaged or lost. An allocation that has never run is not continued,
     * even if it has a directory: its state is always stored before it runs.
     *
     * @return false if there is nothing to continue
     */
    private boolean takeUp(Allocation assigned, Optional<JobVersion> job) {
        boolean hasEnded = AllocationStatuses.isTerminal(assigned);
        // The server may know an allocation as ended that still runs here and has to be stopped.
        Allocation known = hasEnded
                ? assigned.toBuilder()
                        .setDesiredStatus(DesiredStatus.DESIRED_STATUS_STOP)
                        .build()
                : assigned;
        Optional<AllocationRunner> left = job.flatMap(
                version -> AllocationRunner.of(context, new StoredAllocation(known, version), this::changed));
        if (left.isEmpty()) {
            LOG.error(
                    "The pods and the directory of allocation {} stay: the server named no group \"{}\" in version {}"
                            + " of job {}",
                    assigned.getId(),
                    assigned.getTaskGroup(),
                    assigned.getJobVersion(),
                    assigned.getJobId());
            sweeper.spare(assigned.getId());
            return false;
        }
        AllocationRunner runner = left.get();
        List<String> pods = runner.findTasks();
        boolean hasRun = hasEnded || assigned.getClientStatus() == ClientStatus.CLIENT_STATUS_RUNNING;
        if (pods.isEmpty() && !hasRun && !store.isDamaged(assigned.getId())) {
            return false;
        }
        LOG.warn(
                "The state of allocation {} was lost and is restored from the server; {} of its pods were found",
                runner.id(),
                pods.size());
        add(runner);
        runner.takeUp();
        storeAndPermit(runner);
        return true;
    }

    private void begin(AllocationRunner runner) {
        add(runner);
        setLeftoversAside(runner.id());
        Optional<String> source = runner.dataOf();
        if (source.isPresent()) {
            inherit(runner, source.get());
        } else {
            runner.begin();
            storeAndPermit(runner);
        }
    }

    /** Begins a sticky allocation once the one whose data it takes over has ended. */
    private void inherit(AllocationRunner heir, String source) {
        if (heir.isDataElsewhere()) {
            heir.copyData(() -> storeAndPermit(heir));
            var unused = changed(heir);
        } else if (find(source).filter(runner -> !runner.isEnded()).isPresent()) {
            heirs.computeIfAbsent(source, id -> new ArrayList<>()).add(heir);
            var unused = changed(heir);
        } else {
            heir.beginWithData();
            storeAndPermit(heir);
        }
    }

    private void hand(String source) {
        Optional.ofNullable(heirs.remove(source)).orElse(List.of()).stream()
                .filter(heir -> !heir.isEnded())
                .forEach(heir -> inherit(heir, source));
    }

    /** Stores an allocation before any of its tasks runs. At the same time, the tasks are prepared. */
    private void storeAndPermit(AllocationRunner runner) {
        report(runner);
        var unused = writer.put(runner.stored())
                .whenComplete((stored, failure) ->
                        context.owner().execute(() -> permit(runner, Optional.ofNullable(failure))));
    }

    private static void permit(AllocationRunner runner, Optional<Throwable> failure) {
        if (failure.isEmpty()) {
            runner.permit();
        } else {
            StateFailureLog.tell(
                    LOG,
                    "Allocation %s is not run, since its state can't be stored".formatted(runner.id()),
                    failure.get());
            runner.refuse(failure.get().getMessage());
        }
    }

    private void refuse(Allocation assigned, ClientStatus status, String why) {
        reports.reportNow(AllocationUpdate.newBuilder()
                .setAllocationId(assigned.getId())
                .setClientStatus(status)
                .setDescription(why)
                .build());
    }

    /** Moves away the directory of an earlier start that was not stored. */
    private void setLeftoversAside(String allocationId) {
        if (!context.directories().exists(allocationId)) {
            return;
        }
        try {
            cleaner.clean(context.directories().setAside(allocationId), Optional.empty());
        } catch (IOException e) {
            LOG.warn("Can't rename the directory of an earlier start of allocation {}", allocationId, e);
        }
    }

    private void stopUnnamed() {
        List<AllocationRunner> others = runners.values().stream()
                .filter(runner -> !named.contains(runner.id()))
                .toList();
        for (AllocationRunner runner : others) {
            ended.unnamed(runner.id());
            if (!runner.isEnded()) {
                LOG.warn("Allocation {} is stopped: the server does not know it", runner.id());
                runner.stop("The server does not know the allocation");
            }
        }
    }

    /** Identifies a version of a job. */
    private record JobKey(String jobId, long version) {

        static JobKey of(JobVersion job) {
            return new JobKey(job.getJob().getId(), job.getVersion());
        }

        static JobKey of(Allocation allocation) {
            return new JobKey(allocation.getJobId(), allocation.getJobVersion());
        }
    }
}
