package dev.gantry.client;

import dev.gantry.client.Pages.Page;
import dev.gantry.v1.Deployment;
import dev.gantry.v1.DispatchJobRequest;
import dev.gantry.v1.DispatchJobResponse;
import dev.gantry.v1.EvaluateJobRequest;
import dev.gantry.v1.EvaluateJobResponse;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.FailDeploymentRequest;
import dev.gantry.v1.FailDeploymentResponse;
import dev.gantry.v1.ForcePeriodicJobRequest;
import dev.gantry.v1.ForcePeriodicJobResponse;
import dev.gantry.v1.GetDeploymentRequest;
import dev.gantry.v1.GetEvaluationRequest;
import dev.gantry.v1.GetJobRequest;
import dev.gantry.v1.GetJobResponse;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobFile;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.ListDeploymentsRequest;
import dev.gantry.v1.ListDeploymentsResponse;
import dev.gantry.v1.ListEvaluationsRequest;
import dev.gantry.v1.ListEvaluationsResponse;
import dev.gantry.v1.ListJobVersionsRequest;
import dev.gantry.v1.ListJobVersionsResponse;
import dev.gantry.v1.ListJobsRequest;
import dev.gantry.v1.ListJobsResponse;
import dev.gantry.v1.ParseJobRequest;
import dev.gantry.v1.ParseJobResponse;
import dev.gantry.v1.PauseDeploymentRequest;
import dev.gantry.v1.PlanJobRequest;
import dev.gantry.v1.PlanJobResponse;
import dev.gantry.v1.PromoteDeploymentRequest;
import dev.gantry.v1.PromoteDeploymentResponse;
import dev.gantry.v1.PurgeJobRequest;
import dev.gantry.v1.ResumeDeploymentRequest;
import dev.gantry.v1.RevertJobRequest;
import dev.gantry.v1.RevertJobResponse;
import dev.gantry.v1.ScaleJobRequest;
import dev.gantry.v1.ScaleJobResponse;
import dev.gantry.v1.SetDeploymentHealthRequest;
import dev.gantry.v1.StopJobRequest;
import dev.gantry.v1.StopJobResponse;
import dev.gantry.v1.SubmitJobRequest;
import dev.gantry.v1.SubmitJobResponse;
import dev.gantry.v1.ValidateJobRequest;
import dev.gantry.v1.ValidateJobResponse;
import dev.gantry.v1.View;
import dev.gantry.v1.WatchJobRequest;
import dev.gantry.v1.WatchJobResponse;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Submits, plans, reads, promotes, dispatches and stops jobs. Thread-safe. Each method throws {@link GantryException}s.
 */
public final class JobClient {

    private final Connection connection;
    private final Supplier<UUID> requestIds;

    JobClient(Connection connection, Supplier<UUID> requestIds) {
        this.connection = connection;
        this.requestIds = requestIds;
    }

    /**
     * Stores a job and queues it for placement. Once this returns, the job is on the server's disk.
     *
     * @param job the job, see {@link Jobs}
     * @return the evaluation that will place the job, the job's version and its index
     * @throws InvalidArgumentException if the job is not valid; nothing is stored
     */
    public SubmitJobResponse submit(Job job) {
        return submit(job, SubmitOptions.DEFAULT);
    }

    /**
     * Stores a job and queues it for placement. Once this returns, the job is on the server's disk.
     *
     * @param job the job, see {@link Jobs}
     * @param options the options. Each submission has a request id, so that a retry can't submit twice
     * @return the evaluation that will place the job, the job's version and its index
     * @throws InvalidArgumentException if the job is not valid; nothing is stored
     * @throws ConflictException if the check index is not the stored job's
     * @throws PreconditionFailedException if the stored job has another type, or only one of the two is periodic or
     *     parameterized
     */
    public SubmitJobResponse submit(Job job, SubmitOptions options) {
        SubmitJobRequest.Builder request = SubmitJobRequest.newBuilder()
                .setJob(job)
                .setRequestId(options.requestId().isEmpty() ? newRequestId() : options.requestId());
        options.checkIndex().ifPresent(request::setCheckIndex);
        return connection.call(connection.jobs(), stub -> stub.submitJob(request.build()));
    }

    /**
     * Computes what a submission of the job would do now, with a verdict for each node. Stores nothing.
     *
     * @param job the job
     * @return the plan, and the index to submit with
     * @throws InvalidArgumentException if the job is not valid
     */
    public PlanJobResponse plan(Job job) {
        PlanJobRequest request = PlanJobRequest.newBuilder().setJob(job).build();
        return connection.call(connection.jobs(), stub -> stub.planJob(request));
    }

