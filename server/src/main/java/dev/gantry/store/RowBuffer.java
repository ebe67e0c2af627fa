package dev.gantry.store;

import com.google.protobuf.ByteString;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.Deployment;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.Node;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.jooq.DSLContext;

/**
 * The rows written within one transaction. They are sent to the database in batches, which cost a fraction of single
 * statements, and stay here for later reads.
 */
final class RowBuffer {

    private final Rows<JobRecord> jobs = new Rows<>();
    private final Rows<JobRecord> jobVersions = new Rows<>();
    private final Rows<Evaluation> evaluations = new Rows<>();
    private final Rows<Deployment> deployments = new Rows<>();
    private final Rows<Allocation> allocations = new Rows<>();
    private final Rows<NodeRow> nodes = new Rows<>();
    private final Rows<Answered> submissions = new Rows<>();

    /**
     * The answer to a request.
     *
     * @param writeIndex the cluster index of the write that stored it
     * @param requestId the request's id
     * @param submission the answer
     */
    record Answered(long writeIndex, String requestId, Submission submission) {}

    /**
     * A node as stored.
     *
     * @param node the node
     * @param secretHash the hash of its secret, which never changes
     */
    record NodeRow(Node node, ByteString secretHash) {}

    /** Returns the newest versions of jobs. */
    Rows<JobRecord> jobs() {
        return jobs;
    }

    /** Returns the older versions of jobs. */
    Rows<JobRecord> jobVersions() {
        return jobVersions;
    }

    /** Returns the evaluations. */
    Rows<Evaluation> evaluations() {
        return evaluations;
    }

    /** Returns the deployments. */
    Rows<Deployment> deployments() {
        return deployments;
    }

    /** Returns the allocations. */
    Rows<Allocation> allocations() {
        return allocations;
    }

    /** Returns the nodes. */
    Rows<NodeRow> nodes() {
        return nodes;
    }

    /** Returns the answers to requests. */
    Rows<Answered> submissions() {
        return submissions;
    }

    /** Returns true if rows wait to be sent. */
    boolean hasUnsent() {
        return all().anyMatch(Rows::hasUnsent);
    }

    /**
     * Returns true if new allocations have ports, so that the database may refuse them: it accepts each port once only.
     */
    boolean takesPorts() {
        return allocations.newOnes().stream().anyMatch(allocation -> allocation.getPortsCount() > 0);
    }

    /** Adds all rows of another buffer. */
    void putAll(RowBuffer others) {
        jobs.putAll(others.jobs);
        jobVersions.putAll(others.jobVersions);
        evaluations.putAll(others.evaluations);
        deployments.putAll(others.deployments);
        allocations.putAll(others.allocations);
        nodes.putAll(others.nodes);
        submissions.putAll(others.submissions);
    }

    /** Sends the waiting rows, and keeps them for reads. */
    void send(DSLContext dsl, Batches batches) {
        batches.send(dsl, this);
        all().forEach(Rows::markSent);
    }

    /** Removes the sent rows, since the database may have changed them. */
    void forgetSent() {
        all().forEach(Rows::forgetSent);
    }

    private Stream<Rows<?>> all() {
        return Stream.of(jobs, jobVersions, evaluations, deployments, allocations, nodes, submissions);
    }

    /**
     * Objects of one kind that were written within one transaction. Objects that wait are sent to the database once
     * each, in their last state; sent ones are kept for reads.
     *
     * @param <T> the kind
     */
    static final class Rows<T> {

        private record Row<T>(T object, boolean isNew) {}

        private final Map<String, Row<T>> unsent = new LinkedHashMap<>();
        private final Map<String, T> sent = new HashMap<>();

        /**
         * Adds or replaces an object.
         *
         * @param isNew true if the database does not have the object yet
         */
        void put(String key, T object, boolean isNew) {
            unsent.merge(key, new Row<>(object, isNew), (known, next) -> new Row<>(next.object(), known.isNew()));
        }

        /** Returns an object that was written here, sent or not. */
        Optional<T> find(String key) {
            Row<T> row = unsent.get(key);
            return row != null ? Optional.of(row.object()) : Optional.ofNullable(sent.get(key));
        }

        /** Adds all objects of another buffer, in their order. */
        void putAll(Rows<T> others) {
            sent.putAll(others.sent);
            others.unsent.forEach((key, row) -> put(key, row.object(), row.isNew()));
        }

        /** Returns the waiting objects to insert. */
        List<T> newOnes() {
            return unsent(true);
        }

        /** Returns the waiting objects to update. */
        List<T> changedOnes() {
            return unsent(false);
        }

        /** Returns true if objects wait to be sent. */
        boolean hasUnsent() {
            return !unsent.isEmpty();
        }

        /** Marks all waiting objects as sent. */
        void markSent() {
            unsent.forEach((key, row) -> sent.put(key, row.object()));
            unsent.clear();
        }

        /** Passes all objects that were written here to a consumer. */
        void forEach(BiConsumer<String, T> consumer) {
            sent.forEach(consumer);
            unsent.forEach((key, row) -> consumer.accept(key, row.object()));
        }

        /** Removes the sent objects, since the database may have changed them. */
        void forgetSent() {
            sent.clear();
        }

        private List<T> unsent(boolean isNew) {
            return unsent.values().stream()
                    .filter(row -> row.isNew() == isNew)
                    .map(Row::object)
                    .toList();
        }
    }
}
