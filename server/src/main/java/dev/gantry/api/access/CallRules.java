package dev.gantry.api.access;

import static dev.gantry.v1.AclCapability.ACL_CAPABILITY_DISPATCH;
import static dev.gantry.v1.AclCapability.ACL_CAPABILITY_FS;
import static dev.gantry.v1.AclCapability.ACL_CAPABILITY_LIST;
import static dev.gantry.v1.AclCapability.ACL_CAPABILITY_LOGS;
import static dev.gantry.v1.AclCapability.ACL_CAPABILITY_PLAN;
import static dev.gantry.v1.AclCapability.ACL_CAPABILITY_READ;
import static dev.gantry.v1.AclCapability.ACL_CAPABILITY_SCALE;
import static dev.gantry.v1.AclCapability.ACL_CAPABILITY_SIGNAL;
import static dev.gantry.v1.AclCapability.ACL_CAPABILITY_STOP;
import static dev.gantry.v1.AclCapability.ACL_CAPABILITY_SUBMIT;
import static dev.gantry.v1.AclVariableCapability.ACL_VARIABLE_CAPABILITY_DESTROY;
import static dev.gantry.v1.AclVariableCapability.ACL_VARIABLE_CAPABILITY_LIST;
import static dev.gantry.v1.AclVariableCapability.ACL_VARIABLE_CAPABILITY_READ;
import static dev.gantry.v1.AclVariableCapability.ACL_VARIABLE_CAPABILITY_WRITE;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.gantry.access.AccessWords;
import dev.gantry.access.Caller;
import dev.gantry.access.Grants;
import dev.gantry.api.access.CallRule.Audience;
import dev.gantry.api.access.CallRule.Prepared;
import dev.gantry.api.access.Owners.Owned;
import dev.gantry.cluster.PermissionDeniedException;
import dev.gantry.cluster.RefusedException;
import dev.gantry.cluster.UnknownObjectException;
import dev.gantry.v1.AclAccess;
import dev.gantry.v1.AclCapability;
import dev.gantry.v1.AclServiceGrpc;
import dev.gantry.v1.AclVariableCapability;
import dev.gantry.v1.AllocationServiceGrpc;
import dev.gantry.v1.ClusterServiceGrpc;
import dev.gantry.v1.DiscoveryServiceGrpc;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobServiceGrpc;
import dev.gantry.v1.NodeCertificateServiceGrpc;
import dev.gantry.v1.NodeServiceGrpc;
import dev.gantry.v1.NodeSessionServiceGrpc;
import dev.gantry.v1.VariableServiceGrpc;
import dev.gantry.v1.WhatIfRequest;
import io.grpc.MethodDescriptor;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Who may call what: one row for each method of the server. A job that a caller may neither read nor list is unknown to
 * it: calls for it are answered as if there were no such job.
 */
public final class CallRules {

    private static final String NODE_NEEDS = "the node's secret, or a join token";

    private final Map<String, CallRule> rules = new LinkedHashMap<>();

    /**
     * Makes the table.
     *
     * @param owners finds the jobs of allocations, deployments and evaluations
     */
    public CallRules(Owners owners) {
        Stream.of(
                        jobs(),
                        deploymentsAndEvaluations(owners),
                        allocations(owners),
                        services(),
                        nodes(),
                        acl(),
                        variables(),
                        others())
                .flatMap(List::stream)
                .forEach(rule -> rules.put(rule.method().getFullMethodName(), rule));
    }

    /**
     * Returns the rule of a method.
     *
     * @param method the method
     * @return the rule; empty if there is none, so that nobody may call the method
     */
    public Optional<CallRule> of(MethodDescriptor<?, ?> method) {
        return Optional.ofNullable(rules.get(method.getFullMethodName()));
    }

    /**
     * Returns all rules.
     *
     * @return the rules, in the order of the table
     */
    public Collection<CallRule> all() {
        return List.copyOf(rules.values());
    }

