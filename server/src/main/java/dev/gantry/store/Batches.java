package dev.gantry.store;

import static dev.gantry.store.schema.Tables.ALLOCATED_PORT;
import static dev.gantry.store.schema.Tables.ALLOCATION;
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
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.jooq.Query;

/** Many rows by one statement, which is made and understood once. */
final class Batches {

    private final DSLContext dsl;

    Batches(DSLContext dsl) {
        this.dsl = dsl;
    }

    void insertJobs(List<JobRecord> jobs) {
        Query insert = dsl.insertInto(JOB)
                .columns(
                        JOB.ID,
                        JOB.VERSION,
                        JOB.STOPPED,
                        JOB.SPEC,
                        JOB.CREATE_INDEX,
                        JOB.MODIFY_INDEX,
                        JOB.SUBMIT_TIME,
                        JOB.STABLE,
                        JOB.PARENT_ID)
                .values((String) null, null, null, null, null, null, null, null, null);
        execute(insert, jobs, job -> new Object[] {
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

    void updateJobs(List<JobRecord> jobs) {
        Query update = dsl.update(JOB)
                .set(JOB.VERSION, (Long) null)
                .set(JOB.STOPPED, (Boolean) null)
                .set(JOB.SPEC, (byte[]) null)
                .set(JOB.MODIFY_INDEX, (Long) null)
                .set(JOB.SUBMIT_TIME, (Long) null)
                .set(JOB.STABLE, (Boolean) null)
                .where(JOB.ID.eq((String) null));
        execute(update, jobs, job -> new Object[] {
            job.getVersion(),
            job.getStopped(),
            job.getJob().toByteArray(),
            job.getModifyIndex(),
            Timestamps.toMillis(job.getSubmitTime()),
            job.getStable(),
            job.getJob().getId()
        });
    }

    void insertJobVersions(List<JobRecord> versions) {
        Query insert = dsl.insertInto(JOB_VERSION)
                .columns(
                        JOB_VERSION.JOB_ID,
                        JOB_VERSION.VERSION,
                        JOB_VERSION.SPEC,
                        JOB_VERSION.MODIFY_INDEX,
                        JOB_VERSION.SUBMIT_TIME,
                        JOB_VERSION.STABLE)
                .values((String) null, null, null, null, null, null);
        execute(insert, versions, version -> new Object[] {
            version.getJob().getId(),
            version.getVersion(),
            version.getJob().toByteArray(),
            version.getModifyIndex(),
            Timestamps.toMillis(version.getSubmitTime()),
            version.getStable()
        });
    }

    void insertEvaluations(List<Evaluation> evaluations) {
        Query insert = dsl.insertInto(EVALUATION)
                .columns(
                        EVALUATION.ID,
                        EVALUATION.JOB_ID,
                        EVALUATION.STATUS,
                        EVALUATION.CREATE_INDEX,
                        EVALUATION.MODIFY_INDEX,
                        EVALUATION.MESSAGE)
                .values((String) null, null, null, null, null, null);
        execute(insert, evaluations, evaluation -> new Object[] {
            evaluation.getId(),
            evaluation.getJobId(),
            (short) evaluation.getStatusValue(),
            evaluation.getCreateIndex(),
            evaluation.getModifyIndex(),
            evaluation.toByteArray()
        });
    }

    void updateEvaluations(List<Evaluation> evaluations) {
        Query update = dsl.update(EVALUATION)
                .set(EVALUATION.STATUS, (Short) null)
                .set(EVALUATION.MODIFY_INDEX, (Long) null)
                .set(EVALUATION.MESSAGE, (byte[]) null)
                .where(EVALUATION.ID.eq((String) null));
        execute(update, evaluations, evaluation -> new Object[] {
            (short) evaluation.getStatusValue(),
            evaluation.getModifyIndex(),
            evaluation.toByteArray(),
            evaluation.getId()
        });
    }

    void insertDeployments(List<Deployment> deployments) {
        Query insert = dsl.insertInto(DEPLOYMENT)
                .columns(
                        DEPLOYMENT.ID,
                        DEPLOYMENT.JOB_ID,
                        DEPLOYMENT.STATUS,
                        DEPLOYMENT.CREATE_INDEX,
                        DEPLOYMENT.MODIFY_INDEX,
                        DEPLOYMENT.MESSAGE)
                .values((String) null, null, null, null, null, null);
        execute(insert, deployments, deployment -> new Object[] {
            deployment.getId(),
            deployment.getJobId(),
            (short) deployment.getStatusValue(),
            deployment.getCreateIndex(),
            deployment.getModifyIndex(),
            deployment.toByteArray()
        });
    }

    void updateDeployments(List<Deployment> deployments) {
        Query update = dsl.update(DEPLOYMENT)
                .set(DEPLOYMENT.STATUS, (Short) null)
                .set(DEPLOYMENT.MODIFY_INDEX, (Long) null)
                .set(DEPLOYMENT.MESSAGE, (byte[]) null)
                .where(DEPLOYMENT.ID.eq((String) null));
        execute(update, deployments, deployment -> new Object[] {
            (short) deployment.getStatusValue(),
            deployment.getModifyIndex(),
            deployment.toByteArray(),
            deployment.getId()
        });
    }

    void insertAllocations(List<Allocation> allocations) {
        Query insert = dsl.insertInto(ALLOCATION)
                .columns(
                        ALLOCATION.ID,
                        ALLOCATION.JOB_ID,
                        ALLOCATION.JOB_VERSION,
                        ALLOCATION.NODE_ID,
                        ALLOCATION.CLIENT_STATUS,
                        ALLOCATION.CREATE_INDEX,
                        ALLOCATION.MODIFY_INDEX,
                        ALLOCATION.MESSAGE)
                .values((String) null, null, null, null, null, null, null, null);
        execute(insert, allocations, allocation -> new Object[] {
            allocation.getId(),
            allocation.getJobId(),
            allocation.getJobVersion(),
            allocation.getNodeId(),
            (short) allocation.getClientStatusValue(),
            allocation.getCreateIndex(),
            allocation.getModifyIndex(),
            allocation.toByteArray()
        });
    }

    void updateAllocations(List<Allocation> allocations) {
        Query update = dsl.update(ALLOCATION)
                .set(ALLOCATION.JOB_VERSION, (Long) null)
                .set(ALLOCATION.CLIENT_STATUS, (Short) null)
                .set(ALLOCATION.MODIFY_INDEX, (Long) null)
                .set(ALLOCATION.MESSAGE, (byte[]) null)
                .where(ALLOCATION.ID.eq((String) null));
        execute(update, allocations, allocation -> new Object[] {
            allocation.getJobVersion(),
            (short) allocation.getClientStatusValue(),
            allocation.getModifyIndex(),
            allocation.toByteArray(),
            allocation.getId()
        });
    }

    /** An allocation that ended before it was ever sent takes none. */
    void takePorts(List<Allocation> allocations) {
        Query insert = dsl.insertInto(ALLOCATED_PORT)
                .columns(
                        ALLOCATED_PORT.NODE_ID,
                        ALLOCATED_PORT.IP,
                        ALLOCATED_PORT.PORT,
                        ALLOCATED_PORT.ALLOCATION_ID,
                        ALLOCATED_PORT.TASK,
                        ALLOCATED_PORT.LABEL)
                .values((String) null, null, null, null, null, null);
        List<Object[]> rows = allocations.stream()
                .filter(allocation -> !AllocationLife.isTerminal(allocation))
                .flatMap(allocation -> allocation.getPortsList().stream().map(port -> portRow(allocation, port)))
                .toList();
        execute(insert, rows, row -> row);
    }

    void freePorts(List<Allocation> allocations) {
        Query delete = dsl.deleteFrom(ALLOCATED_PORT).where(ALLOCATED_PORT.ALLOCATION_ID.eq((String) null));
        List<Allocation> withPorts = allocations.stream()
                .filter(allocation -> allocation.getPortsCount() > 0)
                .toList();
        execute(delete, withPorts, allocation -> new Object[] {allocation.getId()});
    }

    void insertSubmissions(List<Answered> answers) {
        Query insert = dsl.insertInto(SUBMISSION)
                .columns(
                        SUBMISSION.REQUEST_ID,
                        SUBMISSION.JOB_ID,
                        SUBMISSION.VERSION,
                        SUBMISSION.EVALUATION_ID,
                        SUBMISSION.MODIFY_INDEX,
                        SUBMISSION.SUBMIT_TIME)
                .values((String) null, null, null, null, null, null);
        execute(insert, answers, answer -> new Object[] {
            answer.requestId(),
            answer.submission().jobId(),
            answer.submission().version(),
            answer.submission().evaluationId(),
            answer.submission().modifyIndex(),
            answer.submission().submitTime().toEpochMilli()
        });
    }

    private static Object[] portRow(Allocation allocation, AllocatedPort port) {
        return new Object[] {
            allocation.getNodeId(), port.getIp(), port.getPort(), allocation.getId(), port.getTask(), port.getLabel()
        };
    }

    private static String nullIfEmpty(String text) {
        return text.isEmpty() ? null : text;
    }

    private <T> void execute(Query statement, List<T> objects, Function<T, Object[]> values) {
        if (objects.isEmpty()) {
            return;
        }
        String sql = statement.getSQL();
        dsl.connection(connection -> {
            try (PreparedStatement batch = connection.prepareStatement(sql)) {
                for (T object : objects) {
                    bind(batch, values.apply(object));
                }
                batch.executeBatch();
            }
        });
    }

    /** Without jOOQ's conversions, which cost as much as all else that is done for a row. */
    private static void bind(PreparedStatement batch, Object... values) throws SQLException {
        for (int i = 0; i < values.length; i++) {
            batch.setObject(i + 1, values[i]);
        }
        batch.addBatch();
    }
}
