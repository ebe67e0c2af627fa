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

/** Queries about deployments. */
public final class DeploymentReader {

    private final MessageTable<Deployment> messages;

    DeploymentReader(DSLContext dsl) {
        this.messages = new MessageTable<>(dsl, DEPLOYMENT, DEPLOYMENT.MESSAGE, Deployment.parser());
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
        return messages.list(DEPLOYMENT.ID.startsWith(prefix), 2);
    }

    /**
     * Finds the newest deployment of a job.
     *
     * @param jobId the job
     * @return the deployment; empty if the job has none
     */
    public Optional<Deployment> newestOf(String jobId) {
        return messages.first(DEPLOYMENT.JOB_ID.eq(jobId), DEPLOYMENT.CREATE_INDEX.desc());
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
        return messages.list(
                jobId.map(DEPLOYMENT.JOB_ID::eq)
                        .orElse(noCondition())
                        .and(row(DEPLOYMENT.CREATE_INDEX, DEPLOYMENT.ID).lt(beforeCreateIndex, beforeId)),
                limit,
                DEPLOYMENT.CREATE_INDEX.desc(),
                DEPLOYMENT.ID.desc());
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
        return messages.all(
                notExists(select(newer.ID)
                        .from(newer)
                        .where(newer.JOB_ID.eq(DEPLOYMENT.JOB_ID))
                        .and(newer.CREATE_INDEX.gt(DEPLOYMENT.CREATE_INDEX))),
                DEPLOYMENT.CREATE_INDEX);
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
        return messages.list(
                DEPLOYMENT.JOB_ID.eq(jobId).and(after.isBefore(DEPLOYMENT.MODIFY_INDEX, DEPLOYMENT.ID)),
                limit,
                DEPLOYMENT.MODIFY_INDEX,
                DEPLOYMENT.ID);
    }

    private List<Deployment> fetch(Condition condition) {
        return messages.all(condition, DEPLOYMENT.MODIFY_INDEX);
    }
}
