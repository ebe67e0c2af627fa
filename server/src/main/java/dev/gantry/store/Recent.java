package dev.gantry.store;

import dev.gantry.store.RowBuffer.NodeRow;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.Deployment;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.JobRecord;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A cache of committed objects that the store's writer used last, so that it seldom reads from the database. Owned by
 * the writer's thread.
 */
final class Recent {

    // The most objects of each kind.
    private static final int REMEMBERED = 16_384;

    private final Objects<JobRecord> jobs = new Objects<>();
    private final Objects<Evaluation> evaluations = new Objects<>();
    private final Objects<Deployment> deployments = new Objects<>();
    private final Objects<Allocation> allocations = new Objects<>();
    private final Objects<NodeRow> nodes = new Objects<>();

    /**
     * The cached objects of one kind by id.
     *
     * @param <T> the kind
     */
    static final class Objects<T> {

        private final Map<String, T> objects = new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, T> eldest) {
                return size() > REMEMBERED;
            }
        };

        /** Returns a cached object. */
        Optional<T> find(String id) {
            return Optional.ofNullable(objects.get(id));
        }

        /**
         * Returns an object, from the database if it is not cached; only for objects that no open transaction has
         * changed.
         */
        Optional<T> findOrRead(String id, Function<String, Optional<T>> read) {
            return find(id).or(() -> {
                Optional<T> found = read.apply(id);
                found.ifPresent(object -> put(id, object));
                return found;
            });
        }

        /** Adds or replaces an object. */
        void put(String id, T object) {
            objects.put(id, object);
        }
    }

    /** Returns the cached jobs. */
    Objects<JobRecord> jobs() {
        return jobs;
    }

    /** Returns the cached evaluations. */
    Objects<Evaluation> evaluations() {
        return evaluations;
    }

    /** Returns the cached deployments. */
    Objects<Deployment> deployments() {
        return deployments;
    }

    /** Returns the cached allocations. */
    Objects<Allocation> allocations() {
        return allocations;
    }

    /** Returns the cached nodes. A change of a node does not tell the hash of its secret, so its write adds it here. */
    Objects<NodeRow> nodes() {
        return nodes;
    }

    /** Adds the committed changes of a write, except nodes. */
    void committed(ChangeSet changes) {
        changes.jobs().forEach(job -> jobs.put(job.getJob().getId(), job));
        changes.evaluations().forEach(evaluation -> evaluations.put(evaluation.getId(), evaluation));
        changes.deployments().forEach(deployment -> deployments.put(deployment.getId(), deployment));
        changes.allocations().forEach(allocation -> allocations.put(allocation.getId(), allocation));
    }

    /** Removes all objects. */
    void clear() {
        jobs.objects.clear();
        evaluations.objects.clear();
        deployments.objects.clear();
        allocations.objects.clear();
        nodes.objects.clear();
    }
}
