package dev.gantry.cluster.watch;

import dev.gantry.store.ChangeSet;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Wakes watchers when something changes. Each watcher then reads from the store what has changed since it last read, so
 * that a slow watcher takes no memory and misses nothing.
 */
public final class WatchHub {

    private final Map<Topic, Set<Runnable>> watchers = new ConcurrentHashMap<>();

    /** The number of watches. The map's size can be 0 for a moment while watches are added and removed. */
    private final AtomicInteger watches = new AtomicInteger();

    /** An object that can be watched. */
    public sealed interface Topic {}

    /**
     * A job with its evaluations, deployments and allocations.
     *
     * @param jobId the job's id
     */
    public record JobTopic(String jobId) implements Topic {}

    /**
     * One allocation.
     *
     * @param allocationId the full id
     */
    public record AllocationTopic(String allocationId) implements Topic {}

    /**
     * A node without its allocations.
     *
     * @param nodeId the node's id
     */
    public record NodeStateTopic(String nodeId) implements Topic {}

    /**
     * The addresses of a service.
     *
     * @param name the service's name
     */
    public record ServiceTopic(String name) implements Topic {}

    /**
     * A variable.
     *
     * @param path its path
     */
    public record VariableTopic(String path) implements Topic {}

    /**
     * Begins a watch: changes from now on wake the watcher. Read the store after this call, not before it.
     *
     * @param topic the object to watch
     * @param wake called after each change, on the thread that tells the store's listeners or on that of the service
     *     catalog; it must neither block nor throw
     */
    public void watch(Topic topic, Runnable wake) {
        // Within compute, so that no other thread removes the set as empty at the same time.
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
     * @param topic the watched object
     * @param wake the same object that was passed to {@link #watch}
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
     * Wakes the watchers of everything that a write changed.
     *
     * @param changes the changes
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
        changes.variables().forEach(path -> topics.add(new VariableTopic(path)));
        topics.forEach(this::wake);
    }

    /** Wakes the watchers of one object. */
    public void wake(Topic topic) {
        watchers.getOrDefault(topic, Set.of()).forEach(Runnable::run);
    }
}
