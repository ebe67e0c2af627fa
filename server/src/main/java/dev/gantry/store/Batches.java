package dev.gantry.store;

import static dev.gantry.store.schema.Tables.ALLOCATED_PORT;
import static dev.gantry.store.schema.Tables.ALLOCATION;
import static dev.gantry.store.schema.Tables.CLUSTER_INDEX;
import static dev.gantry.store.schema.Tables.DEPLOYMENT;
import static dev.gantry.store.schema.Tables.EVALUATION;
import static dev.gantry.store.schema.Tables.JOB;
import static dev.gantry.store.schema.Tables.JOB_VERSION;
import static dev.gantry.store.schema.Tables.SUBMISSION;

import com.google.protobuf.util.Timestamps;
import dev.gantry.model.AllocationStatuses;
import dev.gantry.store.RowBuffer.Answered;
import dev.gantry.v1.AllocatedPort;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.Deployment;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.JobRecord;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Query;
import org.jooq.Table;
import org.jooq.impl.DSL;

/** The statements for the tables that grow with the work, each rendered once. */
final class Batches {

    private record IndexStep(long before, long after) {}

    /** A port and the allocation that has it. */
    private record Taken(Allocation allocation, AllocatedPort port) {}

    private final Batch<JobRecord> insertJobs;
    private final Batch<JobRecord> updateJobs;
    private final Batch<JobRecord> insertJobVersions;
    private final Batch<Evaluation> insertEvaluations;
    private final Batch<Evaluation> updateEvaluations;
    private final Batch<Deployment> insertDeployments;
    private final Batch<Deployment> updateDeployments;
    private final Batch<Allocation> insertAllocations;
    private final Batch<Allocation> updateAllocations;
    private final Batch<Taken> takePorts;
    private final Batch<Taken> freePorts;
    private final Batch<Answered> insertSubmissions;
    private final Batch<IndexStep> saveIndex;

    Batches(DSLContext dsl) {
        insertJobs = insertJobs(dsl);
        updateJobs = updateJobs(dsl);
        insertJobVersions = insertJobVersions(dsl);
        insertEvaluations = insertEvaluations(dsl);
        updateEvaluations = updateEvaluations(dsl);
        insertDeployments = insertDeployments(dsl);
        updateDeployments = updateDeployments(dsl);
        insertAllocations = insertAllocations(dsl);
        updateAllocations = updateAllocations(dsl);
        takePorts = takePorts(dsl);
        freePorts = freePorts(dsl);
        insertSubmissions = insertSubmissions(dsl);
        saveIndex = new Batch<>(
                dsl.update(CLUSTER_INDEX)
                        .set(CLUSTER_INDEX.LAST_INDEX, (Long) null)
                        .where(CLUSTER_INDEX.LAST_INDEX.eq((Long) null)),
                step -> new Object[] {step.after(), step.before()});
    }

    /** Sends the rows that wait, in an order that satisfies references between tables. */
    void send(DSLContext dsl, RowBuffer rows) {
        insertJobs.send(dsl, rows.jobs().newOnes());
        updateJobs.send(dsl, rows.jobs().changedOnes());
        insertJobVersions.send(dsl, rows.jobVersions().newOnes());
        insertEvaluations.send(dsl, rows.evaluations().newOnes());
        updateEvaluations.send(dsl, rows.evaluations().changedOnes());
        insertDeployments.send(dsl, rows.deployments().newOnes());
        updateDeployments.send(dsl, rows.deployments().changedOnes());
        updateAllocations(dsl, rows.allocations().changedOnes());
        insertAllocations(dsl, rows.allocations().newOnes());
        insertSubmissions.send(dsl, rows.submissions().newOnes());
    }

    /** Inserts allocations and their ports. An allocation that is terminal before it is sent takes no ports. */
    void insertAllocations(DSLContext dsl, List<Allocation> allocations) {
        insertAllocations.send(dsl, allocations);
        takePorts.send(
                dsl,
                ports(allocations.stream()
                        .filter(allocation -> !AllocationStatuses.isTerminal(allocation))
                        .toList()));
    }

    /**
     * Advances the cluster index in the database.
     *
     * @throws StoreException if the database is not at the index that this process expects
     */
    void saveIndex(DSLContext dsl, long before, long after) {
        if (saveIndex.send(dsl, List.of(new IndexStep(before, after))) != 1) {
            throw new StoreException(
                    "The database is not at index %d, where this server has left it".formatted(before));
        }
    }

    /** Updates allocations and frees the ports of the terminal ones. */
    private void updateAllocations(DSLContext dsl, List<Allocation> allocations) {
        updateAllocations.send(dsl, allocations);
        freePorts.send(
                dsl,
                ports(allocations.stream()
                        .filter(AllocationStatuses::isTerminal)
                        .toList()));
    }