    /**
     * Validates a job as a submission would. Stores nothing.
     *
     * @param job the job
     * @return the faults of the job, and why the client's token may not submit it; both are empty if a submission would
     *     be accepted
     */
    public ValidateJobResponse validate(Job job) {
        ValidateJobRequest request = ValidateJobRequest.newBuilder().setJob(job).build();
        return connection.call(connection.jobs(), stub -> stub.validateJob(request));
    }

    /**
     * Reads a job file. Stores nothing.
     *
     * @param text the content of the file in HCL or JSON, at most 1 MiB
     * @param variables values for its variables: of a variable of the type {@code string} the text itself, else an
     *     expression
     * @return the job, or all faults of the file
     */
    public ParseJobResponse parse(String text, Map<String, String> variables) {
        ParseJobRequest request = ParseJobRequest.newBuilder()
                .setFile(JobFile.newBuilder().setText(text).putAllVariables(variables))
                .build();
        return connection.call(connection.jobs(), stub -> stub.parseJob(request));
    }

    /**
     * Returns the newest version of a job with its newest evaluation and its allocations.
     *
     * @param jobId the job's id
     * @return the job
     * @throws NotFoundException if there is no such job
     */
    public GetJobResponse get(String jobId) {
        GetJobRequest request = GetJobRequest.newBuilder().setJobId(jobId).build();
        return connection.call(connection.jobs(), stub -> stub.getJob(request));
    }

    /**
     * Lists all jobs, ordered by id, with their main fields. Pages are fetched while the stream is read.
     *
     * @return the jobs
     */
    public Stream<JobRecord> list() {
        return list(JobQuery.ALL);
    }

    /**
     * Lists jobs, ordered by id. Pages are fetched while the stream is read.
     *
     * @param query selects the jobs
     * @return the jobs
     */
    public Stream<JobRecord> list(JobQuery query) {
        ListJobsRequest.Builder request = ListJobsRequest.newBuilder()
                .setPrefix(query.prefix())
                .setType(query.type())
                .setStatus(query.status())
                .setParentId(query.parentId())
                .setView(query.view())
                .setOrderBy(query.isReversed() ? "id desc" : "");
        return Pages.stream(token -> {
            ListJobsRequest page = request.setPageToken(token).build();
            ListJobsResponse answer = connection.call(connection.jobs(), stub -> stub.listJobs(page));
            return new Page<>(answer.getJobsList(), answer.getNextPageToken());
        });
    }

    /**
     * Lists the versions of a job, newest first. Pages are fetched while the stream is read.
     *
     * @param jobId the job's id
     * @param view the view, as in {@link JobQuery}
     * @return its versions; reading throws {@link NotFoundException} if there is no such job
     */
    public Stream<JobRecord> versions(String jobId, View view) {
        ListJobVersionsRequest.Builder request =
                ListJobVersionsRequest.newBuilder().setJobId(jobId).setView(view);
        return Pages.stream(token -> {
            ListJobVersionsRequest page = request.setPageToken(token).build();
            ListJobVersionsResponse answer = connection.call(connection.jobs(), stub -> stub.listJobVersions(page));
            return new Page<>(answer.getVersionsList(), answer.getNextPageToken());
        });
    }

    /**
     * Submits an older version of a job again, as a new version.
     *
     * @param jobId the job's id
     * @param version the older version
     * @return the evaluation that will place the job, the job's new version and its new index
     * @throws NotFoundException if there is no such job or version, or the server does not keep the version any more
     * @throws PreconditionFailedException if it is the newest version
     */
    public RevertJobResponse revert(String jobId, long version) {
        return revert(RevertJobRequest.newBuilder().setJobId(jobId).setVersion(version));
    }

    /**
     * Submits an older version of a job again, if the job was not changed meanwhile.
     *
     * @param jobId the job's id
     * @param version the older version
     * @param checkIndex the job's index when it was read
     * @return the evaluation that will place the job, the job's new version and its new index
     * @throws NotFoundException if there is no such job or version, or the server does not keep the version any more
     * @throws PreconditionFailedException if it is the newest version
     * @throws ConflictException if the check index is not the stored job's
     */
    public RevertJobResponse revert(String jobId, long version, long checkIndex) {
        return revert(RevertJobRequest.newBuilder()
                .setJobId(jobId)
                .setVersion(version)
                .setCheckIndex(checkIndex));
    }

