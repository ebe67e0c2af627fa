package dev.gantry.cli;

import dev.gantry.model.CronExpressions;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.EvaluationStatus;
import dev.gantry.v1.GetJobResponse;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.JobStatus;
import dev.gantry.v1.JobType;
import dev.gantry.v1.PlacementFailure;
import dev.gantry.v1.TaskGroup;
import java.util.Collection;
import java.util.List;

/** Shows jobs. */
record JobView(TimeFormat moments, VerboseOption ids) {

    /** The most children that are counted: a parent may have had any number. */
    static final int CHILDREN_COUNTED = 1000;

    private static final int CHILDREN_SHOWN = 20;

    /** Shows a table; without objects, a line that says so. */
    static List<String> all(Collection<JobRecord> jobs) {
        if (jobs.isEmpty()) {
            return List.of("No jobs");
        }
        return new Table("ID", "Type", "Priority", "Status", "Version", "Submit Date")
                .rows(
                        jobs,
                        job -> List.of(
                                job.getJob().getId(),
                                TextFormat.word(job.getJob().getType()),
                                Integer.toString(job.getJob().getPriority()),
                                status(job),
                                Long.toString(job.getVersion()),
                                TimeFormat.exact(job.getSubmitTime())))
                .lines();
    }

    /** Shows one job in full, with its newest children, newest first: all of them are counted, and some are listed. */
    List<String> one(GetJobResponse job, List<JobRecord> children) {
        List<Allocation> allocations = job.getAllocationsList();
        return new Sections()
                .add(facts(job))
                .section("Summary", summary(job))
                .section("Evaluation Failed", failed(job.getEvaluation()))
                .section("Placement Failures", failures(job.getEvaluation()))
                .section(
                        "Latest Deployment",
                        job.hasDeployment() ? DeploymentView.brief(job.getDeployment(), ids) : List.of())
                .section(
                        "Children Job Summary"
                                + (children.size() < CHILDREN_COUNTED
                                        ? ""
                                        : " (newest %d)".formatted(CHILDREN_COUNTED)),
                        children.isEmpty() ? List.of() : counts(children))
                .section("Children", children.isEmpty() ? List.of() : children(children))
                .section("Allocations", new AllocationView(moments, ids).all(allocations))
                .lines();
    }

    private static List<String> counts(List<JobRecord> children) {
        List<JobStatus> statuses = children.stream().map(JobRecord::getStatus).toList();
        return new Table("Pending", "Running", "Dead")
                .rows(
                        List.of(statuses),
                        all -> List.of(
                                count(all, JobStatus.JOB_STATUS_PENDING),
                                count(all, JobStatus.JOB_STATUS_RUNNING),
                                count(all, JobStatus.JOB_STATUS_DEAD)))
                .lines();
    }

    private static List<String> children(List<JobRecord> children) {
        return new Table("ID", "Status", "Submit Date")
                .rows(
                        children.subList(0, Math.min(CHILDREN_SHOWN, children.size())),
                        child ->
                                List.of(child.getJob().getId(), status(child), TimeFormat.exact(child.getSubmitTime())))
                .lines();
    }

    private static List<String> facts(GetJobResponse answer) {
        JobRecord record = answer.getJob();
        Job job = record.getJob();
        FieldList facts = new FieldList()
                .add("ID", job.getId())
                .add("Name", job.getName())
                .add("Submit Date", TimeFormat.exact(record.getSubmitTime()))
                .add("Type", TextFormat.word(job.getType()))
                .add("Priority", Integer.toString(job.getPriority()))
                .add("Datacenters", TextFormat.list(job.getDatacentersList()))
                .add("Status", status(record) + outcome(answer))
                .add("Version", Long.toString(record.getVersion()))
                .add("Check Index", Long.toString(record.getModifyIndex()));
        if (job.hasPeriodic()) {
            facts.add(
                            "Periodic",
                            "%s (%s)"
                                    .formatted(
                                            String.join(", ", CronExpressions.of(job.getPeriodic())),
                                            job.getPeriodic().getTimeZone()))
                    .add("Next Run", TimeFormat.exact(answer.getNextRunTime()));
        }
        if (job.hasParameterized()) {
            facts.add("Payload", TextFormat.word(job.getParameterized().getPayload()))
                    .add("Required Meta", TextFormat.list(job.getParameterized().getMetaRequiredList()))
                    .add("Optional Meta", TextFormat.list(job.getParameterized().getMetaOptionalList()));
        }
        if (!job.getParentId().isEmpty()) {
            facts.add("Parent Job", job.getParentId());
        }
        return facts.lines();
    }

    private static String status(JobRecord job) {
        return TextFormat.word(job.getStatus()) + (job.getStopped() ? " (stopped)" : "");
    }

    /** Returns how a dead batch job has ended. */
    private static String outcome(GetJobResponse answer) {
        JobRecord record = answer.getJob();
        List<Allocation> ended = answer.getAllocationsList().stream()
                .filter(allocation -> allocation.getJobVersion() == record.getVersion())
                .filter(allocation -> allocation.getNextAllocationId().isEmpty())
                .toList();
        if (record.getStatus() != JobStatus.JOB_STATUS_DEAD
                || record.getStopped()
                || record.getJob().getType() != JobType.JOB_TYPE_BATCH
                || ended.isEmpty()) {
            return "";
        }
        return ended.stream().allMatch(one -> one.getClientStatus() == ClientStatus.CLIENT_STATUS_COMPLETE)
                ? " (complete)"
                : " (failed)";
    }

    private static List<String> summary(GetJobResponse job) {
        return new Table("Task Group", "Queued", "Starting", "Running", "Failed", "Complete", "Lost")
                .rows(job.getJob().getJob().getTaskGroupsList(), group -> counts(group, job))
                .lines();
    }

    private static List<String> counts(TaskGroup group, GetJobResponse job) {
        List<ClientStatus> statuses = job.getAllocationsList().stream()
                .filter(allocation -> allocation.getTaskGroup().equals(group.getName()))
                .map(Allocation::getClientStatus)
                .toList();
        return List.of(
                group.getName(),
                Integer.toString(queued(group, job.getEvaluation())),
                count(statuses, ClientStatus.CLIENT_STATUS_PENDING),
                count(statuses, ClientStatus.CLIENT_STATUS_RUNNING),
                count(statuses, ClientStatus.CLIENT_STATUS_FAILED),
                count(statuses, ClientStatus.CLIENT_STATUS_COMPLETE),
                count(statuses, ClientStatus.CLIENT_STATUS_LOST));
    }

    private static int queued(TaskGroup group, Evaluation evaluation) {
        return evaluation.getFailuresList().stream()
                .filter(failure -> failure.getTaskGroup().equals(group.getName()))
                .mapToInt(PlacementFailure::getUnplaced)
                .sum();
    }

    private static <S> String count(List<S> statuses, S status) {
        return Long.toString(statuses.stream().filter(status::equals).count());
    }

    private static List<String> failed(Evaluation evaluation) {
        return evaluation.getStatus() == EvaluationStatus.EVALUATION_STATUS_FAILED
                ? List.of(
                        evaluation.getStatusDescription(),
                        "Looked at again when the job changes, or at " + TimeFormat.exact(evaluation.getFollowUpTime()))
                : List.of();
    }

    private static List<String> failures(Evaluation evaluation) {
        return evaluation.getFailuresList().stream()
                .map(failure -> "Task Group \"%s\", %d unplaced: %s"
                        .formatted(failure.getTaskGroup(), failure.getUnplaced(), failure.getSummary()))
                .toList();
    }
}