    private static Batch<JobRecord> insertJobs(DSLContext dsl) {
        var insert = insert(
                dsl,
                JOB,
                JOB.ID,
                JOB.VERSION,
                JOB.STOPPED,
                JOB.SPEC,
                JOB.CREATE_INDEX,
                JOB.MODIFY_INDEX,
                JOB.SUBMIT_TIME,
                JOB.STABLE,
                JOB.PARENT_ID);
        return new Batch<>(insert, job -> new Object[] {
            job.getJob().getId(),
            job.getVersion(),
            job.getStopped(),
            job.getJob().toByteArray(),
            job.getCreateIndex(),
            job.getModifyIndex(),
            Timestamps.toMillis(job.getSubmitTime()),
            job.getStable(),
            nullIfEmpty(job.getJob().getParentId())
        });
    }

    private static Batch<JobRecord> updateJobs(DSLContext dsl) {
        var update = update(
                dsl, JOB, JOB.ID, JOB.VERSION, JOB.STOPPED, JOB.SPEC, JOB.MODIFY_INDEX, JOB.SUBMIT_TIME, JOB.STABLE);
        return new Batch<>(update, job -> new Object[] {
            job.getVersion(),
            job.getStopped(),
            job.getJob().toByteArray(),
            job.getModifyIndex(),
            Timestamps.toMillis(job.getSubmitTime()),
            job.getStable(),
            job.getJob().getId()
        });
    }

    private static Batch<JobRecord> insertJobVersions(DSLContext dsl) {
        var insert = insert(
                dsl,
                JOB_VERSION,
                JOB_VERSION.JOB_ID,
                JOB_VERSION.VERSION,
                JOB_VERSION.SPEC,
                JOB_VERSION.MODIFY_INDEX,
                JOB_VERSION.SUBMIT_TIME,
                JOB_VERSION.STABLE);
        return new Batch<>(insert, version -> new Object[] {
            version.getJob().getId(),
            version.getVersion(),
            version.getJob().toByteArray(),
            version.getModifyIndex(),
            Timestamps.toMillis(version.getSubmitTime()),
            version.getStable()
        });
    }

    private static Batch<Evaluation> insertEvaluations(DSLContext dsl) {
        var insert = insert(
                dsl,
                EVALUATION,
                EVALUATION.ROW_KEY,
                EVALUATION.JOB_ID,
                EVALUATION.STATUS,
                EVALUATION.CREATE_INDEX,
                EVALUATION.MODIFY_INDEX,
                EVALUATION.MESSAGE);
        return new Batch<>(insert, evaluation -> new Object[] {
            RowKey.of(evaluation.getId()),
            evaluation.getJobId(),
            (short) evaluation.getStatusValue(),
            evaluation.getCreateIndex(),
            evaluation.getModifyIndex(),
            evaluation.toByteArray()
        });
    }

    private static Batch<Evaluation> updateEvaluations(DSLContext dsl) {
        var update = update(
                dsl, EVALUATION, EVALUATION.ROW_KEY, EVALUATION.STATUS, EVALUATION.MODIFY_INDEX, EVALUATION.MESSAGE);
        return new Batch<>(update, evaluation -> new Object[] {
            (short) evaluation.getStatusValue(),
            evaluation.getModifyIndex(),
            evaluation.toByteArray(),
            RowKey.of(evaluation.getId())
        });
    }

    private static Batch<Deployment> insertDeployments(DSLContext dsl) {
        var insert = insert(
                dsl,
                DEPLOYMENT,
                DEPLOYMENT.ID,
                DEPLOYMENT.JOB_ID,
                DEPLOYMENT.STATUS,
                DEPLOYMENT.CREATE_INDEX,
                DEPLOYMENT.MODIFY_INDEX,
                DEPLOYMENT.MESSAGE);
        return new Batch<>(insert, deployment -> new Object[] {
            deployment.getId(),
            deployment.getJobId(),
            (short) deployment.getStatusValue(),
            deployment.getCreateIndex(),
            deployment.getModifyIndex(),
            deployment.toByteArray()
        });
    }

    private static Batch<Deployment> updateDeployments(DSLContext dsl) {
        var update =
                update(dsl, DEPLOYMENT, DEPLOYMENT.ID, DEPLOYMENT.STATUS, DEPLOYMENT.MODIFY_INDEX, DEPLOYMENT.MESSAGE);
        return new Batch<>(update, deployment -> new Object[] {
            (short) deployment.getStatusValue(),
            deployment.getModifyIndex(),
            deployment.toByteArray(),
            deployment.getId()
        });
    }