    private static List<CallRule> jobs() {
        return List.of(
                newJob(JobServiceGrpc.getSubmitJobMethod(), ACL_CAPABILITY_SUBMIT),
                newJob(JobServiceGrpc.getPlanJobMethod(), ACL_CAPABILITY_PLAN).notAudited(),
                newJob(JobServiceGrpc.getValidateJobMethod(), ACL_CAPABILITY_PLAN)
                        .notAudited(),
                anyToken(JobServiceGrpc.getParseJobMethod()).notAudited(),
                job(JobServiceGrpc.getGetJobMethod(), ACL_CAPABILITY_READ),
                job(JobServiceGrpc.getWatchJobMethod(), ACL_CAPABILITY_READ),
                listing(JobServiceGrpc.getListJobsMethod()),
                job(JobServiceGrpc.getListJobVersionsMethod(), ACL_CAPABILITY_READ),
                job(JobServiceGrpc.getRevertJobMethod(), ACL_CAPABILITY_SUBMIT),
                job(JobServiceGrpc.getScaleJobMethod(), ACL_CAPABILITY_SCALE),
                job(JobServiceGrpc.getEvaluateJobMethod(), ACL_CAPABILITY_SUBMIT),
                job(JobServiceGrpc.getStopJobMethod(), ACL_CAPABILITY_STOP),
                job(JobServiceGrpc.getPurgeJobMethod(), ACL_CAPABILITY_STOP),
                job(JobServiceGrpc.getDispatchJobMethod(), ACL_CAPABILITY_DISPATCH),
                job(JobServiceGrpc.getForcePeriodicJobMethod(), ACL_CAPABILITY_DISPATCH));
    }

    private static List<CallRule> deploymentsAndEvaluations(Owners owners) {
        return List.of(
                listingOfJob(JobServiceGrpc.getListDeploymentsMethod(), ACL_CAPABILITY_READ),
                deployment(JobServiceGrpc.getGetDeploymentMethod(), ACL_CAPABILITY_READ, owners),
                deployment(JobServiceGrpc.getPromoteDeploymentMethod(), ACL_CAPABILITY_SUBMIT, owners),
                deployment(JobServiceGrpc.getFailDeploymentMethod(), ACL_CAPABILITY_SUBMIT, owners),
                deployment(JobServiceGrpc.getPauseDeploymentMethod(), ACL_CAPABILITY_SUBMIT, owners),
                deployment(JobServiceGrpc.getResumeDeploymentMethod(), ACL_CAPABILITY_SUBMIT, owners),
                deployment(JobServiceGrpc.getSetDeploymentHealthMethod(), ACL_CAPABILITY_SUBMIT, owners),
                job(JobServiceGrpc.getListEvaluationsMethod(), ACL_CAPABILITY_READ),
                objectOfJob(
                        JobServiceGrpc.getGetEvaluationMethod(),
                        ACL_CAPABILITY_READ,
                        "evaluation",
                        owners::evaluation));
    }

    private static List<CallRule> allocations(Owners owners) {
        return List.of(
                allocation(AllocationServiceGrpc.getGetAllocationMethod(), ACL_CAPABILITY_READ, owners),
                allocation(AllocationServiceGrpc.getWatchAllocationMethod(), ACL_CAPABILITY_READ, owners),
                listing(AllocationServiceGrpc.getListAllocationsMethod()),
                allocation(AllocationServiceGrpc.getStreamLogsMethod(), ACL_CAPABILITY_LOGS, owners),
                allocation(AllocationServiceGrpc.getListFilesMethod(), ACL_CAPABILITY_FS, owners),
                allocation(AllocationServiceGrpc.getGetFileMethod(), ACL_CAPABILITY_FS, owners),
                allocation(AllocationServiceGrpc.getReadFileMethod(), ACL_CAPABILITY_FS, owners),
                allocation(AllocationServiceGrpc.getRestartAllocationMethod(), ACL_CAPABILITY_SIGNAL, owners),
                allocation(AllocationServiceGrpc.getSignalAllocationMethod(), ACL_CAPABILITY_SIGNAL, owners),
                allocation(AllocationServiceGrpc.getStopAllocationMethod(), ACL_CAPABILITY_STOP, owners));
    }

    private static List<CallRule> services() {
        return List.of(
                listing(DiscoveryServiceGrpc.getListServicesMethod()),
                listing(DiscoveryServiceGrpc.getGetServiceMethod()),
                listing(DiscoveryServiceGrpc.getWatchServiceMethod()));
    }

