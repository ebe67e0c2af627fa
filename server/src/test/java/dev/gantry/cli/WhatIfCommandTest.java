package dev.gantry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import com.google.rpc.BadRequest.FieldViolation;
import com.google.rpc.Code;
import dev.gantry.v1.NodeSelector;
import dev.gantry.v1.PlacementFailure;
import dev.gantry.v1.WhatIfAllocation;
import dev.gantry.v1.WhatIfChange;
import dev.gantry.v1.WhatIfChange.ChangeCase;
import dev.gantry.v1.WhatIfFit;
import dev.gantry.v1.WhatIfGroup;
import dev.gantry.v1.WhatIfRequest;
import dev.gantry.v1.WhatIfResponse;
import io.grpc.protobuf.StatusProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WhatIfCommandTest {

    @AutoClose
    private final ScriptedCluster cluster = new ScriptedCluster();

    @Test
    void each_option_becomes_a_change_in_the_order_of_the_help() {
        cluster.answers("WhatIf", WhatIfResponse.getDefaultInstance());

        CliRun run = CliRun.of(
                cluster,
                "what-if",
                "--lose=c",
                "--drain=class=big",
                "--drain=all",
                "--ignore-system",
                "--no-deadline",
                "--add-nodes=20",
                "--like=node1",
                "--memory=1024",
                "--with=driver.rkt.version=1.30.0",
                "--add-nodes=1",
                "--cpu=1",
                "--memory=1",
                "--set-attribute=node1:driver.rkt.version=1.30",
                "--stop=old",
                "--priority=web=70",
                "--count=team/web/front=200",
                "--fit=team/web/front");

        assertThat(run.err()).isEmpty();
        assertThat(run.out()).isEqualTo("Nothing would change, and nothing waits\n");
        assertThat(run.exitCode()).isZero();
        WhatIfRequest request = (WhatIfRequest) cluster.requests().get(0);
        assertThat(request.getChangesList())
                .extracting(WhatIfChange::getChangeCase)
                .containsExactly(
                        ChangeCase.SET_COUNT,
                        ChangeCase.SET_PRIORITY,
                        ChangeCase.STOP_JOB_ID,
                        ChangeCase.SET_PROPERTIES,
                        ChangeCase.ADD_NODES,
                        ChangeCase.ADD_NODES,
                        ChangeCase.DRAIN,
                        ChangeCase.DRAIN,
                        ChangeCase.LOSE);
        assertThat(request.getChanges(0).getSetCount().getJobId()).isEqualTo("team/web");
        assertThat(request.getChanges(0).getSetCount().getTaskGroup()).isEqualTo("front");
        assertThat(request.getChanges(3).getSetProperties().getPropertiesOrThrow("driver.rkt.version"))
                .isEqualTo("1.30");
        assertThat(request.getChanges(4).getAddNodes().getLike()).isEqualTo("node1");
        assertThat(request.getChanges(4).getAddNodes().getPropertiesOrThrow("driver.rkt.version"))
                .isEqualTo("1.30.0");
        assertThat(request.getChanges(5).getAddNodes().getLike()).isEmpty();
        assertThat(request.getChanges(6).getDrain().getNodes())
                .isEqualTo(NodeSelector.newBuilder().setNodeClass("big").build());
        assertThat(request.getChanges(6).getDrain().getPatient()).isTrue();
        assertThat(request.getChanges(7).getDrain().getNodes().getAll()).isTrue();
        assertThat(request.getFits(0).getJobId()).isEqualTo("team/web");
        assertThat(request.getMaxAllocations()).isEqualTo(20);
    }

    @Test
    void the_answer_names_groups_reasons_allocations_and_room() {
        WhatIfResponse answer = WhatIfResponse.newBuilder()
                .addGroups(WhatIfGroup.newBuilder()
                        .setJobId("web")
                        .setTaskGroup("front")
                        .setPriority(50)
                        .setMoved(2)
                        .setStopped(1)
                        .setWaiting(1)
                        .setFailure(PlacementFailure.newBuilder()
                                .setTaskGroup("front")
                                .setUnplaced(1)
                                .setSummary("2 of 3 nodes lack memory")))
                .setJobsHidden(1)
                .setUnsettled(true)
                .addAllocations(WhatIfAllocation.newBuilder()
                        .setJobId("web")
                        .setTaskGroup("front")
                        .setAllocationId("5e0b39f0-1111-4000-8000-000000000000")
                        .setIndex(4)
                        .setFromNode("n1")
                        .setToNode("n2")
                        .setReason("its node is draining"))
                .setAllocationsLeftOut(2)
                .addFits(WhatIfFit.newBuilder()
                        .setJobId("web")
                        .setTaskGroup("front")
                        .setMore(7)
                        .setLimit(PlacementFailure.newBuilder().setSummary("3 of 3 nodes lack cpu")))
                .addFits(WhatIfFit.newBuilder()
                        .setJobId("web")
                        .setTaskGroup("back")
                        .setMore(10_000)
                        .setAtLeast(true))
                .addFits(WhatIfFit.newBuilder()
                        .setJobId("old")
                        .setTaskGroup("main")
                        .setMore(5)
                        .setNotRunning(true)
                        .setLimit(PlacementFailure.newBuilder().setSummary("3 of 3 nodes lack cpu")))
                .build();
        cluster.answers("WhatIf", answer);

        assertThat(CliRun.of(cluster, "what-if", "--drain", "n1").out()).isEqualTo("""
                        Job/Group  Priority  Placed  Moved  Replaced  Updated  Stopped  Preempted  Waiting  Before
                        web/front  50        0       2      0         0        1        0          1        0
                        The cluster does not come to rest within 64 rounds of plans: this is one moment of it
                        Not shown: 1 job that this token may not read

                        Waiting: 1 of "web/front"
                        2 of 3 nodes lack memory

                        Allocations
                        ID        Job/Group  Index  From  To  Reason
                        5e0b39f0  web/front  4      n1    n2  its node is draining
                        And 2 more; --allocations N shows N

                        Room
                        web/front: 7 more fit. Then: 3 of 3 nodes lack cpu
                        web/back: more than 10000 more fit
                        old/main: 5 fit if the job ran. Then: 3 of 3 nodes lack cpu
                        """);
        assertThat(JsonParser.parseString(
                                CliRun.of(cluster, "what-if", "--json").out())
                        .getAsJsonObject()
                        .get("groups")
                        .getAsJsonArray())
                .hasSize(1);
    }

    @Test
    void an_option_that_can_not_be_read_is_refused_with_its_form() {
        for (List<String> wrong : List.of(
                List.of("--drain=rack=r1", "class=CLASS"),
                List.of("--set-attribute=n1", "NODES:NAME=VALUE"),
                List.of("--count=web=2", "JOB/GROUP"),
                List.of("--count=web/front", "JOB/GROUP=N"),
                List.of("--priority=web", "JOB=N"),
                List.of("--fit=web", "JOB/GROUP"),
                List.of("--like=n1", "--add-nodes"),
                List.of("--drain=", "\"\" selects no nodes: give a name or an id, class=CLASS"),
                List.of("--lose=class=", "\"class=\" selects no nodes"),
                List.of("--set-attribute= :a=b", "\" \" selects no nodes"),
                List.of("--add-nodes=2", "--add-nodes needs --like NODE, or --cpu MHZ and --memory MIB"),
                List.of("--add-nodes=2 --cpu=100", "--add-nodes needs --like NODE, or --cpu MHZ and --memory MIB"),
                List.of(
                        "--add-nodes=2 --like=a --cpu=0",
                        "--cpu 0: must be 1 or more; without --cpu, the new nodes have that of --like"),
                List.of("--add-nodes=2 --cpu=1 --memory=-1", "--memory -1: must be 1 or more"),
                List.of("--add-nodes=0 --like=a", "--add-nodes 0: must be 1 or more"))) {
            CliRun run = CliRun.of(
                    cluster,
                    Stream.concat(Stream.of("what-if"), Stream.of(wrong.get(0).split(" (?=--)")))
                            .toArray(String[]::new));
            assertThat(run.exitCode()).as(wrong.get(0)).isEqualTo(2);
            assertThat(run.err()).startsWith("error: ").contains(wrong.get(1));
        }
    }

    @Test
    void a_refused_question_is_explained_in_the_words_that_asked_it(@TempDir Path dir) throws IOException {
        String good =
                Files.writeString(dir.resolve("good.hcl"), "job \"good\" {}").toString();
        String bad = Files.writeString(dir.resolve("bad.hcl"), """
                        job "bad" {
                          group "g" {
                            count = 1000000
                          }
                        }
                        """).toString();
        BadRequest refusal = BadRequest.newBuilder()
                .addFieldViolations(violation("changes[1].submit.task_groups[0].count"))
                .addFieldViolations(violation("changes[2].set_count.count"))
                .addFieldViolations(violation("fits[0].job_id"))
                .build();
        cluster.refuses(
                "WhatIf",
                StatusProto.toStatusRuntimeException(com.google.rpc.Status.newBuilder()
                        .setCode(Code.INVALID_ARGUMENT_VALUE)
                        .addDetails(Any.pack(refusal))
                        .build()));
        CliRun run =
                CliRun.of(cluster, "what-if", "--job", good, "--job", bad, "--count=web/front=-1", "--fit=sum/main");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err().lines())
                .containsExactly(
                        "error: " + bad + ":3:13: count: is at fault",
                        "        count = 1000000",
                        "                ^",
                        "error: --count web/front: is at fault",
                        "error: --fit sum/main: is at fault");
    }

    @Test
    void values_of_variables_are_for_all_files_and_each_needs_a_file_that_declares_it(@TempDir Path dir)
            throws IOException {
        cluster.answers("WhatIf", WhatIfResponse.getDefaultInstance());
        String tagged = Files.writeString(dir.resolve("tagged.hcl"), """
                        variable "tag" {}
                        job "tagged" { meta { tag = var.tag } }
                        """).toString();
        String counted = Files.writeString(dir.resolve("counted.hcl"), """
                        variable "count" {}
                        job "counted" { meta { count = var.count } }
                        """).toString();
        String plain =
                Files.writeString(dir.resolve("plain.hcl"), "job \"plain\" {}").toString();

        CliRun good = CliRun.of(
                cluster, "what-if", "--job", tagged, "--job", counted, "--job", plain, "--var", "tag=a", "--var",
                "count=2");
        CliRun wrong = CliRun.of(
                cluster, "what-if", "--job", tagged, "--job", counted, "--var", "tag=a", "--var", "count=2", "--var",
                "cuont=3");

        assertThat(good.err()).isEmpty();
        WhatIfRequest request = (WhatIfRequest) cluster.requests().get(0);
        assertThat(request.getChanges(0).getSubmit().getMetaMap()).containsEntry("tag", "a");
        assertThat(request.getChanges(1).getSubmit().getMetaMap()).containsEntry("count", "2");
        assertThat(wrong.exitCode()).isEqualTo(1);
        assertThat(wrong.err())
                .contains(tagged + ":1:1: there is no variable \"cuont\" in this file for the value of --var cuont")
                .contains(counted + ":1:1: there is no variable \"cuont\"")
                .contains("did you mean \"count\"?")
                .doesNotContain("no variable \"tag\"");
    }

    private static FieldViolation violation(String field) {
        return FieldViolation.newBuilder()
                .setField(field)
                .setDescription("is at fault")
                .build();
    }
}