    private static Batch<Allocation> insertAllocations(DSLContext dsl) {
        var insert = insert(
                dsl,
                ALLOCATION,
                ALLOCATION.ROW_KEY,
                ALLOCATION.JOB_ID,
                ALLOCATION.JOB_VERSION,
                ALLOCATION.NODE_ID,
                ALLOCATION.CLIENT_STATUS,
                ALLOCATION.CREATE_INDEX,
                ALLOCATION.MODIFY_INDEX,
                ALLOCATION.MESSAGE);
        return new Batch<>(insert, allocation -> new Object[] {
            RowKey.of(allocation.getId()),
            allocation.getJobId(),
            allocation.getJobVersion(),
            allocation.getNodeId(),
            (short) allocation.getClientStatusValue(),
            allocation.getCreateIndex(),
            allocation.getModifyIndex(),
            allocation.toByteArray()
        });
    }

    private static Batch<Allocation> updateAllocations(DSLContext dsl) {
        var update = update(
                dsl,
                ALLOCATION,
                ALLOCATION.ROW_KEY,
                ALLOCATION.JOB_VERSION,
                ALLOCATION.CLIENT_STATUS,
                ALLOCATION.MODIFY_INDEX,
                ALLOCATION.MESSAGE);
        return new Batch<>(update, allocation -> new Object[] {
            allocation.getJobVersion(),
            (short) allocation.getClientStatusValue(),
            allocation.getModifyIndex(),
            allocation.toByteArray(),
            RowKey.of(allocation.getId())
        });
    }

    private static Batch<Taken> takePorts(DSLContext dsl) {
        var insert = insert(
                dsl,
                ALLOCATED_PORT,
                ALLOCATED_PORT.NODE_ID,
                ALLOCATED_PORT.IP,
                ALLOCATED_PORT.PORT,
                ALLOCATED_PORT.ALLOCATION_ID,
                ALLOCATED_PORT.TASK,
                ALLOCATED_PORT.LABEL);
        return new Batch<>(insert, taken -> new Object[] {
            taken.allocation().getNodeId(),
            taken.port().getIp(),
            taken.port().getPort(),
            taken.allocation().getId(),
            taken.port().getTask(),
            taken.port().getLabel()
        });
    }

    /** Frees ports only if they still belong to the allocation: another one may have them by now. */
    private static Batch<Taken> freePorts(DSLContext dsl) {
        var delete = dsl.deleteFrom(ALLOCATED_PORT)
                .where(ALLOCATED_PORT.NODE_ID.eq((String) null))
                .and(ALLOCATED_PORT.IP.eq((String) null))
                .and(ALLOCATED_PORT.PORT.eq((Integer) null))
                .and(ALLOCATED_PORT.ALLOCATION_ID.eq((String) null));
        return new Batch<>(delete, taken -> new Object[] {
            taken.allocation().getNodeId(),
            taken.port().getIp(),
            taken.port().getPort(),
            taken.allocation().getId()
        });
    }

    private static Batch<Answered> insertSubmissions(DSLContext dsl) {
        var insert = insert(
                dsl,
                SUBMISSION,
                SUBMISSION.WRITE_INDEX,
                SUBMISSION.REQUEST_ID,
                SUBMISSION.KIND,
                SUBMISSION.JOB_ID,
                SUBMISSION.VERSION,
                SUBMISSION.EVALUATION_ID,
                SUBMISSION.MODIFY_INDEX,
                SUBMISSION.SUBMIT_TIME);
        return new Batch<>(insert, answer -> new Object[] {
            answer.writeIndex(),
            answer.requestId(),
            answer.submission().kind().code(),
            answer.submission().jobId(),
            answer.submission().version(),
            answer.submission().evaluationId(),
            answer.submission().modifyIndex(),
            answer.submission().submitTime().toEpochMilli()
        });
    }

    private static List<Taken> ports(List<Allocation> allocations) {
        return allocations.stream()
                .flatMap(allocation -> allocation.getPortsList().stream().map(port -> new Taken(allocation, port)))
                .toList();
    }

    private static Query insert(DSLContext dsl, Table<?> table, Field<?>... columns) {
        return dsl.insertInto(table)
                .columns(columns)
                .values(Arrays.stream(columns).map(Batches::parameter).toList());
    }

    /** Returns an update whose last parameter is the key. */
    private static <K> Query update(DSLContext dsl, Table<?> table, Field<K> key, Field<?>... columns) {
        Map<Field<?>, Field<?>> changed = new LinkedHashMap<>();
        Arrays.stream(columns).forEach(column -> changed.put(column, parameter(column)));
        return dsl.update(table).set(changed).where(key.eq(parameter(key)));
    }

    private static <V> Field<V> parameter(Field<V> column) {
        return DSL.val(null, column.getDataType());
    }

    private static String nullIfEmpty(String text) {
        return text.isEmpty() ? null : text;
    }
}
