package dev.gantry.api;

import static dev.gantry.v1.AclCapability.ACL_CAPABILITY_LIST;
import static dev.gantry.v1.AclCapability.ACL_CAPABILITY_READ;

import dev.gantry.access.Grants;
import dev.gantry.api.PageReader.Page;
import dev.gantry.api.PageToken.Field;
import dev.gantry.api.access.CallGrants;
import dev.gantry.cluster.UnknownObjectException;
import dev.gantry.cluster.deployment.DeploymentWatcher;
import dev.gantry.cluster.job.Dispatch;
import dev.gantry.cluster.job.Dispatcher;
import dev.gantry.cluster.job.JobKindRule;
import dev.gantry.cluster.job.JobRegistry;
import dev.gantry.cluster.job.PeriodicLauncher;
import dev.gantry.cluster.job.SubmissionOptions;
import dev.gantry.cluster.scheduling.DryRuns;
import dev.gantry.cluster.watch.WatchHub;
import dev.gantry.cluster.watch.WatchHub.JobTopic;
import dev.gantry.model.ProtoTimes;
import dev.gantry.scheduler.Scheduler;
import dev.gantry.store.AllocationFilter;
import dev.gantry.store.StoreReader;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.Deployment;
import dev.gantry.v1.DeploymentStatus;
import dev.gantry.v1.DispatchJobRequest;
import dev.gantry.v1.DispatchJobResponse;
import dev.gantry.v1.EvaluateJobRequest;
import dev.gantry.v1.EvaluateJobResponse;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.EvaluationStatus;
import dev.gantry.v1.FailDeploymentRequest;
import dev.gantry.v1.FailDeploymentResponse;
import dev.gantry.v1.ForcePeriodicJobRequest;
import dev.gantry.v1.ForcePeriodicJobResponse;
import dev.gantry.v1.GetDeploymentRequest;
import dev.gantry.v1.GetDeploymentResponse;
import dev.gantry.v1.GetEvaluationRequest;
import dev.gantry.v1.GetEvaluationResponse;
import dev.gantry.v1.GetJobRequest;
import dev.gantry.v1.GetJobResponse;
import dev.gantry.v1.GroupPlan;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.JobServiceGrpc.JobServiceImplBase;
import dev.gantry.v1.JobStatus;
import dev.gantry.v1.JobType;
import dev.gantry.v1.JobViolation;
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
import dev.gantry.v1.PauseDeploymentResponse;
import dev.gantry.v1.PlanJobRequest;
import dev.gantry.v1.PlanJobResponse;
import dev.gantry.v1.PromoteDeploymentRequest;
import dev.gantry.v1.PromoteDeploymentResponse;
import dev.gantry.v1.PurgeJobRequest;
import dev.gantry.v1.PurgeJobResponse;
import dev.gantry.v1.ResumeDeploymentRequest;
import dev.gantry.v1.ResumeDeploymentResponse;
import dev.gantry.v1.RevertJobRequest;
import dev.gantry.v1.RevertJobResponse;
import dev.gantry.v1.ScaleJobRequest;
import dev.gantry.v1.ScaleJobResponse;
import dev.gantry.v1.SetDeploymentHealthRequest;
import dev.gantry.v1.SetDeploymentHealthResponse;
import dev.gantry.v1.StopJobRequest;
import dev.gantry.v1.StopJobResponse;
import dev.gantry.v1.SubmitJobRequest;
import dev.gantry.v1.SubmitJobResponse;
import dev.gantry.v1.ValidateJobRequest;
import dev.gantry.v1.ValidateJobResponse;
import dev.gantry.v1.WatchJobRequest;
import dev.gantry.v1.WatchJobResponse;
import io.grpc.stub.StreamObserver;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Executor;

/** {@code gantry.v1.JobService}. */
final class JobServiceApi extends JobServiceImplBase {

    private static final String JOBS = "jobs";
    private static final String JOBS_DESCENDING = "jobs desc";
    private static final String VERSIONS = "versions";
    private static final String DEPLOYMENTS = "deployments";
    private static final String EVALUATIONS = "evaluations";
    private static final int REQUEST_ID_LENGTH = 128;
    private static final int ALLOCATIONS_SHOWN = 1000;

