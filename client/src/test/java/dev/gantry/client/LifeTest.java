package dev.gantry.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import com.google.protobuf.TextFormat.ParseException;
import dev.gantry.v1.DelayFunction;
import dev.gantry.v1.Deployment;
import dev.gantry.v1.DiscoveryServiceGrpc.DiscoveryServiceImplBase;
import dev.gantry.v1.DispatchJobRequest;
import dev.gantry.v1.DispatchJobResponse;
import dev.gantry.v1.DrainNodeRequest;
import dev.gantry.v1.DrainNodeResponse;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.FailDeploymentRequest;
import dev.gantry.v1.FailDeploymentResponse;
import dev.gantry.v1.ForcePeriodicJobRequest;
import dev.gantry.v1.ForcePeriodicJobResponse;
import dev.gantry.v1.GetDeploymentRequest;
import dev.gantry.v1.GetDeploymentResponse;
import dev.gantry.v1.GetEvaluationRequest;
import dev.gantry.v1.GetEvaluationResponse;
import dev.gantry.v1.GetServiceRequest;
import dev.gantry.v1.GetServiceResponse;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobServiceGrpc.JobServiceImplBase;
import dev.gantry.v1.ListDeploymentsRequest;
import dev.gantry.v1.ListDeploymentsResponse;
import dev.gantry.v1.ListEvaluationsRequest;
import dev.gantry.v1.ListEvaluationsResponse;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeServiceGrpc.NodeServiceImplBase;
import dev.gantry.v1.PayloadRule;
import dev.gantry.v1.PromoteDeploymentRequest;
import dev.gantry.v1.PromoteDeploymentResponse;
import dev.gantry.v1.RestartMode;
import dev.gantry.v1.RevertJobRequest;
import dev.gantry.v1.RevertJobResponse;
import dev.gantry.v1.SchedulingEligibility;
import dev.gantry.v1.ServiceInstance;
import dev.gantry.v1.SetNodeEligibilityRequest;
import dev.gantry.v1.SetNodeEligibilityResponse;
import dev.gantry.v1.StopJobRequest;
import dev.gantry.v1.StopJobResponse;
import dev.gantry.v1.View;
import dev.gantry.v1.WatchNodeRequest;
import dev.gantry.v1.WatchNodeResponse;
import dev.gantry.v1.WatchServiceRequest;
import dev.gantry.v1.WatchServiceResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.ZoneId;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What clients do in the life of jobs and nodes, against a server that remembers what it was asked. */
class LifeTest {

    private final List<Object> asked = new CopyOnWriteArrayList<>();
    private ScriptedServer server;
    private GantryClient client;