    private RevertJobResponse revert(RevertJobRequest.Builder request) {
        RevertJobRequest named = request.setRequestId(newRequestId()).build();
        return connection.call(connection.jobs(), stub -> stub.revertJob(named));
    }

    /**
     * Submits a job again with another count of one group, as a new version. Nothing else of the job changes, whoever
     * submits it at the same time.
     *
     * @param jobId the job's id
     * @param group the group's name; empty for the job's only group
     * @param count the new count, 0 to 100,000
     * @return the evaluation that places or stops allocations, the job's new version and its new index
     * @throws NotFoundException if there is no such job
     * @throws InvalidArgumentException if the job has no such group, or may not have this count
     * @throws PreconditionFailedException if the job is stopped
     */
    public ScaleJobResponse scale(String jobId, String group, int count) {
        ScaleJobRequest request = ScaleJobRequest.newBuilder()
                .setJobId(jobId)
                .setTaskGroup(group)
                .setCount(count)
                .setRequestId(newRequestId())
                .build();
        return connection.call(connection.jobs(), stub -> stub.scaleJob(request));
    }

    /**
     * Queues a job for placement again, although nothing of it has changed.
     *
     * @param jobId the job's id
     * @param forceReschedule true to reschedule its failed allocations at once, also those that the group's reschedule
     *     block would not reschedule any more or only later
     * @return the evaluation
     * @throws NotFoundException if there is no such job
     * @throws PreconditionFailedException if the job is stopped, periodic or parameterized
     */
    public EvaluateJobResponse evaluate(String jobId, boolean forceReschedule) {
        EvaluateJobRequest request = EvaluateJobRequest.newBuilder()
                .setJobId(jobId)
                .setForceReschedule(forceReschedule)
                .setRequestId(newRequestId())
                .build();
        return connection.call(connection.jobs(), stub -> stub.evaluateJob(request));
    }

    /**
     * Stops all allocations of a job. The job stays stored. Stopping a stopped job changes nothing.
     *
     * @param jobId the job's id
     * @return the evaluation that stops its allocations, and its new index
     * @throws NotFoundException if there is no such job
     */
    public StopJobResponse stop(String jobId) {
        StopJobRequest request = StopJobRequest.newBuilder()
                .setJobId(jobId)
                .setRequestId(newRequestId())
                .build();
        return connection.call(connection.jobs(), stub -> stub.stopJob(request));
    }

    /**
     * Deletes a stopped job whose allocations have ended, with its versions, its allocations and its children.
     *
     * @param jobId the job's id
     * @param checkIndex the job's index when it was stopped
     * @throws NotFoundException if there is no such job
     * @throws ConflictException if the check index is not the stored job's
     * @throws PreconditionFailedException if the job is not stopped, or it or a child of it has not ended
     */
    public void purge(String jobId, long checkIndex) {
        PurgeJobRequest request = PurgeJobRequest.newBuilder()
                .setJobId(jobId)
                .setCheckIndex(checkIndex)
                .build();
        var unused = connection.call(connection.jobs(), stub -> stub.purgeJob(request));
    }

    /**
     * Lists the deployments of all jobs, newest first. Pages are fetched while the stream is read. Ended deployments
     * are garbage collected, except the newest one of each job.
     *
     * @return the deployments
     */
    public Stream<Deployment> deployments() {
        return deployments("");
    }

    /**
     * Lists the deployments of a job, newest first. Pages are fetched while the stream is read.
     *
     * @param jobId the job's id; empty for all jobs
     * @return its deployments; reading throws {@link NotFoundException} if there is no such job
     */
    public Stream<Deployment> deployments(String jobId) {
        ListDeploymentsRequest.Builder request =
                ListDeploymentsRequest.newBuilder().setJobId(jobId);
        return Pages.stream(token -> {
            ListDeploymentsRequest page = request.setPageToken(token).build();
            ListDeploymentsResponse answer = connection.call(connection.jobs(), stub -> stub.listDeployments(page));
            return new Page<>(answer.getDeploymentsList(), answer.getNextPageToken());
        });
    }

    /**
     * Returns a deployment.
     *
     * @param deploymentId its id or a prefix of it of at least 4 characters
     * @return the deployment
     * @throws NotFoundException if there is no such deployment
     */
    public Deployment deployment(String deploymentId) {
        GetDeploymentRequest request =
                GetDeploymentRequest.newBuilder().setDeploymentId(deploymentId).build();
        return connection
                .call(connection.jobs(), stub -> stub.getDeployment(request))
                .getDeployment();
    }

