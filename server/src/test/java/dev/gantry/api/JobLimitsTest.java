package dev.gantry.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.cluster.job.Cron;
import dev.gantry.driver.FeatureUse;
import dev.gantry.driver.TaskConfigCheck;
import dev.gantry.restriction.MachineUse;
import dev.gantry.v1.Affinity;
import dev.gantry.v1.Check;
import dev.gantry.v1.Constraint;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobViolation;
import dev.gantry.v1.Parameterized;
import dev.gantry.v1.Port;
import dev.gantry.v1.Resources;
import dev.gantry.v1.Service;
import dev.gantry.v1.Spread;
import dev.gantry.v1.SpreadTarget;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskGroup;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests the limits of the size of a job. */
class JobLimitsTest {

    private static final TaskConfigCheck ANY = new TaskConfigCheck() {
        @Override
        public String driver() {
            return "rkt";
        }

        @Override
        public List<JobViolation> check(TaskGroup group, Task task, String path) {
            return List.of();
        }

        @Override
        public List<FeatureUse> features(Task task, String path) {
            return List.of();
        }

        @Override
        public MachineUse machineUse(Task task) {
            return MachineUse.NONE;
        }
    };

    private final JobValidator validator = new JobValidator(List.of(ANY), Cron::fault);

    @ParameterizedTest
    @MethodSource("jobsBeyondOneLimit")
    void a_job_with_too_much_is_told_how_much_it_has_and_may_have(Job job, String field, String said) {
        assertThat(validator.check(job)).anySatisfy(violation -> {
            assertThat(violation.getField()).isEqualTo(field);
            assertThat(violation.getDescription()).startsWith("the job has " + said);
        });
    }

    static Stream<Arguments> jobsBeyondOneLimit() {
        Job.Builder empty = Job.newBuilder().setId("web");
        Constraint constraint =
                Constraint.newBuilder().setAttribute("${meta.a}").setValue("b").build();
        Affinity affinity =
                Affinity.newBuilder().setAttribute("${meta.a}").setValue("b").build();
        Service service = Service.newBuilder().setName("web").build();
        return Stream.of(
                Arguments.of(groups(1_001), "task_groups", "1001 groups; the limit is 1000"),
                Arguments.of(
                        oneGroup(group().setCount(60_000)).toBuilder()
                                .addTaskGroups(group().setName("other").setCount(40_001))
                                .build(),
                        "task_groups",
                        "100001 allocations, the counts of all groups together,; the limit is 100000"),
                Arguments.of(
                        oneGroup(group().addAllTasks(Collections.nCopies(2_000, task().build()))),
                        "task_groups",
                        "2001 tasks; the limit is 2000"),
                Arguments.of(
                        empty.clone()
                                .addAllDatacenters(Collections.nCopies(1_001, "dc1"))
                                .build(),
                        "datacenters",
                        "1001 datacenters; the limit is 1000"),
                Arguments.of(
                        oneGroup(group().addAllConstraints(Collections.nCopies(5_001, constraint))),
                        "constraints",
                        "5001 constraints; the limit is 5000"),
                Arguments.of(
                        empty.clone()
                                .addAllConstraints(Collections.nCopies(
                                        101,
                                        constraint.toBuilder()
                                                .setOperator("distinct_property")
                                                .build()))
                                .build(),
                        "constraints",
                        "101 distinct_hosts and distinct_property; the limit is 100"),
                Arguments.of(
                        empty.clone()
                                .addAllAffinities(Collections.nCopies(5_001, affinity))
                                .build(),
                        "affinities",
                        "5001 affinities; the limit is 5000"),
                Arguments.of(
                        oneGroup(group().addAllSpreads(Collections.nCopies(51, Spread.getDefaultInstance()))),
                        "spreads",
                        "51 spreads; the limit is 50"),
                Arguments.of(
                        empty.clone()
                                .addSpreads(Spread.newBuilder()
                                        .addAllTargets(Collections.nCopies(5_001, SpreadTarget.getDefaultInstance())))
                                .build(),
                        "spreads",
                        "5001 targets of spreads; the limit is 5000"),
                Arguments.of(
                        oneTask(task().setResources(Resources.newBuilder()
                                .addAllPorts(Collections.nCopies(5_001, Port.getDefaultInstance())))),
                        "task_groups",
                        "5001 ports; the limit is 5000"),
                Arguments.of(
                        oneTask(task().addAllServices(Collections.nCopies(2_001, service))),
                        "task_groups",
                        "2001 services; the limit is 2000"),
                Arguments.of(
                        oneTask(task().addServices(service.toBuilder()
                                .addAllChecks(Collections.nCopies(5_001, Check.getDefaultInstance())))),
                        "task_groups",
                        "5001 checks; the limit is 5000"),
                Arguments.of(
                        oneTask(task().addServices(service.toBuilder().addAllTags(Collections.nCopies(10_001, "a")))),
                        "task_groups",
                        "10001 tags of services; the limit is 10000"),
                Arguments.of(meta(empty.clone(), 20_001).build(), "meta", "20001 entries of meta; the limit is 20000"),
                Arguments.of(oneTask(env(task(), 20_001)), "task_groups", "20001 entries of env; the limit is 20000"),
                Arguments.of(
                        empty.clone()
                                .setParameterized(
                                        Parameterized.newBuilder().addAllMetaRequired(Collections.nCopies(1_001, "a")))
                                .build(),
                        "parameterized",
                        "1001 keys of meta to dispatch with; the limit is 1000"));
    }

    @Test
    void regular_expressions_are_limited_by_how_large_they_are_together() {
        Job job = oneGroup(group().addAllAffinities(IntStream.range(0, 200)
                .mapToObj(i -> Affinity.newBuilder()
                        .setAttribute("${meta.a}")
                        .setOperator("regexp")
                        .setValue("(a|b%d){100}".formatted(i))
                        .build())
                .toList()));

        assertThat(validator.check(job))
                .singleElement()
                .satisfies(violation -> assertThat(violation.getDescription())
                        .contains("steps of work for each node; the limit is 10000"));
    }

    @Test
    void what_groups_ask_alike_counts_once() {
        Job job = groups(1_000).toBuilder()
                .addConstraints(Constraint.newBuilder()
                        .setAttribute("${meta.a}")
                        .setOperator("regexp")
                        .setValue("[a-z]{1,63}"))
                .build();

        assertThat(validator.check(job)).isEmpty();
    }

    private static Job groups(int count) {
        Job.Builder job = Job.newBuilder().setId("web");
        for (int i = 0; i < count; i++) {
            job.addTaskGroups(group().setName("g" + i));
        }
        return job.build();
    }

    private static Job oneTask(Task.Builder task) {
        return oneGroup(TaskGroup.newBuilder().setName("front").addTasks(task));
    }

    private static Job oneGroup(TaskGroup.Builder group) {
        return Job.newBuilder().setId("web").addTaskGroups(group).build();
    }

    private static TaskGroup.Builder group() {
        return TaskGroup.newBuilder().setName("front").addTasks(task());
    }

    private static Task.Builder task() {
        return Task.newBuilder().setName("main").setDriver("rkt");
    }

    private static Job.Builder meta(Job.Builder job, int count) {
        IntStream.range(0, count).forEach(i -> job.putMeta("k" + i, "v"));
        return job;
    }

    private static Task.Builder env(Task.Builder task, int count) {
        IntStream.range(0, count).forEach(i -> task.putEnv("K" + i, "v"));
        return task;
    }
}
