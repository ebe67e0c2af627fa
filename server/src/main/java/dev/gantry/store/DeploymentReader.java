package dev.gantry.store;

import static dev.gantry.store.schema.Tables.DEPLOYMENT;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.notExists;
import static org.jooq.impl.DSL.row;
import static org.jooq.impl.DSL.select;

import dev.gantry.v1.Deployment;
import dev.gantry.v1.DeploymentStatus;
import java.util.List;
import java.util.Optional;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Record1;

/** Queries about deployments. */
public final class DeploymentReader {

    private final DSLContext dsl;

    DeploymentReader(DSLContext dsl) {
        this.dsl = dsl;
    }

    /**
     * Finds a deployment.
     *
     * @param id the full id
     * @return the deployment; empty if it is not stored
     */
    public Optional<Deployment> find(String id) {
        return fetch(DEPLOYMENT.ID.eq(id)).stream().findFirst();
    }

    /**
     * Finds the deployments whose id begins with a prefix.
     *
     * @param prefix an id or its beginning
     * @return at most two deployments: two are enough to know that the prefix is ambiguous
     */
    public List<Deployment> findLike(String prefix) {
        return dsl.select(DEPLOYMENT.MESSAGE)
                .from(DEPLOYMENT)
                .where(DEPLOYMENT.ID.startsWith(prefix))
                .limit(2)
                .fetch(DeploymentReader::toDeployment);
    }

    /**
     * Finds the newest deployment of a job.
     *
     * @param jobId the job
     * @return the deployment; empty if the job has none
     */
    public Optional<Deployment> newestOf(String jobId) {
        return dsl.select(DEPLOYMENT.MESSAGE)
                .from(DEPLOYMENT)
                .where(DEPLOYMENT.JOB_ID.eq(jobId))
                .orderBy(DEPLOYMENT.CREATE_INDEX.desc())
                .limit(1)
                .fetchOptional(DeploymentReader::toDeployment);
    }

    /**
     * Returns a page of deployments, newest first.
     *
     * @param jobId the job; empty: all jobs
     * @param beforeCreateIndex only deployments with this create_index or a smaller one
     * @param beforeId of those with this create_index, only ids less than this one
     * @param limit the most deployments to return
     * @return the deployments
     */
    public List<Deployment> page(Optional<String> jobId, long beforeCreateIndex, String beforeId, int limit) {
        return dsl.select(DEPLOYMENT.MESSAGE)
                .from(DEPLOYMENT)
                .where(jobId.map(DEPLOYMENT.JOB_ID::eq).orElse(noCondition()))
                .and(row(DEPLOYMENT.CREATE_INDEX, DEPLOYMENT.ID).lt(beforeCreateIndex, beforeId))
                .orderBy(DEPLOYMENT.CREATE_INDEX.desc(), DEPLOYMENT.ID.desc())
                .limit(limit)
                .fetch(DeploymentReader::toDeployment);
    }

    /**
     * Returns the running deployments of all jobs.
     *
     * @return the deployments in the order of their changes
     */
    public List<Deployment> running() {
        return fetch(DEPLOYMENT.STATUS.eq((short) DeploymentStatus.DEPLOYMENT_STATUS_RUNNING_VALUE));
    }

    /**
     * Returns the running deployments of a job.
     *
     * @param jobId the job
     * @return the deployments in the order of their changes
     */
    public List<Deployment> runningOf(String jobId) {
        return fetch(DEPLOYMENT.JOB_ID.eq(jobId).and(DEPLOYMENT.STATUS.eq((short)
                DeploymentStatus.DEPLOYMENT_STATUS_RUNNING_VALUE)));
    }

    /**
     * Returns the newest deployment of each job.
     *
     * @return the deployments in the order of their creation
     */
    public List<Deployment> newest() {
        var newer = DEPLOYMENT.as("newer");
        return dsl.select(DEPLOYMENT.MESSAGE)
                .from(DEPLOYMENT)
                .where(notExists(select(newer.ID)
                        .from(newer)
                        .where(newer.JOB_ID.eq(DEPLOYMENT.JOB_ID))
                        .and(newer.CREATE_INDEX.gt(DEPLOYMENT.CREATE_INDEX))))
                .orderBy(DEPLOYMENT.CREATE_INDEX)
                .fetch(DeploymentReader::toDeployment);
    }

    /**
     * Returns the deployments of a job that changed after a cursor.
     *
     * @param jobId the job
     * @param after the cursor
     * @param limit the most deployments to return
     * @return the deployments in the order of their changes
     */
    public List<Deployment> changed(String jobId, ChangeCursor after, int limit) {
        return dsl.select(DEPLOYMENT.MESSAGE)
                .from(DEPLOYMENT)
                .where(DEPLOYMENT.JOB_ID.eq(jobId))
                .and(after.isBefore(DEPLOYMENT.MODIFY_INDEX, DEPLOYMENT.ID))
                .orderBy(DEPLOYMENT.MODIFY_INDEX, DEPLOYMENT.ID)
                .limit(limit)
                .fetch(DeploymentReader::toDeployment);
    }

    private List<Deployment> fetch(Condition condition) {
        return dsl.select(DEPLOYMENT.MESSAGE)
                .from(DEPLOYMENT)
                .where(condition)
                .orderBy(DEPLOYMENT.MODIFY_INDEX)
                .fetch(DeploymentReader::toDeployment);
    }

    private static Deployment toDeployment(Record1<byte[]> message) {
        return Messages.parse(Deployment.parser(), message.value1());
    }
}