    private final JobValidator validator;
    private final JobRegistry registry;
    private final DryRuns dryRuns;
    private final DeploymentWatcher deployments;
    private final PeriodicLauncher periodic;
    private final Dispatcher dispatcher;
    private final StoreReader reader;
    private final JobStatuses records;
    private final AllocationMisfits allocations;
    private final IdLookup<Evaluation> evaluations;
    private final IdLookup<Deployment> deploymentLookup;
    private final IdLookup<Allocation> allocationLookup;
    private final WatchHub watches;
    private final WatchMemoryLimit memoryLimit;
    private final JobRefusals refusals;
    private final SealedTokens tokens;
    private final Executor executor;

    JobServiceApi(
            JobValidator validator,
            JobRegistry registry,
            DryRuns dryRuns,
            DeploymentWatcher deployments,
            PeriodicLauncher periodic,
            Dispatcher dispatcher,
            StoreReader reader,
            Scheduler scheduler,
            WatchHub watches,
            WatchMemoryLimit memoryLimit,
            SealedTokens tokens,
            Executor executor) {
        this.validator = validator;
        this.refusals = new JobRefusals(validator.features());
        this.tokens = tokens;
        this.registry = registry;
        this.dryRuns = dryRuns;
        this.deployments = deployments;
        this.periodic = periodic;
        this.dispatcher = dispatcher;
        this.reader = reader;
        this.records = new JobStatuses(reader);
        this.allocations = new AllocationMisfits(reader, scheduler);
        this.evaluations = IdLookup.ofEvaluations(reader);
        this.deploymentLookup = IdLookup.ofDeployments(reader);
        this.allocationLookup = IdLookup.ofAllocations(reader);
        this.watches = watches;
        this.memoryLimit = memoryLimit;
        this.executor = executor;
    }

    @Override
    public void submitJob(SubmitJobRequest request, StreamObserver<SubmitJobResponse> observer) {
        Responses.answerLater(
                observer,
                () -> {
                    Job job = validator.complete(request.getJob());
                    refusals.check(CallGrants.ofThisCall().now(), job);
                    return registry.submit(job, options(request));
                },
                submission -> SubmitJobResponse.newBuilder()
                        .setEvaluationId(submission.evaluationId())
                        .setVersion(submission.version())
                        .setModifyIndex(submission.modifyIndex())
                        .build());
    }

    @Override
    public void planJob(PlanJobRequest request, StreamObserver<PlanJobResponse> observer) {
        Grants grants = CallGrants.ofThisCall().now();
        Responses.answerLater(
                observer,
                () -> dryRuns.plan(validator.complete(request.getJob()), request.getJob()),
                plan -> PlanJobResponse.newBuilder()
                        .addAllGroups(plan.groups().stream()
                                .map(group -> listed(group, grants))
                                .toList())
                        .addAllRefusals(refusals.of(grants, request.getJob()))
                        .setExists(plan.modifyIndex() > 0)
                        .setModifyIndex(plan.modifyIndex())
                        .addAllDiff(plan.diff())
                        .build());
    }

    /** Leaves out preempted allocations of jobs that the caller may not list. Their number stays. */
    private static GroupPlan listed(GroupPlan group, Grants grants) {
        List<Allocation> listed = group.getPreemptedList().stream()
                .filter(allocation -> grants.allows(ACL_CAPABILITY_LIST, allocation.getJobId()))
                .toList();
        return group.toBuilder().clearPreempted().addAllPreempted(listed).build();
    }

    @Override
    public void validateJob(ValidateJobRequest request, StreamObserver<ValidateJobResponse> observer) {
        Grants grants = CallGrants.ofThisCall().now();
        Responses.answer(observer, () -> {
            List<JobViolation> violations = violations(request.getJob());
            ValidateJobResponse.Builder answer =
                    ValidateJobResponse.newBuilder().addAllViolations(violations);
            return violations.isEmpty()
                    ? answer.addAllRefusals(refusals.of(grants, request.getJob()))
                            .build()
                    : answer.build();
        });
    }

    @Override
    public void parseJob(ParseJobRequest request, StreamObserver<ParseJobResponse> observer) {
        Responses.answer(observer, () -> JobFileAnswer.of(request.getFile()));
    }

