package dev.gantry.client;

import com.google.protobuf.MessageOrBuilder;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.Deployment;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.WatchJobResponse;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * Leaves out of the updates of a watch what was told before. A server tells objects that have changed after the index of its
 * message; a watch that is resumed at that index is told them again. It begins with the job, too.
 *
 * <p>Owned by the reader of the watch.
 */
final class JobChanges {

    private final Told<Allocation> allocations = new Told<>(Allocation::getId, Allocation::getModifyIndex);
    private final Told<Evaluation> evaluations = new Told<>(Evaluation::getId, Evaluation::getModifyIndex);
    private final Told<Deployment> deployments = new Told<>(Deployment::getId, Deployment::getModifyIndex);

    /** The job as it was told last, without its specification, which may be large. */
    private JobRecord job = JobRecord.getDefaultInstance();

    private long index;

    /** Remembers the newest object of one kind that was told. A server tells them in the order of their indexes. */
    private static final class Told<T extends MessageOrBuilder> {

        private final Function<T, String> id;
        private final ToLongFunction<T> index;
        private long highest = -1;

        /** The objects with the highest index that were told: at most as many as one write has changed. */
        private final Set<String> atHighest = new HashSet<>();

        Told(Function<T, String> id, ToLongFunction<T> index) {
            this.id = id;
            this.index = index;
        }

        /** Returns those objects that were not told yet. */
        List<T> news(List<T> objects) {
            return objects.stream().filter(this::isNew).toList();
        }

        void forget() {
            highest = -1;
            atHighest.clear();
        }

        private boolean isNew(T object) {
            long at = index.applyAsLong(object);
            if (at > highest) {
                highest = at;
                atHighest.clear();
            }
            return at == highest && atHighest.add(id.apply(object));
        }
    }

    /** Returns an update without what was told before. */
    WatchJobResponse news(WatchJobResponse update) {
        if (update.getIndex() < index) {
            // A server whose database was set back begins anew.
            allocations.forget();
            evaluations.forget();
            deployments.forget();
            job = JobRecord.getDefaultInstance();
        }
        index = update.getIndex();
        WatchJobResponse.Builder news = WatchJobResponse.newBuilder()
                .addAllAllocations(allocations.news(update.getAllocationsList()))
                .addAllEvaluations(evaluations.news(update.getEvaluationsList()))
                .addAllDeployments(deployments.news(update.getDeploymentsList()))
                .setIndex(update.getIndex());
        JobRecord known = update.getJob().toBuilder().clearJob().build();
        if (update.hasJob() && !known.equals(job)) {
            job = known;
            news.setJob(update.getJob());
        }
        return news.build();
    }
}
