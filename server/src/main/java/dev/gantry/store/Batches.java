package dev.gantry.store;

import static dev.gantry.store.schema.Tables.ALLOCATED_PORT;
import static dev.gantry.store.schema.Tables.ALLOCATION;
import static dev.gantry.store.schema.Tables.CLUSTER_INDEX;
import static dev.gantry.store.schema.Tables.DEPLOYMENT;
import static dev.gantry.store.schema.Tables.EVALUATION;
import static dev.gantry.store.schema.Tables.JOB;
import static dev.gantry.store.schema.Tables.JOB_VERSION;
import static dev.gantry.store.schema.Tables.NODE;
import static dev.gantry.store.schema.Tables.SUBMISSION;

import dev.gantry.model.AllocationStatuses;
import dev.gantry.model.ProtoTimes;
import dev.gantry.store.RowBuffer.Answered;
import dev.gantry.store.RowBuffer.NodeRow;
import dev.gantry.v1.AllocatedPort;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.Deployment;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.JobRecord;
import java.util.List;
import org.jooq.DSLContext;

/** The statements for the tables that grow with the work, each rendered once. */
final class Batches {

    private record IndexStep(long before, long after, long epoch) {}

    /** A port and the allocation that has it. */
    private record Taken(Allocation allocation, AllocatedPort port) {}

    private static final RowShape<JobRecord> JOBS = RowShape.<JobRecord>of(JOB)
            .key(JOB.ID, job -> job.getJob().getId())
            .fixed(JOB.CREATE_INDEX, JobRecord::getCreateIndex)
            .fixed(JOB.PARENT_ID, job -> nullIfEmpty(job.getJob().getParentId()))
            .changing(JOB.VERSION, JobRecord::getVersion)
            .changing(JOB.STOPPED, JobRecord::getStopped)
            .changing(JOB.SPEC, job -> job.getJob().toByteArray())
            .changing(JOB.MODIFY_INDEX, JobRecord::getModifyIndex)
            .changing(JOB.SUBMIT_TIME, Batches::submitMillis)
            .changing(JOB.STABLE, JobRecord::getStable);

    private static final RowShape<JobRecord> JOB_VERSIONS = RowShape.<JobRecord>of(JOB_VERSION)
            .key(JOB_VERSION.JOB_ID, version -> version.getJob().getId())
            .key(JOB_VERSION.VERSION, JobRecord::getVersion)
            .fixed(JOB_VERSION.SPEC, version -> version.getJob().toByteArray())
            .fixed(JOB_VERSION.MODIFY_INDEX, JobRecord::getModifyIndex)
            .fixed(JOB_VERSION.SUBMIT_TIME, Batches::submitMillis)
            .fixed(JOB_VERSION.STABLE, JobRecord::getStable);

    private static final RowShape<Evaluation> EVALUATIONS = RowShape.<Evaluation>of(EVALUATION)
            .key(EVALUATION.ROW_KEY, evaluation -> RowKey.of(evaluation.getId()))
            .fixed(EVALUATION.JOB_ID, Evaluation::getJobId)
            .fixed(EVALUATION.CREATE_INDEX, Evaluation::getCreateIndex)
            .changing(EVALUATION.STATUS, evaluation -> (short) evaluation.getStatusValue())
            .changing(EVALUATION.MODIFY_INDEX, Evaluation::getModifyIndex)
            .changing(EVALUATION.MESSAGE, Evaluation::toByteArray);

    private static final RowShape<Deployment> DEPLOYMENTS = RowShape.<Deployment>of(DEPLOYMENT)
            .key(DEPLOYMENT.ID, Deployment::getId)
            .fixed(DEPLOYMENT.JOB_ID, Deployment::getJobId)
            .fixed(DEPLOYMENT.CREATE_INDEX, Deployment::getCreateIndex)
            .changing(DEPLOYMENT.STATUS, deployment -> (short) deployment.getStatusValue())
            .changing(DEPLOYMENT.MODIFY_INDEX, Deployment::getModifyIndex)
            .changing(DEPLOYMENT.MESSAGE, Deployment::toByteArray);

    private static final RowShape<Allocation> ALLOCATIONS = RowShape.<Allocation>of(ALLOCATION)
            .key(ALLOCATION.ROW_KEY, allocation -> RowKey.of(allocation.getId()))
            .fixed(ALLOCATION.JOB_ID, Allocation::getJobId)
            .fixed(ALLOCATION.NODE_ID, Allocation::getNodeId)
            .fixed(ALLOCATION.CREATE_INDEX, Allocation::getCreateIndex)
            .changing(ALLOCATION.JOB_VERSION, Allocation::getJobVersion)
            .changing(ALLOCATION.CLIENT_STATUS, allocation -> (short) allocation.getClientStatusValue())
            .changing(ALLOCATION.MODIFY_INDEX, Allocation::getModifyIndex)
            .changing(ALLOCATION.MESSAGE, Allocation::toByteArray);