    private static List<CallRule> nodes() {
        return List.of(
                ofNodes(NodeServiceGrpc.getGetNodeMethod(), AclAccess.ACL_ACCESS_READ),
                ofNodes(NodeServiceGrpc.getListNodesMethod(), AclAccess.ACL_ACCESS_READ),
                ofNodes(NodeServiceGrpc.getWatchNodeMethod(), AclAccess.ACL_ACCESS_READ),
                ofNodes(NodeServiceGrpc.getDrainNodeMethod(), AclAccess.ACL_ACCESS_WRITE),
                ofNodes(NodeServiceGrpc.getSetNodeEligibilityMethod(), AclAccess.ACL_ACCESS_WRITE),
                ofNodes(NodeServiceGrpc.getPurgeNodeMethod(), AclAccess.ACL_ACCESS_WRITE),
                ofNodes(NodeServiceGrpc.getRejoinNodeMethod(), AclAccess.ACL_ACCESS_WRITE),
                new CallRule(
                        NodeSessionServiceGrpc.getConnectMethod(), Audience.NODES, NODE_NEEDS, CallRules::anything),
                new CallRule(
                        NodeCertificateServiceGrpc.getIssueNodeCertificateMethod(),
                        Audience.NODES,
                        NODE_NEEDS,
                        CallRules::anything));
    }

    private static List<CallRule> acl() {
        return List.of(
                forEveryone(AclServiceGrpc.getBootstrapAclMethod()),
                anyToken(AclServiceGrpc.getGetOwnAclTokenMethod()),
                lasting(AclServiceGrpc.getApplyAclPolicyMethod()),
                management(AclServiceGrpc.getGetAclPolicyMethod()),
                management(AclServiceGrpc.getListAclPoliciesMethod()),
                lasting(AclServiceGrpc.getDeleteAclPolicyMethod()),
                lasting(AclServiceGrpc.getCreateAclTokenMethod()),
                management(AclServiceGrpc.getGetAclTokenMethod()),
                management(AclServiceGrpc.getListAclTokensMethod()),
                lasting(AclServiceGrpc.getUpdateAclTokenMethod()),
                lasting(AclServiceGrpc.getDeleteAclTokenMethod()));
    }

    private static List<CallRule> variables() {
        return List.of(
                newVariable(VariableServiceGrpc.getPutVariableMethod(), ACL_VARIABLE_CAPABILITY_WRITE),
                variable(VariableServiceGrpc.getGetVariableMethod(), ACL_VARIABLE_CAPABILITY_READ)
                        .audited(),
                listing(VariableServiceGrpc.getListVariablesMethod(), "variables"),
                variable(VariableServiceGrpc.getDeleteVariableMethod(), ACL_VARIABLE_CAPABILITY_DESTROY),
                ofCluster(VariableServiceGrpc.getRotateVariableKeyMethod(), AclAccess.ACL_ACCESS_WRITE),
                ofCluster(VariableServiceGrpc.getListVariableKeysMethod(), AclAccess.ACL_ACCESS_READ));
    }

    private static List<CallRule> others() {
        return List.of(
                anyToken(ClusterServiceGrpc.getGetStatusMethod()),
                ofCluster(ClusterServiceGrpc.getCollectGarbageMethod(), AclAccess.ACL_ACCESS_WRITE),
                whatIf(),
                management(ClusterServiceGrpc.getSaveSnapshotMethod()).audited(),
                ofCluster(ClusterServiceGrpc.getListServersMethod(), AclAccess.ACL_ACCESS_READ),
                management(ClusterServiceGrpc.getTransferLeadershipMethod()).audited(),
                anyToken(ServerReflectionGrpc.getServerReflectionInfoMethod()).notAudited(),
                forEveryone(HealthGrpc.getCheckMethod()).notAudited(),
                forEveryone(HealthGrpc.getWatchMethod()));
    }

    /** A plan of the whole cluster: shows nodes, and of the jobs those that the caller may read. */
    private static CallRule whatIf() {
        CallRule ofNodes = ofNodes(ClusterServiceGrpc.getWhatIfMethod(), AclAccess.ACL_ACCESS_READ);
        return new CallRule(
                        ofNodes.method(),
                        ofNodes.audience(),
                        ofNodes.needs()
                                + "; `plan` on each job that it submits, changes or asks about, and `read` on those"
                                + " that it does not submit; shows jobs with `read`",
                        (request, caller) -> {
                            WhatIfRequest question = (WhatIfRequest) request;
                            Consumer<Caller> checkNodes = ofNodes.preparation()
                                    .prepare(request, caller)
                                    .check();
                            Set<String> submitted = WhatIfRule.submitted(question);
                            Set<String> known = WhatIfRule.known(question);
                            return new Prepared(request, holder -> {
                                checkNodes.accept(holder);
                                submitted.forEach(jobId -> {
                                    if (!holder.grants().allows(ACL_CAPABILITY_PLAN, jobId)) {
                                        throw lacks(ACL_CAPABILITY_PLAN, jobId);
                                    }
                                });
                                known.forEach(jobId -> Stream.of(ACL_CAPABILITY_READ, ACL_CAPABILITY_PLAN)
                                        .forEach(needed -> onKnownJob(needed, jobId, "job", jobId)
                                                .accept(holder)));
                            });
                        })
                .notAudited();
    }