    @Override
    public void getJob(GetJobRequest request, StreamObserver<GetJobResponse> observer) {
        Responses.answer(observer, () -> {
            GetJobResponse.Builder answer =
                    GetJobResponse.newBuilder().setJob(records.withStatus(find(request.getJobId())));
            reader.evaluations().newestOf(request.getJobId()).ifPresent(answer::setEvaluation);
            reader.deployments().newestOf(request.getJobId()).ifPresent(answer::setDeployment);
            periodic.next(request.getJobId())
                    .ifPresent(next -> answer.setNextRunTime(ProtoTimes.toTimestampMillis(next)));
            AllocationFilter ofJob =
                    new AllocationFilter(Optional.of(request.getJobId()), Optional.empty(), Optional.empty());
            Page<Allocation> some = PageReader.read(
                    ALLOCATIONS_SHOWN,
                    (last, limit) -> reader.allocations()
                            .page(ofJob, last.map(Allocation::getId).orElse(""), limit),
                    allocations::withMisfits,
                    any -> true);
            return answer.addAllAllocations(some.items()).build();
        });
    }

    @Override
    public void listJobs(ListJobsRequest request, StreamObserver<ListJobsResponse> observer) {
        Responses.answer(observer, () -> {
            int size = PageToken.size(request.getPageSize());
            boolean descending = Views.isDescending(request.getOrderBy(), "id");
            String list = descending ? JOBS_DESCENDING : JOBS;
            String begin = PageToken.parse(tokens.open(request.getPageToken()), list, Field.TEXT)
                    .text(0);
            Grants grants = CallGrants.ofThisCall().now();
            boolean full = Views.isFull(request.getView());
            Views.refuseUnknown("type", request.getType());
            Views.refuseUnknown("status", request.getStatus());
            Page<JobRecord> page = PageReader.read(
                    size,
                    (last, limit) -> {
                        String from = last.map(job -> job.getJob().getId()).orElse(begin);
                        return descending
                                ? reader.jobs().pageBackwards(from, request.getPrefix(), limit)
                                : reader.jobs().page(from, request.getPrefix(), limit);
                    },
                    jobs -> viewed(jobs, full, grants),
                    job -> isWanted(request, job) && isListed(job, grants));
            ListJobsResponse.Builder answer = ListJobsResponse.newBuilder().addAllJobs(page.items());
            page.last().ifPresent(last -> {
                String token = PageToken.of(list, last.getJob().getId());
                answer.setNextPageToken(isListed(last, grants) ? token : tokens.seal(token));
            });
            return answer.build();
        });
    }

    /** Shows whole jobs only where the caller may read them. */
    private List<JobRecord> viewed(List<JobRecord> jobs, boolean full, Grants grants) {
        return records.withStatus(jobs).stream()
                .map(job ->
                        full && grants.allows(ACL_CAPABILITY_READ, job.getJob().getId()) ? job : Views.basic(job))
                .toList();
    }

    private static boolean isListed(JobRecord job, Grants grants) {
        return grants.allows(ACL_CAPABILITY_LIST, job.getJob().getId());
    }

    private static boolean isWanted(ListJobsRequest request, JobRecord record) {
        Job job = record.getJob();
        return (request.getType() == JobType.JOB_TYPE_UNSPECIFIED || job.getType() == request.getType())
                && (request.getStatus() == JobStatus.JOB_STATUS_UNSPECIFIED
                        || record.getStatus() == request.getStatus())
                && (request.getParentId().isEmpty() || job.getParentId().equals(request.getParentId()));
    }

    @Override
    public void listJobVersions(ListJobVersionsRequest request, StreamObserver<ListJobVersionsResponse> observer) {
        Responses.answer(observer, () -> {
            int size = PageToken.size(request.getPageSize());
            long begin = PageToken.parse(request.getPageToken(), VERSIONS, Field.NUMBER)
                    .number(0, Long.MAX_VALUE);
            boolean full = Views.isFull(request.getView());
            Grants grants = CallGrants.ofThisCall().now();
            find(request.getJobId());
            Page<JobRecord> page = PageReader.read(
                    size,
                    (last, limit) -> reader.jobs()
                            .versions(
                                    request.getJobId(),
                                    last.map(JobRecord::getVersion).orElse(begin),
                                    limit),
                    versions -> viewed(versions, full, grants),
                    any -> true);
            ListJobVersionsResponse.Builder answer =
                    ListJobVersionsResponse.newBuilder().addAllVersions(page.items());
            page.last()
                    .ifPresent(
                            last -> answer.setNextPageToken(PageToken.of(VERSIONS, Long.toString(last.getVersion()))));
            return answer.build();
        });
    }