    /** The allocation is part of the key, so that its end does not free a port that another one has by now. */
    private static final RowShape<Taken> PORTS = RowShape.<Taken>of(ALLOCATED_PORT)
            .key(ALLOCATED_PORT.NODE_ID, taken -> taken.allocation().getNodeId())
            .key(ALLOCATED_PORT.IP, taken -> taken.port().getIp())
            .key(ALLOCATED_PORT.PORT, taken -> taken.port().getPort())
            .key(ALLOCATED_PORT.ALLOCATION_ID, taken -> taken.allocation().getId())
            .fixed(ALLOCATED_PORT.TASK, taken -> taken.port().getTask())
            .fixed(ALLOCATED_PORT.LABEL, taken -> taken.port().getLabel());

    private static final RowShape<NodeRow> NODES = RowShape.<NodeRow>of(NODE)
            .key(NODE.ID, row -> row.node().getId())
            .fixed(NODE.SECRET_HASH, row -> row.secretHash().toByteArray())
            .changing(NODE.NAME, row -> row.node().getName())
            .changing(NODE.STATUS, row -> (short) row.node().getStatusValue())
            .changing(NODE.MODIFY_INDEX, row -> row.node().getModifyIndex())
            .changing(NODE.MESSAGE, row -> row.node().toByteArray());

    private static final RowShape<Answered> SUBMISSIONS = RowShape.<Answered>of(SUBMISSION)
            .key(SUBMISSION.REQUEST_ID, Answered::requestId)
            .fixed(SUBMISSION.WRITE_INDEX, Answered::writeIndex)
            .fixed(SUBMISSION.KIND, answer -> answer.submission().kind().code())
            .fixed(SUBMISSION.JOB_ID, answer -> answer.submission().jobId())
            .fixed(SUBMISSION.VERSION, answer -> answer.submission().version())
            .fixed(SUBMISSION.EVALUATION_ID, answer -> answer.submission().evaluationId())
            .fixed(SUBMISSION.MODIFY_INDEX, answer -> answer.submission().modifyIndex())
            .fixed(
                    SUBMISSION.SUBMIT_TIME,
                    answer -> answer.submission().submitTime().toEpochMilli());

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
    private final Batch<NodeRow> insertNodes;
    private final Batch<NodeRow> updateNodes;
    private final Batch<Answered> insertSubmissions;
    private final Batch<IndexStep> saveIndex;

    Batches(DSLContext dsl) {
        insertJobs = JOBS.insert(dsl);
        updateJobs = JOBS.update(dsl);
        insertJobVersions = JOB_VERSIONS.insert(dsl);
        insertEvaluations = EVALUATIONS.insert(dsl);
        updateEvaluations = EVALUATIONS.update(dsl);
        insertDeployments = DEPLOYMENTS.insert(dsl);
        updateDeployments = DEPLOYMENTS.update(dsl);
        insertAllocations = ALLOCATIONS.insert(dsl);
        updateAllocations = ALLOCATIONS.update(dsl);
        takePorts = PORTS.insert(dsl);
        freePorts = PORTS.delete(dsl);
        insertNodes = NODES.insert(dsl);
        updateNodes = NODES.update(dsl);
        insertSubmissions = SUBMISSIONS.insert(dsl);
        saveIndex = new Batch<>(
                dsl.update(CLUSTER_INDEX)
                        .set(CLUSTER_INDEX.LAST_INDEX, (Long) null)
                        .where(CLUSTER_INDEX.LAST_INDEX.eq((Long) null))
                        .and(CLUSTER_INDEX.LEASE_EPOCH.eq((Long) null)),
                List.of(IndexStep::after, IndexStep::before, IndexStep::epoch));
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
        insertNodes.send(dsl, rows.nodes().newOnes());
        updateNodes.send(dsl, rows.nodes().changedOnes());
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
     * Advances the cluster index in the database, or leaves it as it is. Locks the row until the transaction ends, so that
     * no other server can take the lease before.
     *
     * @param epoch the epoch of this server's {@link WriterLease}
     * @throws StoreException if the database is not at the index that this process expects, or if another server has
     *     taken the lease
     */
    void saveIndex(DSLContext dsl, long before, long after, long epoch) {
        if (saveIndex.send(dsl, List.of(new IndexStep(before, after, epoch))) != 1) {
            throw new StoreException("The database is not at index %d and epoch %d, where this server has left it"
                    .formatted(before, epoch));
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

    private static List<Taken> ports(List<Allocation> allocations) {
        return allocations.stream()
                .flatMap(allocation -> allocation.getPortsList().stream().map(port -> new Taken(allocation, port)))
                .toList();
    }

    private static long submitMillis(JobRecord job) {
        return ProtoTimes.toInstantMillis(job.getSubmitTime()).toEpochMilli();
    }

    private static String nullIfEmpty(String text) {
        return text.isEmpty() ? null : text;
    }
}
