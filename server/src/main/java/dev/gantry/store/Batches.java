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
import dev.gantry.model.AllocationLife;
import dev.gantry.store.RowBuffer.Answered;
import dev.gantry.v1.AllocatedPort;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.Deployment;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.JobRecord;
import java.util.List;
import org.jooq.DSLContext;
import org.jooq.TableField;
import org.jooq.impl.DSL;

/** The statements that write what grows with the work, each made once. */
final class Batches {

    /** A port and whose it is. */
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
    private final Batch<Long> saveIndex;

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
                dsl.update(CLUSTER_INDEX).set(CLUSTER_INDEX.LAST_INDEX, (Long) null), index -> new Object[] {index});
    }

    void insertJobs(DSLContext dsl, List<JobRecord> jobs) {
        insertJobs.send(dsl, jobs);
    }

    void updateJobs(DSLContext dsl, List<JobRecord> jobs) {
        updateJobs.send(dsl, jobs);
    }

    void insertJobVersions(DSLContext dsl, List<JobRecord> versions) {
        insertJobVersions.send(dsl, versions);
    }

    void insertEvaluations(DSLContext dsl, List<Evaluation> evaluations) {
        insertEvaluations.send(dsl, evaluations);
    }

    void updateEvaluations(DSLContext dsl, List<Evaluation> evaluations) {
        updateEvaluations.send(dsl, evaluations);
    }

    void insertDeployments(DSLContext dsl, List<Deployment> deployments) {
        insertDeployments.send(dsl, deployments);
    }

    void updateDeployments(DSLContext dsl, List<Deployment> deployments) {
        updateDeployments.send(dsl, deployments);
    }

    /** With the ports that they take; one that ended before it was ever sent takes none. */
    void insertAllocations(DSLContext dsl, List<Allocation> allocations) {
        insertAllocations.send(dsl, allocations);
        takePorts.send(
                dsl,
                ports(allocations.stream()
                        .filter(allocation -> !AllocationLife.isTerminal(allocation))
                        .toList()));
    }

    /** Those that have ended give their ports back. */
    void updateAllocations(DSLContext dsl, List<Allocation> allocations) {
        updateAllocations.send(dsl, allocations);
        freePorts.send(
                dsl,
                ports(allocations.stream().filter(AllocationLife::isTerminal).toList()));
    }

    void insertSubmissions(DSLContext dsl, List<Answered> answers) {
        insertSubmissions.send(dsl, answers);
    }

    void saveIndex(DSLContext dsl, long index) {
        saveIndex.send(dsl, List.of(index));
    }

    private static Batch<JobRecord> insertJobs(DSLContext dsl) {
        List<TableField<?, ?>> columns = List.of(
                JOB.ID,
                JOB.VERSION,
                JOB.STOPPED,
                JOB.SPEC,
                JOB.CREATE_INDEX,
                JOB.MODIFY_INDEX,
                JOB.SUBMIT_TIME,
                JOB.STABLE,
                JOB.PARENT_ID);
        return new Batch<>(dsl.insertInto(JOB).columns(columns).values(parameters(columns)), job -> new Object[] {
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
        var update = dsl.update(JOB)
                .set(JOB.VERSION, (Long) null)
                .set(JOB.STOPPED, (Boolean) null)
                .set(JOB.SPEC, (byte[]) null)
                .set(JOB.MODIFY_INDEX, (Long) null)
                .set(JOB.SUBMIT_TIME, (Long) null)
                .set(JOB.STABLE, (Boolean) null)
                .where(JOB.ID.eq((String) null));
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
        List<TableField<?, ?>> columns = List.of(
                JOB_VERSION.JOB_ID,
                JOB_VERSION.VERSION,
                JOB_VERSION.SPEC,
                JOB_VERSION.MODIFY_INDEX,
                JOB_VERSION.SUBMIT_TIME,
                JOB_VERSION.STABLE);
        var insert = dsl.insertInto(JOB_VERSION).columns(columns).values(parameters(columns));
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
        List<TableField<?, ?>> columns = List.of(
                EVALUATION.ROW_KEY,
                EVALUATION.JOB_ID,
                EVALUATION.STATUS,
                EVALUATION.CREATE_INDEX,
                EVALUATION.MODIFY_INDEX,
                EVALUATION.MESSAGE);
        var insert = dsl.insertInto(EVALUATION).columns(columns).values(parameters(columns));
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
        var update = dsl.update(EVALUATION)
                .set(EVALUATION.STATUS, (Short) null)
                .set(EVALUATION.MODIFY_INDEX, (Long) null)
                .set(EVALUATION.MESSAGE, (byte[]) null)
                .where(EVALUATION.ROW_KEY.eq((Long) null));
        return new Batch<>(update, evaluation -> new Object[] {
            (short) evaluation.getStatusValue(),
            evaluation.getModifyIndex(),
            evaluation.toByteArray(),
            RowKey.of(evaluation.getId())
        });
    }

    private static Batch<Deployment> insertDeployments(DSLContext dsl) {
        List<TableField<?, ?>> columns = List.of(
                DEPLOYMENT.ID,
                DEPLOYMENT.JOB_ID,
                DEPLOYMENT.STATUS,
                DEPLOYMENT.CREATE_INDEX,
                DEPLOYMENT.MODIFY_INDEX,
                DEPLOYMENT.MESSAGE);
        var insert = dsl.insertInto(DEPLOYMENT).columns(columns).values(parameters(columns));
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
        var update = dsl.update(DEPLOYMENT)
                .set(DEPLOYMENT.STATUS, (Short) null)
                .set(DEPLOYMENT.MODIFY_INDEX, (Long) null)
                .set(DEPLOYMENT.MESSAGE, (byte[]) null)
                .where(DEPLOYMENT.ID.eq((String) null));
        return new Batch<>(update, deployment -> new Object[] {
            (short) deployment.getStatusValue(),
            deployment.getModifyIndex(),
            deployment.toByteArray(),
            deployment.getId()
        });
    }

    private static Batch<Allocation> insertAllocations(DSLContext dsl) {
        List<TableField<?, ?>> columns = List.of(
                ALLOCATION.ROW_KEY,
                ALLOCATION.JOB_ID,
                ALLOCATION.JOB_VERSION,
                ALLOCATION.NODE_ID,
                ALLOCATION.CLIENT_STATUS,
                ALLOCATION.CREATE_INDEX,
                ALLOCATION.MODIFY_INDEX,
                ALLOCATION.MESSAGE);
        var insert = dsl.insertInto(ALLOCATION).columns(columns).values(parameters(columns));
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
        var update = dsl.update(ALLOCATION)
                .set(ALLOCATION.JOB_VERSION, (Long) null)
                .set(ALLOCATION.CLIENT_STATUS, (Short) null)
                .set(ALLOCATION.MODIFY_INDEX, (Long) null)
                .set(ALLOCATION.MESSAGE, (byte[]) null)
                .where(ALLOCATION.ROW_KEY.eq((Long) null));
        return new Batch<>(update, allocation -> new Object[] {
            allocation.getJobVersion(),
            (short) allocation.getClientStatusValue(),
            allocation.getModifyIndex(),
            allocation.toByteArray(),
            RowKey.of(allocation.getId())
        });
    }

    private static Batch<Taken> takePorts(DSLContext dsl) {
        List<TableField<?, ?>> columns = List.of(
                ALLOCATED_PORT.NODE_ID,
                ALLOCATED_PORT.IP,
                ALLOCATED_PORT.PORT,
                ALLOCATED_PORT.ALLOCATION_ID,
                ALLOCATED_PORT.TASK,
                ALLOCATED_PORT.LABEL);
        var insert = dsl.insertInto(ALLOCATED_PORT).columns(columns).values(parameters(columns));
        return new Batch<>(insert, taken -> new Object[] {
            taken.allocation().getNodeId(),
            taken.port().getIp(),
            taken.port().getPort(),
            taken.allocation().getId(),
            taken.port().getTask(),
            taken.port().getLabel()
        });
    }

    /** The port may be another allocation's by now: only its own are given back. */
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
        List<TableField<?, ?>> columns = List.of(
                SUBMISSION.WRITE_INDEX,
                SUBMISSION.REQUEST_ID,
                SUBMISSION.JOB_ID,
                SUBMISSION.VERSION,
                SUBMISSION.EVALUATION_ID,
                SUBMISSION.MODIFY_INDEX,
                SUBMISSION.SUBMIT_TIME);
        var insert = dsl.insertInto(SUBMISSION).columns(columns).values(parameters(columns));
        return new Batch<>(insert, answer -> new Object[] {
            answer.writeIndex(),
            answer.requestId(),
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

    private static List<?> parameters(List<TableField<?, ?>> columns) {
        return columns.stream()
                .map(column -> DSL.val((Object) null, column.getDataType()))
                .toList();
    }

    private static String nullIfEmpty(String text) {
        return text.isEmpty() ? null : text;
    }
}
