package dev.gantry.cluster;

import dev.gantry.store.ChangeSet;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Wakes those who watch something when it changes. They then read from the store what has changed since they last
 * looked, so that a slow watcher costs no memory and misses nothing.
 */
public final class WatchHub {

    private final Map<Topic, Set<Runnable>> watchers = new ConcurrentHashMap<>();

    /** How many watches there are: the map's own size may be 0 for a moment while others come and go. */
    private final AtomicInteger watches = new AtomicInteger();

    /** Something that can be watched. */
    public sealed interface Topic {}

    /**
     * A job, its evaluations, its deployments and its allocations.
     *
     * @param jobId the job
     */
    public record JobTopic(String jobId) implements Topic {}

    /**
     * One allocation.
     *
     * @param allocationId its whole id
     */
    public record AllocationTopic(String allocationId) implements Topic {}

    /**
     * What is known of a node, its allocations not included.
     *
     * @param nodeId the node
     */
    public record NodeStateTopic(String nodeId) implements Topic {}

    /**
     * Where a service is.
     *
     * @param name its name
     */
    public record ServiceTopic(String name) implements Topic {}

    /**
     * Begins a watch. What changes from now on is told of; look at the store after this call, not before it.
     *
     * @param topic of what
     * @param wake called on the store's writer thread, or that of the service catalog, after each change: must not wait
     *     nor throw
     */
    public void watch(Topic topic, Runnable wake) {
        // Within compute, so that the set can't be dropped as empty at the same time.
        watchers.compute(topic, (any, known) -> {
            Set<Runnable> all = known == null ? ConcurrentHashMap.newKeySet() : known;
            if (all.add(wake)) {
                watches.incrementAndGet();
            }
            return all;
        });
    }

    /**
     * Ends a watch; the watcher may be woken once more.
     *
     * @param topic of what
     * @param wake the same object that the watch was begun with
     */
    public void unwatch(Topic topic, Runnable wake) {
        watchers.computeIfPresent(topic, (any, all) -> {
            if (all.remove(wake)) {
                watches.decrementAndGet();
            }
            return all.isEmpty() ? null : all;
        });
    }

    /**
     * Wakes all that a write concerns.
     *
     * @param changes what it changed
     */
    public void publish(ChangeSet changes) {
        if (watches.get() == 0) {
            return;
        }
        Set<Topic> topics = new HashSet<>();
        changes.jobs().forEach(job -> topics.add(new JobTopic(job.getJob().getId())));
        changes.evaluations().forEach(evaluation -> topics.add(new JobTopic(evaluation.getJobId())));
        changes.nodes().forEach(node -> topics.add(new NodeStateTopic(node.getId())));
        changes.removedNodes().forEach(nodeId -> topics.add(new NodeStateTopic(nodeId)));
        changes.deployments().forEach(deployment -> topics.add(new JobTopic(deployment.getJobId())));
        changes.removedJobs().forEach(jobId -> topics.add(new JobTopic(jobId)));
        changes.allocations().forEach(allocation -> {
            topics.add(new JobTopic(allocation.getJobId()));
            topics.add(new AllocationTopic(allocation.getId()));
        });
        topics.forEach(this::wake);
    }

    /** Wakes all that watch one thing. */
    void wake(Topic topic) {
        watchers.getOrDefault(topic, Set.of()).forEach(Runnable::run);
    }
}