    @Override
    public void revertJob(RevertJobRequest request, StreamObserver<RevertJobResponse> observer) {
        Responses.answerLater(
                observer,
                () -> {
                    reader.jobs()
                            .findVersion(request.getJobId(), request.getVersion())
                            .ifPresent(version ->
                                    refusals.check(CallGrants.ofThisCall().now(), version.getJob()));
                    return registry.revert(
                            request.getJobId(),
                            request.getVersion(),
                            new SubmissionOptions(
                                    requestId(request.getRequestId()),
                                    checkIndex(request.hasCheckIndex(), request.getCheckIndex())));
                },
                submission -> RevertJobResponse.newBuilder()
                        .setEvaluationId(submission.evaluationId())
                        .setVersion(submission.version())
                        .setModifyIndex(submission.modifyIndex())
                        .build());
    }

    @Override
    public void scaleJob(ScaleJobRequest request, StreamObserver<ScaleJobResponse> observer) {
        Grants grants = CallGrants.ofThisCall().now();
        Responses.answerLater(
                observer,
                () -> registry.scale(
                        request.getJobId(),
                        request.getTaskGroup(),
                        request.getCount(),
                        new SubmissionOptions(
                                requestId(request.getRequestId()),
                                checkIndex(request.hasCheckIndex(), request.getCheckIndex())),
                        scaled -> refusals.check(grants, validator.complete(scaled))),
                submission -> ScaleJobResponse.newBuilder()
                        .setEvaluationId(submission.evaluationId())
                        .setVersion(submission.version())
                        .setModifyIndex(submission.modifyIndex())
                        .build());
    }

    @Override
    public void evaluateJob(EvaluateJobRequest request, StreamObserver<EvaluateJobResponse> observer) {
        Responses.answerLater(
                observer,
                () -> registry.evaluate(
                        request.getJobId(), request.getForceReschedule(), requestId(request.getRequestId())),
                evaluationId -> EvaluateJobResponse.newBuilder()
                        .setEvaluationId(evaluationId)
                        .build());
    }

    @Override
    public void stopJob(StopJobRequest request, StreamObserver<StopJobResponse> observer) {
        Responses.answerLater(
                observer,
                () -> registry.stop(request.getJobId(), requestId(request.getRequestId())),
                receipt -> StopJobResponse.newBuilder()
                        .setEvaluationId(receipt.evaluationId())
                        .setModifyIndex(receipt.modifyIndex())
                        .build());
    }

    @Override
    public void purgeJob(PurgeJobRequest request, StreamObserver<PurgeJobResponse> observer) {
        Responses.answerLater(
                observer,
                () -> registry.purge(request.getJobId(), checkIndex(request.hasCheckIndex(), request.getCheckIndex())),
                done -> PurgeJobResponse.getDefaultInstance());
    }

    @Override
    public void listDeployments(ListDeploymentsRequest request, StreamObserver<ListDeploymentsResponse> observer) {
        Responses.answer(observer, () -> {
            int size = PageToken.size(request.getPageSize());
            PageToken token = PageToken.parse(request.getPageToken(), DEPLOYMENTS, Field.NUMBER, Field.ID);
            Views.refuseUnknown("status", request.getStatus());
            Optional<String> jobId = Optional.of(request.getJobId()).filter(id -> !id.isEmpty());
            jobId.ifPresent(this::find);
            Grants grants = CallGrants.ofThisCall().now();
            Page<Deployment> page = PageReader.read(
                    size,
                    (last, limit) -> reader.deployments()
                            .page(
                                    jobId,
                                    last.map(Deployment::getCreateIndex).orElse(token.number(0, Long.MAX_VALUE)),
                                    last.map(Deployment::getId).orElse(token.text(1)),
                                    limit),
                    deployments -> deployments,
                    deployment -> (request.getStatus() == DeploymentStatus.DEPLOYMENT_STATUS_UNSPECIFIED
                                    || deployment.getStatus() == request.getStatus())
                            && (jobId.isPresent() || grants.allows(ACL_CAPABILITY_LIST, deployment.getJobId())));
            ListDeploymentsResponse.Builder answer =
                    ListDeploymentsResponse.newBuilder().addAllDeployments(page.items());
            page.last()
                    .ifPresent(last -> answer.setNextPageToken(
                            PageToken.of(DEPLOYMENTS, Long.toString(last.getCreateIndex()), last.getId())));
            return answer.build();
        });
    }

