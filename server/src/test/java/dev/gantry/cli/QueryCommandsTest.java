package dev.gantry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.FileInfo;
import dev.gantry.v1.FileType;
import dev.gantry.v1.GetAllocationResponse;
import dev.gantry.v1.GetFileResponse;
import dev.gantry.v1.GetJobResponse;
import dev.gantry.v1.GetNodeResponse;
import dev.gantry.v1.GetStatusResponse;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.JobStatus;
import dev.gantry.v1.JobType;
import dev.gantry.v1.ListAllocationsRequest;
import dev.gantry.v1.ListAllocationsResponse;
import dev.gantry.v1.ListFilesResponse;
import dev.gantry.v1.ListJobsRequest;
import dev.gantry.v1.ListJobsResponse;
import dev.gantry.v1.ListNodesResponse;
import dev.gantry.v1.LogStream;
import dev.gantry.v1.NodeStatus;
import dev.gantry.v1.ReadFileRequest;
import dev.gantry.v1.ReadFileResponse;
import dev.gantry.v1.StopAllocationResponse;
import dev.gantry.v1.StreamLogsRequest;
import dev.gantry.v1.StreamLogsResponse;
import dev.gantry.v1.TaskPhase;
import dev.gantry.v1.TaskState;
import dev.gantry.v1.View;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class QueryCommandsTest {

    private static final GetJobResponse JOB = GetJobResponse.newBuilder()
            .setJob(Samples.record(Samples.job(JobType.JOB_TYPE_SERVICE, 2)))
            .setEvaluation(Samples.blocked(12))
            .addAllocations(Samples.allocation(ClientStatus.CLIENT_STATUS_RUNNING))
            .addAllocations(Samples.older(
                    "0a1b2c3d4e5f", DesiredStatus.DESIRED_STATUS_STOP, ClientStatus.CLIENT_STATUS_COMPLETE))
            .build();

    @AutoClose
    private final ScriptedCluster cluster = new ScriptedCluster();

    @Test
    void jobs_are_shown_as_an_aligned_table_of_all_pages() {
        cluster.on(
                "ListJobs",
                (ListJobsRequest request) -> List.of(
                        request.getPageToken().isEmpty()
                                ? ListJobsResponse.newBuilder()
                                        .addJobs(Samples.record(Samples.job(JobType.JOB_TYPE_SERVICE, 1)))
                                        .setNextPageToken("2")
                                        .build()
                                : ListJobsResponse.newBuilder()
                                        .addJobs(Samples.record(Samples.job(JobType.JOB_TYPE_BATCH, 1).toBuilder()
                                                        .setId("nightly-report")
                                                        .build())
                                                .toBuilder()
                                                .setStopped(true))
                                        .build()));

        CliRun run = CliRun.of(cluster, "job", "status");

        assertThat(run.out()).isEqualTo("""
                        ID              Type     Priority  Status             Version  Submit Date
                        web             service  50        running            3        2026-02-03T03:55:06Z
                        nightly-report  batch    50        running (stopped)  3        2026-02-03T03:55:06Z
                        """);
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
    }

    @Test
    void a_job_whose_evaluation_has_failed_says_why_and_when_it_is_looked_at_again() {
        cluster.answers(
                "GetJob", JOB.toBuilder().setEvaluation(Samples.failed(11)).build());

        assertThat(CliRun.of(cluster, "job", "status", "web").out()).contains("""
                        Evaluation Failed
                        After 3 attempts: its plan could not be stored (port 8080 is taken)
                        Looked at again when the job changes, or at 2026-02-03T04:10:06Z
                        """);
    }

    @Test
    void a_batch_job_that_is_dead_says_how_it_has_ended() {
        JobRecord dead = Samples.record(Samples.job(JobType.JOB_TYPE_BATCH, 2)).toBuilder()
                .setStatus(JobStatus.JOB_STATUS_DEAD)
                .build();
        Allocation complete = Samples.allocation(ClientStatus.CLIENT_STATUS_COMPLETE);
        Allocation replaced = Samples.allocation(ClientStatus.CLIENT_STATUS_FAILED).toBuilder()
                .setId("replaced")
                .setNextAllocationId(complete.getId())
                .build();
        GetJobResponse.Builder job = GetJobResponse.newBuilder()
                .setJob(dead)
                .addAllocations(complete)
                .addAllocations(replaced);

        cluster.answers("GetJob", job.build());
        assertThat(CliRun.of(cluster, "job", "status", "web").out()).contains("= dead (complete)\n");

        cluster.answers(
                "GetJob",
                job.addAllocations(replaced.toBuilder().setId("last").clearNextAllocationId())
                        .build());
        assertThat(CliRun.of(cluster, "job", "status", "web").out()).contains("= dead (failed)\n");
    }

    @Test
    void one_job_is_shown_with_its_allocations_and_what_keeps_it_waiting() {
        cluster.answers("GetJob", JOB);

        CliRun run = CliRun.of(cluster, "job", "status", "web");

        assertThat(run.out()).isEqualTo("""
                        ID          = web
                        Name        = The web
                        Submit Date = 2026-02-03T03:55:06Z
                        Type        = service
                        Priority    = 50
                        Datacenters = dc1
                        Status      = running
                        Version     = 3
                        Check Index = 10

                        Summary
                        Task Group  Queued  Starting  Running  Failed  Complete  Lost
                        front       1       0         1        0       1         0

                        Placement Failures
                        Task Group "front", 1 unplaced: Constraint "${driver.rkt.version} > 1.2" filtered 1 of 1 node

                        Allocations
                        ID        Node  Job  Group  Version  Desired  Status    Created    Modified
                        5e0b39f0  n1    web  front  3        run      running   5m12s ago  12s ago
                        0a1b2c3d  n1    web  front  2        stop     complete  5m12s ago  12s ago
                        """);
    }

    @Test
    void one_allocation_is_shown_with_its_ports_and_tasks() {
        Allocation allocation = Samples.allocation(ClientStatus.CLIENT_STATUS_FAILED).toBuilder()
                .addTaskStates(Samples.failedTask())
                .build();
        cluster.answers(
                "GetAllocation",
                GetAllocationResponse.newBuilder().setAllocation(allocation).build());

        CliRun run = CliRun.of(cluster, "alloc", "status", "5e0b");

        assertThat(run.out()).isEqualTo("""
                        ID             = 5e0b39f0-1111-2222-3333-444455556666
                        Name           = web.front[0]
                        Job            = web
                        Job Version    = 3
                        Group          = front
                        Node ID        = 3e84d3d2
                        Node Name      = n1
                        Evaluation ID  = 52dee78a
                        Desired Status = run
                        Client Status  = failed
                        Description    = -
                        Created        = 5m12s ago
                        Modified       = 12s ago

                        Ports
                        Label  Task   Address
                        http   nginx  127.0.0.1:21034

                        Task "nginx" is dead (failed)
                        Started   = 2026-02-03T04:04:06Z
                        Finished  = 2026-02-03T04:04:16Z
                        Exit Code = 3
                        Restarts  = 0
                        Pod       = 1523962e-2505-4364-9c88-35acfa703c8a

                        Events of task "nginx"
                        Time                  Type        Message
                        2026-02-03T04:04:06Z  Started     Task started
                        2026-02-03T04:04:16Z  Terminated  Exit code 3
                        """);
    }

    @Test
    void a_task_of_a_lost_allocation_is_shown_as_it_was_last_heard_of() {
        Allocation lost = Samples.allocation(ClientStatus.CLIENT_STATUS_LOST).toBuilder()
                .addTaskStates(TaskState.newBuilder().setTask("nginx").setPhase(TaskPhase.TASK_PHASE_RUNNING))
                .build();
        cluster.answers(
                "GetAllocation",
                GetAllocationResponse.newBuilder().setAllocation(lost).build());

        assertThat(CliRun.of(cluster, "alloc", "status", "5e0b").out())
                .contains("Task \"nginx\" was running when it was last heard of\n");
    }

    @Test
    void allocations_that_no_longer_fit_where_they_run_are_named() {
        Allocation misfit = Samples.allocation(ClientStatus.CLIENT_STATUS_RUNNING).toBuilder()
                .setMisfit("Constraint \"${driver.rkt.version} > 1.2\"")
                .build();
        cluster.answers(
                        "ListAllocations",
                        ListAllocationsResponse.newBuilder()
                                .addAllocations(misfit)
                                .build())
                .answers(
                        "GetAllocation",
                        GetAllocationResponse.newBuilder().setAllocation(misfit).build());

        assertThat(CliRun.of(cluster, "alloc", "status").out()).endsWith("""

                        No Longer Fit
                        5e0b39f0 stays, though node "n1" may not run it any more: Constraint "${driver.rkt.version} > 1.2"
                        """);
        assertThat(CliRun.of(cluster, "alloc", "status", "5e0b").out())
                .contains("No Longer Fit  = Constraint \"${driver.rkt.version} > 1.2\"\n");
    }

    @Test
    void whole_objects_are_asked_for_with_full() {
        List<View> asked = new ArrayList<>();
        cluster.on("ListJobs", (ListJobsRequest request) -> {
            asked.add(request.getView());
            return List.of(ListJobsResponse.getDefaultInstance());
        });

        CliRun.of(cluster, "job", "status", "--json");
        CliRun.of(cluster, "job", "status", "--json", "--full");

        assertThat(asked).containsExactly(View.VIEW_BASIC, View.VIEW_FULL);
    }

    @Test
    void allocations_can_be_limited_to_a_job() {
        cluster.answers("ListAllocations", ListAllocationsResponse.getDefaultInstance())
                .answers("ListJobs", ListJobsResponse.getDefaultInstance());

        CliRun run = CliRun.of(cluster, "alloc", "status", "--job", "web");

        assertThat(run.out()).isEqualTo("No allocations\n");
        assertThat(cluster.requests())
                .startsWith(ListAllocationsRequest.newBuilder()
                        .setJobId("web")
                        .setView(View.VIEW_BASIC)
                        .build());
    }

    @Test
    void nodes_are_shown_with_the_drivers_they_offer() {
        cluster.answers(
                "ListNodes",
                ListNodesResponse.newBuilder()
                        .addNodes(Samples.node("n1"))
                        .addNodes(Samples.node("a-longer-name").toBuilder()
                                .setNodeClass("big")
                                .setStatus(NodeStatus.NODE_STATUS_DOWN)
                                .clearDrivers())
                        .build());

        CliRun run = CliRun.of(cluster, "node", "status");

        assertThat(run.out()).isEqualTo("""
                        ID        DC   Name           Class  Drivers     Eligibility  Status
                        3e84d3d2  dc1  n1             -      rkt 1.30.0  eligible     ready
                        3e84d3d2  dc1  a-longer-name  big    -           eligible     down
                        """);
    }

    @Test
    void one_node_is_shown_with_its_drivers_allocations_and_attributes() {
        cluster.answers(
                "GetNode",
                GetNodeResponse.newBuilder().setNode(Samples.node("n1")).build());
        cluster.on(
                "ListAllocations",
                (ListAllocationsRequest request) -> List.of(
                        request.getNodeId().equals(Samples.NODE_ID)
                                ? ListAllocationsResponse.newBuilder()
                                        .addAllocations(Samples.allocation(ClientStatus.CLIENT_STATUS_RUNNING))
                                        .build()
                                : ListAllocationsResponse.getDefaultInstance()));

        CliRun run = CliRun.of(cluster, "node", "status", "n1");

        assertThat(run.out()).isEqualTo("""
                        ID            = 3e84d3d2-1111-2222-3333-444455556666
                        Name          = n1
                        Class         = -
                        DC            = dc1
                        Status        = ready
                        Status Since  = 2026-02-03T03:05:06Z
                        Eligibility   = eligible
                        Address       = 127.0.0.1
                        CPU           = 4000 MHz
                        Memory        = 8000 MiB
                        Disk          = 100 MiB
                        Dynamic Ports = 20000-32000

                        Drivers
                        Driver  Healthy  Description
                        docker  no       not there
                        rkt     yes      rkt 1.30.0

                        Allocations
                        ID        Node  Job  Group  Version  Desired  Status   Created    Modified
                        5e0b39f0  n1    web  front  3        run      running  5m12s ago  12s ago

                        Attributes
                        driver.rkt.version = 1.30.0
                        kernel.name        = linux

                        Meta
                        rack = r1
                        """);
    }

    @Test
    void the_cluster_is_shown_by_its_counts() {
        cluster.answers(
                "GetStatus",
                GetStatusResponse.newBuilder()
                        .setVersion("0.1.0")
                        .setIndex(42)
                        .setNodesReady(2)
                        .setNodesDown(1)
                        .setJobs(3)
                        .setAllocationsLive(4)
                        .setEvaluationsBlocked(5)
                        .build());

        CliRun run = CliRun.of(cluster, "status");

        assertThat(run.out()).isEqualTo("""
                        Version     = 0.1.0
                        Index       = 42
                        Nodes       = 2 ready, 1 down
                        Jobs        = 3
                        Allocations = 4 live
                        Evaluations = 5 blocked
                        """);
    }

    @Test
    void json_of_a_list_is_an_array_even_if_it_is_empty() {
        cluster.answers(
                "ListJobs",
                ListJobsResponse.newBuilder()
                        .addJobs(Samples.record(Samples.job(JobType.JOB_TYPE_SERVICE, 1)))
                        .addJobs(Samples.record(Samples.job(JobType.JOB_TYPE_SERVICE, 1)))
                        .build());
        cluster.answers("ListAllocations", ListAllocationsResponse.getDefaultInstance());
        cluster.answers(
                "ListNodes",
                ListNodesResponse.newBuilder().addNodes(Samples.node("n1")).build());

        assertThat(array("job", "status", "--json"))
                .hasSize(2)
                .allSatisfy(job -> assertThat(job.getAsJsonObject()
                                .getAsJsonObject("job")
                                .get("id")
                                .getAsString())
                        .isEqualTo("web"));
        assertThat(array("alloc", "status", "--json")).isEmpty();
        assertThat(array("node", "status", "--json")).hasSize(1);
    }

    @Test
    void json_of_one_thing_is_the_protocols_message_with_every_field() throws InvalidProtocolBufferException {
        cluster.answers("GetJob", JOB);
        cluster.answers(
                "GetAllocation",
                GetAllocationResponse.newBuilder()
                        .setAllocation(Samples.allocation(ClientStatus.CLIENT_STATUS_PENDING))
                        .build());
        cluster.answers(
                "GetNode",
                GetNodeResponse.newBuilder().setNode(Samples.node("n1")).build());
        cluster.answers("GetStatus", GetStatusResponse.getDefaultInstance());

        GetJobResponse.Builder parsed = GetJobResponse.newBuilder();
        JsonFormat.parser()
                .merge(CliRun.of(cluster, "job", "status", "web", "--json").out(), parsed);
        assertThat(parsed.build()).isEqualTo(JOB);
        assertThat(object("alloc", "status", "--json", "5e0b")
                        .get("description")
                        .getAsString())
                .isEmpty();
        assertThat(object("node", "status", "n1", "--json").get("nodeClass").getAsString())
                .isEmpty();
        assertThat(object("status", "--json").get("nodesReady").getAsInt()).isZero();
    }

    @Test
    void a_log_is_printed_byte_by_byte() {
        cluster.answers(
                "StreamLogs",
                StreamLogsResponse.newBuilder()
                        .setData(ByteString.copyFromUtf8("one\ngr"))
                        .build(),
                StreamLogsResponse.newBuilder()
                        .setData(ByteString.copyFromUtf8("ün"))
                        .build());

        CliRun run = CliRun.of(cluster, "alloc", "logs", "5e0b", "-f", "-n", "7", "--stderr", "nginx");

        assertThat(run.out()).isEqualTo("one\ngrün");
        assertThat(run.exitCode()).isZero();
        assertThat(cluster.requests())
                .containsExactly(StreamLogsRequest.newBuilder()
                        .setAllocationId("5e0b")
                        .setTask("nginx")
                        .setStream(LogStream.LOG_STREAM_STDERR)
                        .setTailLines(7)
                        .setFollow(true)
                        .build());
    }

    @Test
    void the_last_bytes_of_a_log_begin_so_many_before_its_end() {
        cluster.on(
                "StreamLogs",
                (StreamLogsRequest request) -> List.of(StreamLogsResponse.newBuilder()
                        .setOffset(request.hasTailLines() ? 100 : request.getOffset())
                        .setNextOffset(100)
                        .setData(ByteString.copyFromUtf8(request.hasTailLines() ? "" : "the end"))
                        .build()));

        assertThat(CliRun.of(cluster, "alloc", "logs", "-tail", "-c", "7", "5e0b"))
                .isEqualTo(new CliRun(0, "the end", ""));
        assertThat(((StreamLogsRequest) cluster.requests().get(1)).getOffset()).isEqualTo(93);
        assertThat(CliRun.of(cluster, "alloc", "logs", "-c", "700", "5e0b").exitCode())
                .isZero();
        assertThat(((StreamLogsRequest) cluster.requests().get(3)).getOffset()).isZero();
    }

    @Test
    void a_directory_of_an_allocation_is_listed() {
        cluster.answers(
                "GetFile",
                GetFileResponse.newBuilder()
                        .setFile(FileInfo.newBuilder().setType(FileType.FILE_TYPE_DIRECTORY))
                        .build());
        cluster.answers(
                "ListFiles",
                ListFilesResponse.newBuilder()
                        .addFiles(FileInfo.newBuilder()
                                .setName("cache")
                                .setType(FileType.FILE_TYPE_DIRECTORY)
                                .setSize(4096)
                                .setPermissions("rwxrwxrwx"))
                        .addFiles(FileInfo.newBuilder()
                                .setName("a\u001b[2J")
                                .setType(FileType.FILE_TYPE_REGULAR)
                                .setSize(1)
                                .setPermissions("rw-r--r--"))
                        .build());

        for (CliRun run : List.of(
                CliRun.of(cluster, "alloc", "fs", "5e0b", "alloc/data"),
                CliRun.of(cluster, "alloc", "fs", "ls", "5e0b", "alloc/data"))) {
            assertThat(run.out()).isEqualTo("""
                    Mode        Size  Modified  Name
                    drwxrwxrwx  4096  -         cache/
                    -rw-r--r--  1     -         a?[2J
                    """);
        }
        assertThat(CliRun.of(cluster, "alloc", "fs", "-stat", "5e0b", "alloc/data")
                        .out())
                .contains("Mode");
        assertThat(CliRun.of(cluster, "alloc", "fs").exitCode()).isEqualTo(2);
        assertThat(CliRun.of(cluster, "alloc", "fs", "5e0b", "a", "b").exitCode())
                .isEqualTo(2);
    }

    @Test
    void a_file_of_an_allocation_is_printed_whole_or_from_its_last_lines_or_bytes() {
        String content =
                IntStream.range(0, 200_000).mapToObj("line %06d\n"::formatted).collect(Collectors.joining());
        ByteString file = ByteString.copyFromUtf8(content);
        cluster.answers(
                "GetFile",
                GetFileResponse.newBuilder()
                        .setFile(FileInfo.newBuilder()
                                .setType(FileType.FILE_TYPE_REGULAR)
                                .setSize(file.size()))
                        .build());
        cluster.on("ReadFile", request -> {
            ReadFileRequest read = (ReadFileRequest) request;
            int begin = (int) Math.min(read.getOffset(), file.size());
            int end = Math.min(begin + read.getLength(), file.size());
            return List.of(ReadFileResponse.newBuilder()
                    .setData(file.substring(begin, end))
                    .setSize(file.size())
                    .build());
        });

        assertThat(CliRun.of(cluster, "alloc", "fs", "5e0b", "alloc/data/x").out())
                .isEqualTo(content);
        assertThat(CliRun.of(cluster, "alloc", "fs", "cat", "-c", "12", "5e0b", "x")
                        .out())
                .isEqualTo("line 199999\n");
        assertThat(CliRun.of(cluster, "alloc", "fs", "-n", "2", "5e0b", "x").out())
                .isEqualTo("line 199998\nline 199999\n");
        assertThat(CliRun.of(cluster, "alloc", "fs", "-tail", "5e0b", "x").out().lines())
                .hasSize(10)
                .endsWith("line 199999");
        assertThat(CliRun.of(cluster, "alloc", "fs", "-n", "60000", "5e0b", "x")
                        .out()
                        .lines())
                .as("longer than a piece")
                .hasSize(60_000)
                .startsWith("line 140000");
        assertThat(CliRun.of(cluster, "alloc", "fs", "-n", "999999", "5e0b", "x")
                        .out())
                .isEqualTo(content);
        assertThat(CliRun.of(cluster, "alloc", "fs", "-n", "0", "5e0b", "x").out())
                .isEmpty();
    }

    @Test
    void the_log_of_a_job_is_that_of_its_newest_running_allocation_or_else_of_its_newest() {
        Allocation newest = Allocation.newBuilder().setId("newest-id").build();
        Allocation runs = Allocation.newBuilder().setId("runs-id").build();
        AtomicReference<List<Allocation>> running = new AtomicReference<>(List.of(runs));
        cluster.on("ListAllocations", request -> {
            ListAllocationsRequest query = (ListAllocationsRequest) request;
            assertThat(query.getJobId()).isEqualTo("web");
            boolean onlyRunning = query.getClientStatus() == ClientStatus.CLIENT_STATUS_RUNNING;
            return List.of(ListAllocationsResponse.newBuilder()
                    .addAllAllocations(onlyRunning ? running.get() : List.of(newest))
                    .build());
        });
        cluster.answers("StreamLogs", StreamLogsResponse.getDefaultInstance());

        assertThat(CliRun.of(cluster, "alloc", "logs", "--job", "web", "nginx").exitCode())
                .isZero();
        running.set(List.of());
        assertThat(CliRun.of(cluster, "alloc", "logs", "--job=web").exitCode()).isZero();

        assertThat(cluster.requests().stream()
                        .filter(StreamLogsRequest.class::isInstance)
                        .map(StreamLogsRequest.class::cast)
                        .map(request -> request.getAllocationId() + " " + request.getTask()))
                .containsExactly("runs-id nginx", "newest-id ");
        assertThat(CliRun.of(cluster, "alloc", "logs").exitCode()).isEqualTo(2);
        assertThat(CliRun.of(cluster, "alloc", "logs", "--job", "web", "a", "b").exitCode())
                .isEqualTo(2);
    }

    @Test
    void bytes_of_a_log_that_were_rotated_away_are_told_on_standard_error() {
        cluster.answers(
                "StreamLogs",
                StreamLogsResponse.newBuilder()
                        .setOffset(30)
                        .setData(ByteString.copyFromUtf8("one\n"))
                        .setNextOffset(34)
                        .build(),
                StreamLogsResponse.newBuilder()
                        .setOffset(34)
                        .setData(ByteString.copyFromUtf8("two\n"))
                        .setNextOffset(38)
                        .build(),
                StreamLogsResponse.newBuilder()
                        .setOffset(40)
                        .setData(ByteString.copyFromUtf8("four\n"))
                        .setNextOffset(45)
                        .build());

        assertThat(CliRun.of(cluster, "alloc", "logs", "5e0b"))
                .isEqualTo(new CliRun(
                        0,
                        "one\ntwo\nfour\n",
                        "(30 bytes are missing here: rotated away)\n(2 bytes are missing here: rotated away)\n"));
        assertThat(CliRun.of(cluster, "alloc", "logs", "-n", "3", "5e0b").err())
                .isEqualTo("(2 bytes are missing here: rotated away)\n");
    }

    @Test
    void a_log_without_options_is_all_of_standard_output() {
        cluster.answers("StreamLogs", StreamLogsResponse.getDefaultInstance());

        assertThat(CliRun.of(cluster, "alloc", "logs", "5e0b").exitCode()).isZero();
        assertThat(cluster.requests())
                .containsExactly(StreamLogsRequest.newBuilder()
                        .setAllocationId("5e0b")
                        .setStream(LogStream.LOG_STREAM_STDOUT)
                        .build());
    }

    @Test
    void an_allocation_is_stopped_by_the_begin_of_its_id() {
        cluster.answers(
                "StopAllocation",
                StopAllocationResponse.newBuilder()
                        .setEvaluationId(Samples.EVALUATION_ID)
                        .build());

        CliRun run = CliRun.of(cluster, "alloc", "stop", "5e0b39f0");

        assertThat(run.out()).isEqualTo("==> Allocation \"5e0b39f0\" is being stopped, evaluation \"52dee78a\"\n");
    }

    private JsonArray array(String... arguments) {
        return JsonParser.parseString(CliRun.of(cluster, arguments).out()).getAsJsonArray();
    }

    private JsonObject object(String... arguments) {
        return JsonParser.parseString(CliRun.of(cluster, arguments).out()).getAsJsonObject();
    }
}