    /**
     * Promotes the canaries of a deployment. A newer deployment of the job is not touched.
     *
     * @param deploymentId the deployment's id or a prefix of it of at least 4 characters
     * @param groups the groups to promote; none for all
     * @return the evaluation that continues the deployment
     * @throws NotFoundException if there is no such deployment
     * @throws PreconditionFailedException if it has ended, does not wait for promotion, or a canary is not healthy
     */
    public PromoteDeploymentResponse promote(String deploymentId, String... groups) {
        PromoteDeploymentRequest request = PromoteDeploymentRequest.newBuilder()
                .setDeploymentId(deploymentId)
                .addAllTaskGroups(List.of(groups))
                .setRequestId(newRequestId())
                .build();
        return connection.call(connection.jobs(), stub -> stub.promoteDeployment(request));
    }

    /**
     * Marks a deployment as failed. With auto_revert, the job is reverted to its newest stable version. A newer
     * deployment of the job is not touched.
     *
     * @param deploymentId the deployment's id or a prefix of it of at least 4 characters
     * @return the evaluation that follows, and the version that the job is reverted to, if any
     * @throws NotFoundException if there is no such deployment
     * @throws PreconditionFailedException if it has ended
     */
    public FailDeploymentResponse failDeployment(String deploymentId) {
        FailDeploymentRequest request = FailDeploymentRequest.newBuilder()
                .setDeploymentId(deploymentId)
                .setRequestId(newRequestId())
                .build();
        return connection.call(connection.jobs(), stub -> stub.failDeployment(request));
    }

    /**
     * Pauses a deployment: it replaces no more allocations, and its progress deadline does not count. Pausing a paused
     * deployment changes nothing.
     *
     * @param deploymentId the deployment's id or a prefix of it of at least 4 characters
     * @return the deployment
     * @throws NotFoundException if there is no such deployment
     * @throws PreconditionFailedException if it has ended
     */
    public Deployment pauseDeployment(String deploymentId) {
        PauseDeploymentRequest request = PauseDeploymentRequest.newBuilder()
                .setDeploymentId(deploymentId)
                .build();
        return connection
                .call(connection.jobs(), stub -> stub.pauseDeployment(request))
                .getDeployment();
    }

    /**
     * Continues a paused deployment; its progress deadline begins anew. Resuming one that is not paused changes nothing.
     *
     * @param deploymentId the deployment's id or a prefix of it of at least 4 characters
     * @return the deployment
     * @throws NotFoundException if there is no such deployment
     * @throws PreconditionFailedException if it has ended
     */
    public Deployment resumeDeployment(String deploymentId) {
        ResumeDeploymentRequest request = ResumeDeploymentRequest.newBuilder()
                .setDeploymentId(deploymentId)
                .build();
        return connection
                .call(connection.jobs(), stub -> stub.resumeDeployment(request))
                .getDeployment();
    }

    /**
     * Says which allocations of a deployment are healthy, for groups whose {@code health_check} is manual. An unhealthy one
     * fails the deployment. To say what is known already changes nothing.
     *
     * @param deploymentId the deployment's id or a prefix of it of at least 4 characters
     * @param healthy ids of its healthy allocations, or prefixes of at least 8 characters
     * @param unhealthy likewise, of its unhealthy allocations
     * @return the deployment as it is then
     * @throws NotFoundException if there is no such deployment, or an allocation is not of it
     * @throws PreconditionFailedException if the deployment or an allocation has ended
     */
    public Deployment setDeploymentHealth(
            String deploymentId, Collection<String> healthy, Collection<String> unhealthy) {
        SetDeploymentHealthRequest request = SetDeploymentHealthRequest.newBuilder()
                .setDeploymentId(deploymentId)
                .addAllHealthyAllocationIds(healthy)
                .addAllUnhealthyAllocationIds(unhealthy)
                .build();
        return connection
                .call(connection.jobs(), stub -> stub.setDeploymentHealth(request))
                .getDeployment();
    }