    private static CallRule forEveryone(MethodDescriptor<?, ?> method) {
        return new CallRule(method, Audience.EVERYONE, "nothing", CallRules::anything);
    }

    private static CallRule anyToken(MethodDescriptor<?, ?> method) {
        return new CallRule(method, Audience.HOLDERS, "any token", CallRules::anything);
    }

    private static CallRule listing(MethodDescriptor<?, ?> method) {
        return listing(method, "jobs");
    }

    /** The service leaves out what the caller may not list. */
    private static CallRule listing(MethodDescriptor<?, ?> method, String kind) {
        return new CallRule(
                method, Audience.HOLDERS, "any token; shows %s with `list`".formatted(kind), CallRules::anything);
    }

    private static CallRule management(MethodDescriptor<?, ?> method) {
        return holders(method, "a management token", CallRules::checkManagement);
    }

    /** Changes tokens or policies, which a server keeps until it asks for tokens again. */
    private static CallRule lasting(MethodDescriptor<?, ?> method) {
        return holders(method, "a management token", caller -> {
            if (caller instanceof Caller.Anyone) {
                throw new RefusedException(
                        "This server asks for no tokens, so that anybody could make one for later, when"
                                + " it does: start the server without --insecure to change tokens and policies");
            }
            checkManagement(caller);
        });
    }

    private static CallRule ofNodes(MethodDescriptor<?, ?> method, AclAccess needed) {
        return withAccess(method, needed, "node", "nodes", Grants::node);
    }

    private static CallRule ofCluster(MethodDescriptor<?, ?> method, AclAccess needed) {
        return withAccess(method, needed, "operator", "the cluster", Grants::operator);
    }

    private static CallRule withAccess(
            MethodDescriptor<?, ?> method,
            AclAccess needed,
            String block,
            String what,
            Function<Grants, AclAccess> access) {
        String word = AccessWords.of(needed);
        return holders(method, "`%s:%s`".formatted(block, word), caller -> {
            AclAccess had = access.apply(caller.grants());
            if (had != needed && had != AclAccess.ACL_ACCESS_WRITE) {
                throw new PermissionDeniedException(
                        "The token has no %s access to %s: it needs a policy with %s { policy = \"%s\" }"
                                .formatted(word, what, block, word));
            }
        });
    }

    private static CallRule holders(MethodDescriptor<?, ?> method, String needs, Consumer<Caller> check) {
        return new CallRule(method, Audience.HOLDERS, needs, (request, caller) -> new Prepared(request, check));
    }

    /** A call that may make a job. It is refused alike whether the job exists or not, so that it tells nothing. */
    private static CallRule newJob(MethodDescriptor<?, ?> method, AclCapability needed) {
        return onJob(method, needed, "", jobId -> caller -> {
            if (!caller.grants().allows(needed, jobId)) {
                throw lacks(needed, jobId);
            }
        });
    }

    private static CallRule job(MethodDescriptor<?, ?> method, AclCapability needed) {
        return onJob(method, needed, "", jobId -> onKnownJob(needed, jobId, "job", jobId));
    }

    /** A list of a job's objects or, where the request names no job, of those of all jobs. */
    private static CallRule listingOfJob(MethodDescriptor<?, ?> method, AclCapability needed) {
        return onJob(
                method,
                needed,
                "; without a job, any token; shows jobs with `list`",
                jobId -> jobId.isEmpty() ? any -> {} : onKnownJob(needed, jobId, "job", jobId));
    }

    private static CallRule onJob(
            MethodDescriptor<?, ?> method,
            AclCapability needed,
            String otherwise,
            Function<String, Consumer<Caller>> check) {
        return new CallRule(
                method,
                Audience.HOLDERS,
                "`%s` on the job%s".formatted(AccessWords.of(needed), otherwise),
                (request, caller) -> new Prepared(request, check.apply(jobId(request))));
    }

    private static CallRule allocation(MethodDescriptor<?, ?> method, AclCapability needed, Owners owners) {
        return objectOfJob(method, needed, "allocation", owners::allocation);
    }

    private static CallRule deployment(MethodDescriptor<?, ?> method, AclCapability needed, Owners owners) {
        return objectOfJob(method, needed, "deployment", owners::deployment);
    }

