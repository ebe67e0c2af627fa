package dev.gantry.store;

import dev.gantry.v1.Allocation;
import dev.gantry.v1.Deployment;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.JobRecord;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The committed objects that the store's writer has looked at last, so that most of what it looks at next need not be read
 * from the database. Owned by the writer's thread.
 */
final class Recent {

    private static final int REMEMBERED = 16_384;

    private final Objects<JobRecord> jobs = new Objects<>();
    private final Objects<Evaluation> evaluations = new Objects<>();
    private final Objects<Deployment> deployments = new Objects<>();
    private final Objects<Allocation> allocations = new Objects<>();

    /** The committed objects of one kind by their ids. */
    static final class Objects<T> {

        private final Map<String, T> objects = new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, T> eldest) {
                return size() > REMEMBERED;
            }
        };

        Optional<T> find(String id) {
            return Optional.ofNullable(objects.get(id));
        }

        /** The object, by asking the database if need be; only for what no open transaction has changed. */
        Optional<T> findOrRead(String id, Function<String, Optional<T>> read) {
            return find(id).or(() -> {
                Optional<T> found = read.apply(id);
                found.ifPresent(object -> put(id, object));
                return found;
            });
        }

        void put(String id, T object) {
            objects.put(id, object);
        }
    }

    Objects<JobRecord> jobs() {
        return jobs;
    }

    Objects<Evaluation> evaluations() {
        return evaluations;
    }

    Objects<Deployment> deployments() {
        return deployments;
    }

    Objects<Allocation> allocations() {
        return allocations;
    }

    /** Takes in what was committed. */
    void committed(ChangeSet changes) {
        changes.jobs().forEach(job -> jobs.put(job.getJob().getId(), job));
        changes.evaluations().forEach(evaluation -> evaluations.put(evaluation.getId(), evaluation));
        changes.deployments().forEach(deployment -> deployments.put(deployment.getId(), deployment));
        changes.allocations().forEach(allocation -> allocations.put(allocation.getId(), allocation));
    }

    void clear() {
        jobs.objects.clear();
        evaluations.objects.clear();
        deployments.objects.clear();
        allocations.objects.clear();
    }
}