    @Override
    public void getDeployment(GetDeploymentRequest request, StreamObserver<GetDeploymentResponse> observer) {
        Responses.answer(
                observer,
                () -> GetDeploymentResponse.newBuilder()
                        .setDeployment(deploymentLookup.find(request.getDeploymentId()))
                        .build());
    }

    @Override
    public void promoteDeployment(
            PromoteDeploymentRequest request, StreamObserver<PromoteDeploymentResponse> observer) {
        Responses.answerLater(
                observer,
                () -> deployments.promote(
                        deploymentId(request.getDeploymentId()),
                        request.getTaskGroupsList(),
                        requestId(request.getRequestId())),
                evaluationId -> PromoteDeploymentResponse.newBuilder()
                        .setEvaluationId(evaluationId)
                        .build());
    }

    @Override
    public void failDeployment(FailDeploymentRequest request, StreamObserver<FailDeploymentResponse> observer) {
        Responses.answerLater(
                observer,
                () -> {
                    Grants grants = CallGrants.ofThisCall().now();
                    return deployments.fail(
                            deploymentId(request.getDeploymentId()),
                            requestId(request.getRequestId()),
                            reverted -> refusals.check(grants, reverted));
                },
                failed -> {
                    FailDeploymentResponse.Builder answer =
                            FailDeploymentResponse.newBuilder().setEvaluationId(failed.evaluationId());
                    failed.revertedTo().ifPresent(answer::setRevertedTo);
                    return answer.build();
                });
    }

    @Override
    public void pauseDeployment(PauseDeploymentRequest request, StreamObserver<PauseDeploymentResponse> observer) {
        Responses.answerLater(
                observer,
                () -> deployments.pause(deploymentId(request.getDeploymentId())),
                paused -> PauseDeploymentResponse.newBuilder()
                        .setDeployment(paused)
                        .build());
    }

    @Override
    public void resumeDeployment(ResumeDeploymentRequest request, StreamObserver<ResumeDeploymentResponse> observer) {
        Responses.answerLater(
                observer,
                () -> deployments.resume(deploymentId(request.getDeploymentId())),
                resumed -> ResumeDeploymentResponse.newBuilder()
                        .setDeployment(resumed)
                        .build());
    }

    @Override
    public void setDeploymentHealth(
            SetDeploymentHealthRequest request, StreamObserver<SetDeploymentHealthResponse> observer) {
        Responses.answerLater(
                observer,
                () -> {
                    String deployment = deploymentId(request.getDeploymentId());
                    Grants grants = CallGrants.ofThisCall().now();
                    return deployments.setHealth(
                            deployment, health(deployment, request), reverted -> refusals.check(grants, reverted));
                },
                changed -> SetDeploymentHealthResponse.newBuilder()
                        .setDeployment(changed)
                        .build());
    }

    private Map<String, Boolean> health(String deployment, SetDeploymentHealthRequest request) {
        Map<String, Boolean> health = new LinkedHashMap<>();
        request.getHealthyAllocationIdsList().forEach(id -> health.put(allocationOf(deployment, id), true));
        for (String id : request.getUnhealthyAllocationIdsList()) {
            if (health.put(allocationOf(deployment, id), false) != null) {
                throw new InvalidRequestException(
                        "unhealthy_allocation_ids", "\"%s\" is named twice: name it once".formatted(id));
            }
        }
        if (health.isEmpty()) {
            throw new InvalidRequestException(
                    "healthy_allocation_ids", "is empty: name an allocation that is healthy or unhealthy");
        }
        return health;
    }

    private String allocationOf(String deployment, String id) {
        return allocationLookup
                .find(id, one -> one.getDeploymentId().equals(deployment))
                .getId();
    }

    @Override
    public void dispatchJob(DispatchJobRequest request, StreamObserver<DispatchJobResponse> observer) {
        Responses.answerLater(
                observer,
                () -> {
                    checkFeatures(request.getJobId());
                    return dispatcher.dispatch(request.getJobId(), dispatch(request));
                },
                child -> DispatchJobResponse.newBuilder()
                        .setDispatchedJobId(child.jobId())
                        .setEvaluationId(child.evaluationId())
                        .build());
    }

    @Override
    public void forcePeriodicJob(ForcePeriodicJobRequest request, StreamObserver<ForcePeriodicJobResponse> observer) {
        Responses.answerLater(
                observer,
                () -> {
                    checkFeatures(request.getJobId());
                    return periodic.force(request.getJobId(), requestId(request.getRequestId()));
                },
                child -> ForcePeriodicJobResponse.newBuilder()
                        .setChildJobId(child.jobId())
                        .setEvaluationId(child.evaluationId())
                        .build());
    }