    /** Finds an object by its id, or the beginning of it, among the objects of some jobs. */
    @FunctionalInterface
    private interface Search {
        Owned find(String idOrPrefix, Predicate<String> jobs);
    }

    /**
     * A call for an object of a job. Objects of jobs that the caller does not see are not looked at. The service gets the
     * whole id: by the beginning of it, it could find another object a moment later.
     */
    private static CallRule objectOfJob(
            MethodDescriptor<?, ?> method, AclCapability needed, String kind, Search search) {
        String needs = "`%s` on the %s's job".formatted(AccessWords.of(needed), kind);
        return new CallRule(method, Audience.HOLDERS, needs, (request, caller) -> {
            if (caller.grants().isManagement()) {
                return new Prepared(request, CallRules::checkManagement);
            }
            FieldDescriptor field = request.getDescriptorForType().findFieldByName(kind + "_id");
            String asked = (String) request.getField(field);
            Owned found = search.find(asked, jobId -> isVisible(caller.grants(), needed, jobId));
            return new Prepared(
                    request.toBuilder().setField(field, found.id()).build(),
                    Map.of(field.getName(), found.id(), "job_id", found.jobId()),
                    onKnownJob(needed, found.jobId(), kind, asked));
        });
    }

    /** A call that may make a variable. It is refused alike whether the variable exists or not. */
    private static CallRule newVariable(MethodDescriptor<?, ?> method, AclVariableCapability needed) {
        return onVariable(method, needed, path -> caller -> {
            if (!caller.grants().allows(needed, path)) {
                throw lacks(needed, path);
            }
        });
    }

    /** A call for a variable. One that the caller may neither read nor list is unknown to it. */
    private static CallRule variable(MethodDescriptor<?, ?> method, AclVariableCapability needed) {
        return onVariable(method, needed, path -> caller -> {
            boolean isVisible = Stream.of(needed, ACL_VARIABLE_CAPABILITY_READ, ACL_VARIABLE_CAPABILITY_LIST)
                    .anyMatch(capability -> caller.grants().allows(capability, path));
            if (!isVisible) {
                throw new UnknownObjectException("variable", path);
            }
            if (!caller.grants().allows(needed, path)) {
                throw lacks(needed, path);
            }
        });
    }

    private static CallRule onVariable(
            MethodDescriptor<?, ?> method, AclVariableCapability needed, Function<String, Consumer<Caller>> check) {
        return new CallRule(
                method,
                Audience.HOLDERS,
                "`%s` on the variable".formatted(AccessWords.of(needed)),
                (request, caller) -> new Prepared(request, check.apply((String)
                        request.getField(request.getDescriptorForType().findFieldByName("path")))));
    }

    private static Prepared anything(Message request, Caller caller) {
        return new Prepared(request, any -> {});
    }

    private static void checkManagement(Caller caller) {
        if (!caller.grants().isManagement()) {
            throw new PermissionDeniedException(
                    "This needs a management token: ask an operator. An operator who has lost theirs makes one with \"gantry acl"
                            + " bootstrap\"");
        }
    }

    /**
     * Checks a call for what exists in a job.
     *
     * @param kind the kind of object that the request names
     * @param name its name in the request
     */
    private static Consumer<Caller> onKnownJob(AclCapability needed, String jobId, String kind, String name) {
        return caller -> {
            if (!isVisible(caller.grants(), needed, jobId)) {
                throw new UnknownObjectException(kind, name);
            }
            if (!caller.grants().allows(needed, jobId)) {
                throw lacks(needed, jobId);
            }
        };
    }

    private static boolean isVisible(Grants grants, AclCapability needed, String jobId) {
        return Stream.of(needed, ACL_CAPABILITY_READ, ACL_CAPABILITY_LIST)
                .anyMatch(capability -> grants.allows(capability, jobId));
    }

    private static PermissionDeniedException lacks(AclCapability needed, String jobId) {
        return new PermissionDeniedException(AccessWords.lacking(needed, jobId));
    }

    private static PermissionDeniedException lacks(AclVariableCapability needed, String path) {
        return new PermissionDeniedException(AccessWords.lacking(needed, path));
    }

    /** Returns the id of the job that a request is about; empty if it names none. */
    private static String jobId(Message request) {
        FieldDescriptor id = request.getDescriptorForType().findFieldByName("job_id");
        return id != null
                ? (String) request.getField(id)
                : ((Job) request.getField(request.getDescriptorForType().findFieldByName("job"))).getId();
    }
}