    /**
     * Makes a child of a parameterized job and queues it for placement.
     *
     * @param jobId the parameterized job
     * @param options the options. Each dispatch has a request id, so that a retry can't dispatch twice
     * @return the child and the evaluation that will place it
     * @throws NotFoundException if there is no such job
     * @throws InvalidArgumentException if the job does not take the payload or the meta
     * @throws PreconditionFailedException if the job is not parameterized, or is stopped
     */
    public DispatchJobResponse dispatch(String jobId, DispatchOptions options) {
        DispatchJobRequest request = DispatchJobRequest.newBuilder()
                .setJobId(jobId)
                .setPayload(options.payload())
                .putAllMeta(options.meta())
                .setRequestId(options.requestId().isEmpty() ? newRequestId() : options.requestId())
                .build();
        return connection.call(connection.jobs(), stub -> stub.dispatchJob(request));
    }

    /**
     * Makes a child of a periodic job now.
     *
     * @param jobId the periodic job
     * @return the child and the evaluation that will place it
     * @throws NotFoundException if there is no such job
     * @throws PreconditionFailedException if the job is not periodic, is stopped, or prohibits overlap and runs
     */
    public ForcePeriodicJobResponse forcePeriodic(String jobId) {
        return forcePeriodic(jobId, newRequestId());
    }

    /**
     * Makes a child of a periodic job now, at most one for a request id, also across programs.
     *
     * @param jobId the periodic job
     * @param requestId 1 to 128 characters; a second call with the same id gets the response of the first one
     * @return the child and the evaluation that will place it
     * @throws NotFoundException if there is no such job
     * @throws PreconditionFailedException if the job is not periodic, is stopped, or prohibits overlap and runs
     */
    public ForcePeriodicJobResponse forcePeriodic(String jobId, String requestId) {
        ForcePeriodicJobRequest request = ForcePeriodicJobRequest.newBuilder()
                .setJobId(jobId)
                .setRequestId(requestId)
                .build();
        return connection.call(connection.jobs(), stub -> stub.forcePeriodicJob(request));
    }

    /**
     * Lists the evaluations of a job, newest first. Pages are fetched while the stream is read.
     *
     * @param jobId the job's id
     * @param view {@code VIEW_BASIC} leaves out scores, and the details of placement failures
     * @return its evaluations; reading throws {@link NotFoundException} if there is no such job
     */
    public Stream<Evaluation> evaluations(String jobId, View view) {
        ListEvaluationsRequest.Builder request =
                ListEvaluationsRequest.newBuilder().setJobId(jobId).setView(view);
        return Pages.stream(token -> {
            ListEvaluationsRequest page = request.setPageToken(token).build();
            ListEvaluationsResponse answer = connection.call(connection.jobs(), stub -> stub.listEvaluations(page));
            return new Page<>(answer.getEvaluationsList(), answer.getNextPageToken());
        });
    }

    /**
     * Returns an evaluation: what the scheduler decided, and why.
     *
     * @param evaluationId its id or a prefix of it of at least 4 characters
     * @return the evaluation
     * @throws NotFoundException if there is no such evaluation
     */
    public Evaluation evaluation(String evaluationId) {
        GetEvaluationRequest request =
                GetEvaluationRequest.newBuilder().setEvaluationId(evaluationId).build();
        return connection
                .call(connection.jobs(), stub -> stub.getEvaluation(request))
                .getEvaluation();
    }

    /**
     * Watches a job: returns a snapshot, then each change.
     *
     * @param jobId the job's id; reading throws {@link NotFoundException} if there is no such job
     * @return the watch; it does not end by itself
     */
    public Watch<WatchJobResponse> watch(String jobId) {
        return watch(jobId, 0);
    }

    /**
     * Watches the changes of a job after a cluster index.
     *
     * @param jobId the job's id; reading throws {@link NotFoundException} if there is no such job
     * @param afterIndex the cluster index, from an update of an earlier watch; 0 to begin with a snapshot
     * @return the watch; it does not end by itself
     */
    public Watch<WatchJobResponse> watch(String jobId, long afterIndex) {
        AtomicLong told = new AtomicLong(afterIndex);
        WatchJobRequest.Builder request = WatchJobRequest.newBuilder().setJobId(jobId);
        Watch<WatchJobResponse> watch = connection.watch(
                () -> {
                    WatchJobRequest resumed = request.setAfterIndex(told.get()).build();
                    return connection.stream(connection.jobs(), stub -> stub.watchJob(resumed));
                },
                update -> {
                    told.set(update.getIndex());
                    return true;
                });
        return new MappedWatch<>(watch, new JobChanges()::news);
    }

    private String newRequestId() {
        return requestIds.get().toString();
    }
}