    @BeforeEach
    void start() throws IOException {
        server = ScriptedServer.start(new Jobs1(), new Nodes1(), new Services1());
        client = GantryClient.connect(server.address());
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    @Test
    void deployments_are_promoted_and_failed() {
        assertThat(client.jobs().deployment("d1d1").getJobId()).isEqualTo("web");
        assertThat(client.jobs().promote("d1d1", "front").getEvaluationId()).isEqualTo("e1");
        assertThat(client.jobs().failDeployment("d1d1").getRevertedTo()).isEqualTo(2);

        assertThat(asked)
                .map(LifeTest::withoutRequestId)
                .containsExactly(
                        GetDeploymentRequest.newBuilder()
                                .setDeploymentId("d1d1")
                                .build(),
                        PromoteDeploymentRequest.newBuilder()
                                .setDeploymentId("d1d1")
                                .addTaskGroups("front")
                                .build(),
                        FailDeploymentRequest.newBuilder()
                                .setDeploymentId("d1d1")
                                .build());
    }

    @Test
    void older_versions_come_back_and_deployments_are_listed() {
        assertThat(client.jobs().revert("web", 2).getVersion()).isEqualTo(4);
        assertThat(client.jobs().revert("web", 2, 17).getVersion()).isEqualTo(4);
        assertThat(client.jobs().deployments("web"))
                .extracting(Deployment::getId)
                .containsExactly("d2", "d1");

        assertThat(asked)
                .map(LifeTest::withoutRequestId)
                .startsWith(
                        RevertJobRequest.newBuilder()
                                .setJobId("web")
                                .setVersion(2)
                                .build(),
                        RevertJobRequest.newBuilder()
                                .setJobId("web")
                                .setVersion(2)
                                .setCheckIndex(17)
                                .build());
    }

    @Test
    void a_dispatch_that_is_tried_again_keeps_its_request_id() {
        DispatchJobResponse child = client.jobs()
                .dispatch(
                        "resize",
                        DispatchOptions.EMPTY.withPayload(new byte[] {1}).withMeta("size", "200"));

        assertThat(child.getDispatchedJobId()).isEqualTo("resize/dispatch-1-abcdefgh");
        DispatchJobRequest first = (DispatchJobRequest) asked.get(0);
        assertThat(first.getRequestId()).isNotEmpty();
        assertThat(first.getPayload()).isEqualTo(ByteString.copyFrom(new byte[] {1}));
        assertThat(first.getMetaMap()).containsEntry("size", "200");
        assertThat(asked).hasSize(2).containsOnly(first);
    }

    @Test
    void a_periodic_job_that_is_forced_again_because_the_server_was_away_keeps_its_request_id() {
        assertThat(client.jobs().forcePeriodic("flaky").getChildJobId()).isEqualTo("flaky/periodic-1");
        client.jobs().forcePeriodic("flaky", "mine");

        ForcePeriodicJobRequest first = (ForcePeriodicJobRequest) asked.get(0);
        assertThat(first.getRequestId()).isNotEmpty();
        assertThat(asked.subList(0, 2)).containsOnly(first);
        assertThat(((ForcePeriodicJobRequest) asked.get(2)).getRequestId()).isEqualTo("mine");
    }

    @Test
    void a_stop_has_a_request_id() {
        client.jobs().stop("web");

        assertThat(asked)
                .map(LifeTest::withoutRequestId)
                .containsExactly(StopJobRequest.newBuilder().setJobId("web").build());
    }

    @Test
    void periodic_jobs_are_forced_and_evaluations_are_read() {
        assertThat(client.jobs().forcePeriodic("report").getChildJobId()).isEqualTo("report/periodic-1");
        assertThat(client.jobs().evaluations("web", View.VIEW_BASIC))
                .extracting(Evaluation::getId)
                .containsExactly("e2", "e1");
        assertThat(client.jobs().evaluation("e2").getId()).isEqualTo("e2");
    }

    @Test
    void nodes_are_drained_and_made_eligible() {
        Node draining = client.nodes()
                .drain(
                        "n1",
                        DrainOptions.PATIENT
                                .within(java.time.Duration.ofHours(1))
                                .sparingSystemJobs());
        client.nodes().drain("n1", DrainOptions.PATIENT);
        client.nodes().endDrain("n1", true);
        client.nodes().setEligibility("n1", false);

        assertThat(draining.getName()).isEqualTo("n1");
        DrainNodeRequest begun = (DrainNodeRequest) asked.get(0);
        assertThat(begun.getBegin().getDeadline())
                .isEqualTo(Duration.newBuilder().setSeconds(3600).build());
        assertThat(begun.getBegin().getIgnoreSystemJobs()).isTrue();
        assertThat(((DrainNodeRequest) asked.get(1)).getBegin().hasDeadline()).isFalse();
        assertThat(((DrainNodeRequest) asked.get(2)).getEnd().getMarkEligible()).isTrue();
        assertThat(((SetNodeEligibilityRequest) asked.get(3)).getEligibility())
                .isEqualTo(SchedulingEligibility.SCHEDULING_ELIGIBILITY_INELIGIBLE);
    }

    @Test
    void a_watch_of_a_node_tells_nothing_twice() {
        try (Watch<Node> watch = client.nodes().watch("n1")) {
            assertThat(watch.next().getModifyIndex()).isEqualTo(1);
            assertThat(watch.next().getModifyIndex()).isEqualTo(2);
            assertThat(watch.next().getModifyIndex()).isEqualTo(3);
        }
    }

    @Test
    void a_watch_of_a_service_goes_on_where_the_connection_broke() {
        assertThat(client.services().get("web", "eu")).hasSize(1);
        try (Watch<List<ServiceInstance>> watch = client.services().watch("web")) {
            assertThat(watch.next()).isEmpty();
            assertThat(watch.next()).hasSize(1);
        }
    }

    @Test
    void a_job_with_a_life_is_built_as_it_is_described() throws ParseException {
        Job job = Jobs.service("web")
                .affinity("${node.class}", "=", "large", -20)
                .spread(Jobs.spread("${node.datacenter}").weight(80).target("dc1", 60))
                .update(Jobs.update()
                        .maxParallel(2)
                        .canary(1)
                        .autoPromote()
                        .autoRevert()
                        .ignoringChecks()
                        .minHealthyTime(java.time.Duration.ofSeconds(1))
                        .healthyDeadline(java.time.Duration.ofSeconds(2))
                        .progressDeadline(java.time.Duration.ZERO))
                .group(Jobs.group("front")
                        .ephemeralDisk(500, true)
                        .restart(
                                0,
                                java.time.Duration.ofMinutes(1),
                                java.time.Duration.ofMillis(1500),
                                RestartMode.RESTART_MODE_DELAY)
                        .reschedule(Jobs.reschedule()
                                .attempts(3, java.time.Duration.ofHours(1))
                                .delay(
                                        java.time.Duration.ofSeconds(1),
                                        DelayFunction.DELAY_FUNCTION_FIBONACCI,
                                        java.time.Duration.ofSeconds(9)))
                        .task(Jobs.rkt("nginx", "a")
                                .kill("SIGINT", java.time.Duration.ofSeconds(30))
                                .artifacts(
                                        Jobs.artifact("https://example.com/a.zip")
                                                .directory("local/a")
                                                .checksum("md5:x")
                                                .header("X-A", "b")
                                                .chown(),
                                        Jobs.artifact("https://example.com/b").file("local/c"),
                                        Jobs.artifact("git::https://example.com/d")
                                                .ref("v1"))
                                .service(
                                        "web",
                                        "http",
                                        List.of("eu"),
                                        Jobs.httpCheck("/health")
                                                .every(java.time.Duration.ofSeconds(5), java.time.Duration.ofSeconds(1))
                                                .restartAfter(3, java.time.Duration.ofSeconds(9)),
                                        Jobs.scriptCheck("/bin/ok", "-v").name("ok"),
                                        Jobs.tcpCheck().port("admin"),
                                        Jobs.httpCheck("/")
                                                .header("A", "b", "c")
                                                .tls(true)
                                                .passingInitially(),
                                        Jobs.grpcCheck("api").tls(false)))
                        .task(Jobs.rkt("log", "b").sidecar().logs(2, 5)))
                .build();

        assertThat(job).isEqualTo(TextFormat.parse("""
                        id: "web" type: JOB_TYPE_SERVICE
                        affinities { attribute: "${node.class}" operator: "=" value: "large" weight: -20 }
                        spreads { attribute: "${node.datacenter}" weight: 80 targets { value: "dc1" percent: 60 } }
                        update {
                          max_parallel: 2 canary: 1 auto_promote: true auto_revert: true
                          health_check: HEALTH_CHECK_TASK_STATES min_healthy_time { seconds: 1 }
                          healthy_deadline { seconds: 2 } progress_deadline { }
                        }
                        task_groups {
                          name: "front"
                          ephemeral_disk { size_mib: 500 sticky: true }
                          restart {
                            attempts: 0 interval { seconds: 60 } delay { seconds: 1 nanos: 500000000 }
                            mode: RESTART_MODE_DELAY
                          }
                          reschedule {
                            attempts: 3 interval { seconds: 3600 } unlimited: false delay { seconds: 1 }
                            delay_function: DELAY_FUNCTION_FIBONACCI max_delay { seconds: 9 }
                          }
                          tasks {
                            name: "nginx" driver: "rkt" resources {}
                            config { fields { key: "image" value { string_value: "a" } } }
                            kill_signal: "SIGINT" kill_timeout { seconds: 30 }
                            artifacts {
                              source: "https://example.com/a.zip" destination: "local/a" chown: true
                              options { key: "checksum" value: "md5:x" } headers { key: "X-A" value: "b" }
                            }
                            artifacts {
                              source: "https://example.com/b" destination: "local/c" mode: ARTIFACT_MODE_FILE
                            }
                            artifacts {
                              source: "git::https://example.com/d" options { key: "ref" value: "v1" }
                            }
                            services {
                              name: "web" port: "http" tags: "eu"
                              checks {
                                type: CHECK_TYPE_HTTP path: "/health" interval { seconds: 5 } timeout { seconds: 1 }
                                check_restart { limit: 3 grace { seconds: 9 } }
                              }
                              checks { name: "ok" type: CHECK_TYPE_SCRIPT command: "/bin/ok" args: "-v" }
                              checks { type: CHECK_TYPE_TCP port: "admin" }
                              checks {
                                type: CHECK_TYPE_HTTP path: "/" headers { name: "A" values: "b" values: "c" }
                                protocol: "https" tls_skip_verify: true passes_initially: true
                              }
                              checks { type: CHECK_TYPE_GRPC grpc_service: "api" grpc_use_tls: true }
                            }
                          }
                          tasks {
                            name: "log" driver: "rkt" resources {}
                            config { fields { key: "image" value { string_value: "b" } } }
                            lifecycle { hook: LIFECYCLE_HOOK_PRESTART sidecar: true }
                            logs { max_files: 2 max_file_size_mib: 5 }
                          }
                        }
                        """, Job.class));
    }

    @Test
    void schedules_are_built_as_they_are_described() throws ParseException {
        assertThat(Jobs.batch("a")
                        .periodic(Jobs.cron("0 3 * * *").prohibitOverlap().in(ZoneId.of("Europe/Berlin")))
                        .build()
                        .getPeriodic())
                .hasToString(TextFormat.parse(
                                "periodic { cron: '0 3 * * *' prohibit_overlap: true time_zone: 'Europe/Berlin' }",
                                Job.class)
                        .getPeriodic()
                        .toString());
        assertThat(Jobs.batch("a")
                        .periodic(Jobs.crons("@daily", "0 12 * * 1"))
                        .build()
                        .getPeriodic())
                .hasToString(TextFormat.parse("periodic { crons: '@daily' crons: '0 12 * * 1' }", Job.class)
                        .getPeriodic()
                        .toString());
        assertThat(Jobs.batch("b")
                        .parameterized(PayloadRule.PAYLOAD_RULE_REQUIRED, Set.of("b", "a"), Set.of("c"))
                        .build()
                        .getParameterized()
                        .getMetaRequiredList())
                .containsExactly("a", "b");
    }

    /** Returns the request without its request id, which is random. */
    private static Object withoutRequestId(Object request) {
        Message message = (Message) request;
        FieldDescriptor requestId = message.getDescriptorForType().findFieldByName("request_id");
        if (requestId == null) {
            return message;
        }
        assertThat(message.getField(requestId)).asString().isNotEmpty();
        return message.toBuilder().clearField(requestId).build();
    }

    private <Q, T> void answer(Q request, T answer, StreamObserver<T> observer) {
        asked.add(request);
        observer.onNext(answer);
        observer.onCompleted();
    }

    private final class Jobs1 extends JobServiceImplBase {

        @Override
        public void promoteDeployment(
                PromoteDeploymentRequest request, StreamObserver<PromoteDeploymentResponse> observer) {
            answer(
                    request,
                    PromoteDeploymentResponse.newBuilder().setEvaluationId("e1").build(),
                    observer);
        }

        @Override
        public void revertJob(RevertJobRequest request, StreamObserver<RevertJobResponse> observer) {
            answer(request, RevertJobResponse.newBuilder().setVersion(4).build(), observer);
        }

        @Override
        public void listDeployments(ListDeploymentsRequest request, StreamObserver<ListDeploymentsResponse> observer) {
            boolean isFirst = request.getPageToken().isEmpty();
            answer(
                    request,
                    ListDeploymentsResponse.newBuilder()
                            .addDeployments(Deployment.newBuilder().setId(isFirst ? "d2" : "d1"))
                            .setNextPageToken(isFirst ? "next" : "")
                            .build(),
                    observer);
        }

        @Override
        public void getDeployment(GetDeploymentRequest request, StreamObserver<GetDeploymentResponse> observer) {
            answer(
                    request,
                    GetDeploymentResponse.newBuilder()
                            .setDeployment(Deployment.newBuilder().setJobId("web"))
                            .build(),
                    observer);
        }

        @Override
        public void failDeployment(FailDeploymentRequest request, StreamObserver<FailDeploymentResponse> observer) {
            answer(request, FailDeploymentResponse.newBuilder().setRevertedTo(2).build(), observer);
        }

        @Override
        public void stopJob(StopJobRequest request, StreamObserver<StopJobResponse> observer) {
            answer(request, StopJobResponse.getDefaultInstance(), observer);
        }

        @Override
        public void dispatchJob(DispatchJobRequest request, StreamObserver<DispatchJobResponse> observer) {
            if (asked.isEmpty()) {
                asked.add(request);
                observer.onError(Status.UNAVAILABLE.asRuntimeException());
                return;
            }
            answer(
                    request,
                    DispatchJobResponse.newBuilder()
                            .setDispatchedJobId("resize/dispatch-1-abcdefgh")
                            .build(),
                    observer);
        }

        @Override
        public void forcePeriodicJob(
                ForcePeriodicJobRequest request, StreamObserver<ForcePeriodicJobResponse> observer) {
            if (request.getJobId().equals("flaky") && asked.isEmpty()) {
                asked.add(request);
                observer.onError(Status.UNAVAILABLE.asRuntimeException());
                return;
            }
            answer(
                    request,
                    ForcePeriodicJobResponse.newBuilder()
                            .setChildJobId(request.getJobId() + "/periodic-1")
                            .build(),
                    observer);
        }

        @Override
        public void listEvaluations(ListEvaluationsRequest request, StreamObserver<ListEvaluationsResponse> observer) {
            boolean isFirst = request.getPageToken().isEmpty();
            answer(
                    request,
                    ListEvaluationsResponse.newBuilder()
                            .addEvaluations(Evaluation.newBuilder().setId(isFirst ? "e2" : "e1"))
                            .setNextPageToken(isFirst ? "next" : "")
                            .build(),
                    observer);
        }

        @Override
        public void getEvaluation(GetEvaluationRequest request, StreamObserver<GetEvaluationResponse> observer) {
            answer(
                    request,
                    GetEvaluationResponse.newBuilder()
                            .setEvaluation(Evaluation.newBuilder().setId(request.getEvaluationId()))
                            .build(),
                    observer);
        }
    }

    private final class Nodes1 extends NodeServiceImplBase {

        @Override
        public void drainNode(DrainNodeRequest request, StreamObserver<DrainNodeResponse> observer) {
            answer(
                    request,
                    DrainNodeResponse.newBuilder()
                            .setNode(Node.newBuilder().setName("n1"))
                            .build(),
                    observer);
        }

        @Override
        public void setNodeEligibility(
                SetNodeEligibilityRequest request, StreamObserver<SetNodeEligibilityResponse> observer) {
            answer(request, SetNodeEligibilityResponse.getDefaultInstance(), observer);
        }

        @Override
        public void watchNode(WatchNodeRequest request, StreamObserver<WatchNodeResponse> observer) {
            asked.add(request);
            for (long index : asked.size() == 1 ? new long[] {1, 2} : new long[] {2, 3}) {
                observer.onNext(WatchNodeResponse.newBuilder()
                        .setNode(Node.newBuilder().setModifyIndex(index))
                        .build());
            }
            if (asked.size() == 1) {
                observer.onError(Status.UNAVAILABLE.asRuntimeException());
            }
        }
    }

    private final class Services1 extends DiscoveryServiceImplBase {

        private final AtomicInteger watches = new AtomicInteger();

        @Override
        public void getService(GetServiceRequest request, StreamObserver<GetServiceResponse> observer) {
            answer(
                    request,
                    GetServiceResponse.newBuilder()
                            .addInstances(ServiceInstance.newBuilder().setPort(1))
                            .build(),
                    observer);
        }

        @Override
        public void watchService(WatchServiceRequest request, StreamObserver<WatchServiceResponse> observer) {
            observer.onNext(WatchServiceResponse.getDefaultInstance());
            if (watches.incrementAndGet() == 1) {
                observer.onError(Status.UNAVAILABLE.asRuntimeException());
            } else {
                observer.onNext(WatchServiceResponse.newBuilder()
                        .addInstances(ServiceInstance.newBuilder().setPort(1))
                        .build());
            }
        }
    }
}