    @Override
    public void listEvaluations(ListEvaluationsRequest request, StreamObserver<ListEvaluationsResponse> observer) {
        Responses.answer(observer, () -> {
            int size = PageToken.size(request.getPageSize());
            PageToken token = PageToken.parse(request.getPageToken(), EVALUATIONS, Field.NUMBER, Field.ID);
            boolean full = Views.isFull(request.getView());
            Views.refuseUnknown("status", request.getStatus());
            find(request.getJobId());
            Page<Evaluation> page = PageReader.read(
                    size,
                    (last, limit) -> reader.evaluations()
                            .page(
                                    request.getJobId(),
                                    last.map(Evaluation::getCreateIndex).orElse(token.number(0, Long.MAX_VALUE)),
                                    last.map(Evaluation::getId).orElse(token.text(1)),
                                    limit),
                    some -> full ? some : some.stream().map(Views::basic).toList(),
                    evaluation -> request.getStatus() == EvaluationStatus.EVALUATION_STATUS_UNSPECIFIED
                            || evaluation.getStatus() == request.getStatus());
            ListEvaluationsResponse.Builder answer =
                    ListEvaluationsResponse.newBuilder().addAllEvaluations(page.items());
            page.last()
                    .ifPresent(last -> answer.setNextPageToken(
                            PageToken.of(EVALUATIONS, Long.toString(last.getCreateIndex()), last.getId())));
            return answer.build();
        });
    }

    @Override
    public void getEvaluation(GetEvaluationRequest request, StreamObserver<GetEvaluationResponse> observer) {
        Responses.answer(
                observer,
                () -> GetEvaluationResponse.newBuilder()
                        .setEvaluation(evaluations.find(request.getEvaluationId()))
                        .build());
    }

    @Override
    public void watchJob(WatchJobRequest request, StreamObserver<WatchJobResponse> observer) {
        Responses.stream(observer, call -> {
            JobWatch watch = new JobWatch(request, reader, records);
            WatchStream.begin(call, watches, new JobTopic(request.getJobId()), memoryLimit, executor, watch::next);
        });
    }

    /** Leaves a job that does not exist to its caller: a repeated request is answered although its job is gone. */
    private void checkFeatures(String jobId) {
        Grants grants = CallGrants.ofThisCall().now();
        reader.jobs().find(jobId).ifPresent(stored -> refusals.check(grants, stored.getJob()));
    }

    private static Dispatch dispatch(DispatchJobRequest request) {
        Violations violations = new Violations();
        violations.checkMeta("meta", request.getMetaMap());
        violations.requireNone();
        return new Dispatch(request.getPayload(), request.getMetaMap(), requestId(request.getRequestId()));
    }

    /** Returns the faults of a job; if it has none, the change of the stored job that is not allowed. */
    private List<JobViolation> violations(Job job) {
        List<JobViolation> faults = validator.check(job);
        return faults.isEmpty()
                ? reader
                        .jobs()
                        .find(job.getId())
                        .flatMap(stored -> JobKindRule.violation(stored.getJob(), job))
                        .stream()
                        .toList()
                : faults;
    }

    private static SubmissionOptions options(SubmitJobRequest request) {
        return new SubmissionOptions(
                requestId(request.getRequestId()), checkIndex(request.hasCheckIndex(), request.getCheckIndex()));
    }

    private static OptionalLong checkIndex(boolean given, long index) {
        if (index < 0) {
            throw new InvalidRequestException("check_index", "%d is below 0".formatted(index));
        }
        return given ? OptionalLong.of(index) : OptionalLong.empty();
    }

    private static Optional<String> requestId(String id) {
        if (id.length() > REQUEST_ID_LENGTH) {
            throw new InvalidRequestException(
                    "request_id", "is longer than %d characters".formatted(REQUEST_ID_LENGTH));
        }
        return Optional.of(id).filter(given -> !given.isEmpty());
    }

    private String deploymentId(String idOrPrefix) {
        return deploymentLookup.find(idOrPrefix).getId();
    }

    private JobRecord find(String jobId) {
        return reader.jobs().find(jobId).orElseThrow(() -> new UnknownObjectException("job", jobId));
    }
}
