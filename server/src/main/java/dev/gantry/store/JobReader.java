package dev.gantry.store;

import static dev.gantry.store.schema.Tables.JOB;
import static dev.gantry.store.schema.Tables.JOB_VERSION;
import static dev.gantry.store.schema.Tables.PERIODIC_LAUNCH;
import static java.util.stream.Collectors.toMap;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.row;
import static org.jooq.impl.DSL.select;

import dev.gantry.model.ProtoTimes;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.JobVersion;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Record;

/** Queries about jobs and their versions. */
public final class JobReader {

    private final DSLContext dsl;

    JobReader(DSLContext dsl) {
        this.dsl = dsl;
    }

    /**
     * Finds the newest version of a job.
     *
     * @param id the job's id
     * @return the job; empty if it is not stored
     */
    public Optional<JobRecord> find(String id) {
        return dsl.selectFrom(JOB).where(JOB.ID.eq(id)).fetchOptional(JobReader::toJob);
    }

    /**
     * Returns a page of jobs in the order of their ids.
     *
     * @param after only ids after this one; empty: begin with the first
     * @param prefix the prefix of the ids
     * @param limit the most jobs to return
     * @return the jobs
     */
    public List<JobRecord> page(String after, String prefix, int limit) {
        return dsl.selectFrom(JOB)
                .where(JOB.ID.gt(after))
                .and(JOB.ID.startsWith(prefix))
                .orderBy(JOB.ID)
                .limit(limit)
                .fetch(JobReader::toJob);
    }

    /**
     * Returns a page of jobs in the reverse order of their ids.
     *
     * @param before only ids before this one; empty: begin with the last
     * @param prefix the prefix of the ids
     * @param limit the most jobs to return
     * @return the jobs
     */
    public List<JobRecord> pageBackwards(String before, String prefix, int limit) {
        return dsl.selectFrom(JOB)
                .where(before.isEmpty() ? noCondition() : JOB.ID.lt(before))
                .and(JOB.ID.startsWith(prefix))
                .orderBy(JOB.ID.desc())
                .limit(limit)
                .fetch(JobReader::toJob);
    }

    /**
     * Finds one version of a job.
     *
     * @param id the job's id
     * @param version the version
     * @return the version; empty if it is not stored, or was deleted
     */
    public Optional<JobRecord> findVersion(String id, long version) {
        return find(id).filter(newest -> newest.getVersion() == version)
                .or(() -> olderVersions(JOB_VERSION.JOB_ID.eq(id).and(JOB_VERSION.VERSION.eq(version)), 1).stream()
                        .findFirst());
    }

    /**
     * Returns a page of the versions of a job, newest first.
     *
     * @param id the job's id
     * @param below only versions less than this one
     * @param limit the most versions to return
     * @return the versions
     */
    public List<JobRecord> versions(String id, long below, int limit) {
        Optional<JobRecord> newest = find(id).filter(job -> job.getVersion() < below);
        List<JobRecord> older = olderVersions(JOB_VERSION.JOB_ID.eq(id).and(JOB_VERSION.VERSION.lt(below)), limit);
        return Stream.concat(newest.stream(), older.stream()).limit(limit).toList();
    }

    /**
     * Returns the job versions that some allocations run, each once.
     *
     * @param allocations the allocations
     * @return the versions, in no order
     */
    public List<JobVersion> versionsOf(Collection<Allocation> allocations) {
        var keys = allocations.stream()
                .map(allocation -> row(allocation.getJobId(), allocation.getJobVersion()))
                .distinct()
                .toList();
        return dsl.select(JOB.SPEC, JOB.VERSION)
                .from(JOB)
                .where(row(JOB.ID, JOB.VERSION).in(keys))
                .unionAll(select(JOB_VERSION.SPEC, JOB_VERSION.VERSION)
                        .from(JOB_VERSION)
                        .where(row(JOB_VERSION.JOB_ID, JOB_VERSION.VERSION).in(keys)))
                .fetch(version -> JobVersion.newBuilder()
                        .setJob(Messages.parse(Job.parser(), version.value1()))
                        .setVersion(version.value2())
                        .build());
    }

    /**
     * Finds the newest stable version of a job below another one.
     *
     * @param id the job's id
     * @param below only versions less than this one
     * @return the version; empty if it does not exist
     */
    public Optional<JobRecord> stableVersion(String id, long below) {
        return find(id).filter(newest -> newest.getVersion() < below && newest.getStable())
                .or(() ->
                        olderVersions(
                                        JOB_VERSION
                                                .JOB_ID
                                                .eq(id)
                                                .and(JOB_VERSION.VERSION.lt(below))
                                                .and(JOB_VERSION.STABLE),
                                        1)
                                .stream()
                                .findFirst());
    }

    /**
     * Returns the last launches of all periodic jobs.
     *
     * @return by job id, the time for which a child was last created
     */
    public Map<String, Instant> periodicLaunches() {
        return dsl.select(PERIODIC_LAUNCH.JOB_ID, PERIODIC_LAUNCH.LAUNCH_TIME).from(PERIODIC_LAUNCH).stream()
                .collect(toMap(org.jooq.Record2::value1, row -> Instant.ofEpochMilli(row.value2())));
    }

    private List<JobRecord> olderVersions(Condition condition, int limit) {
        return dsl.select(JOB_VERSION.asterisk(), JOB.CREATE_INDEX, JOB.STOPPED)
                .from(JOB_VERSION)
                .join(JOB)
                .on(JOB.ID.eq(JOB_VERSION.JOB_ID))
                .where(condition)
                .orderBy(JOB_VERSION.VERSION.desc())
                .limit(limit)
                .fetch(JobReader::toJobVersion);
    }

    private static JobRecord toJob(dev.gantry.store.schema.tables.records.JobRecord row) {
        return JobRecord.newBuilder()
                .setJob(Messages.parse(Job.parser(), row.getSpec()))
                .setVersion(row.getVersion())
                .setStopped(row.getStopped())
                .setCreateIndex(row.getCreateIndex())
                .setModifyIndex(row.getModifyIndex())
                .setSubmitTime(ProtoTimes.toTimestamp(Instant.ofEpochMilli(row.getSubmitTime())))
                .setStable(row.getStable())
                .build();
    }

    private static JobRecord toJobVersion(Record row) {
        return JobRecord.newBuilder()
                .setJob(Messages.parse(Job.parser(), row.get(JOB_VERSION.SPEC)))
                .setVersion(row.get(JOB_VERSION.VERSION))
                .setStopped(row.get(JOB.STOPPED))
                .setCreateIndex(row.get(JOB.CREATE_INDEX))
                .setModifyIndex(row.get(JOB_VERSION.MODIFY_INDEX))
                .setSubmitTime(ProtoTimes.toTimestamp(Instant.ofEpochMilli(row.get(JOB_VERSION.SUBMIT_TIME))))
                .setStable(row.get(JOB_VERSION.STABLE))
                .build();
    }
}
