package dev.gantry.scheduler.constraint;

import static dev.gantry.scheduler.Fixtures.constraint;
import static dev.gantry.scheduler.Fixtures.group;
import static dev.gantry.scheduler.Fixtures.job;
import static dev.gantry.scheduler.Fixtures.node;
import static dev.gantry.scheduler.Fixtures.task;
import static dev.gantry.scheduler.Fixtures.version;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.v1.Drain;
import dev.gantry.v1.DriverHealth;
import dev.gantry.v1.Job;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeStatus;
import dev.gantry.v1.SchedulingEligibility;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FeasibilityTest {

    private static final Job JOB = version(
                    0,
                    job(group("front", 1, task(100, 100).addConstraints(constraint("${meta.disk}", "=", "ssd")))
                                    .addConstraints(constraint("${attr.kernel.name}", "=", "linux")))
                            .addDatacenters("dc1")
                            .addDatacenters("dc2")
                            .addConstraints(constraint("${driver.rkt.version}", ">", "1.2")))
            .getJob();

    private static final Node GOOD = node("good")
            .putAttributes("kernel.name", "linux")
            .putMeta("disk", "ssd")
            .build();

    @Test
    void a_node_that_meets_all_requirements_is_feasible() {
        assertThat(feasibility().refusal(GOOD)).isEmpty();
    }

    @Test
    void a_datacenter_is_matched_by_a_pattern() {
        Job job = JOB.toBuilder()
                .clearDatacenters()
                .addDatacenters("eu-*")
                .addDatacenters("dc1*")
                .build();
        Feasibility feasibility = new Feasibility(NodeRequirements.of(job, job.getTaskGroups(0), Map.of()));

        assertThat(feasibility.refusal(GOOD.toBuilder().setDatacenter("dc1").build()))
                .isEmpty();
        assertThat(feasibility.refusal(GOOD.toBuilder().setDatacenter("dc1-b").build()))
                .isEmpty();
        assertThat(feasibility.refusal(GOOD.toBuilder().setDatacenter("eu-west").build()))
                .isEmpty();
        assertThat(feasibility
                        .refusal(GOOD.toBuilder().setDatacenter("us").build())
                        .orElseThrow()
                        .reason())
                .isEqualTo("datacenter is not eu-* or dc1*");
    }

    @Test
    void each_unmet_requirement_has_its_own_reason() {
        assertThat(reason(GOOD.toBuilder().setStatus(NodeStatus.NODE_STATUS_DOWN)))
                .isEqualTo("node is down");
        assertThat(reason(GOOD.toBuilder().setDatacenter("dc3"))).isEqualTo("datacenter is not dc1 or dc2");
        assertThat(reason(GOOD.toBuilder().removeDrivers("rkt"))).isEqualTo("driver rkt is not offered");
        assertThat(reason(GOOD.toBuilder().putAttributes("driver.rkt.version", "1.1.0")))
                .isEqualTo("Constraint \"${driver.rkt.version} > 1.2\"");
        assertThat(reason(GOOD.toBuilder().putAttributes("kernel.name", "plan9")))
                .isEqualTo("Constraint \"${attr.kernel.name} = linux\"");
        assertThat(reason(GOOD.toBuilder().putMeta("disk", "hdd"))).isEqualTo("Constraint \"${meta.disk} = ssd\"");
    }

    @Test
    void the_explanation_for_one_node_names_its_values() {
        Node node = GOOD.toBuilder()
                .putDrivers(
                        "rkt",
                        DriverHealth.newBuilder()
                                .setDescription("no rkt on $PATH")
                                .build())
                .build();

        Refusal refusal = feasibility().refusal(node).orElseThrow();

        assertThat(refusal.reason()).isEqualTo("driver rkt is not offered");
        assertThat(feasibility().explain(refusal, node)).isEqualTo("driver rkt is not offered: no rkt on $PATH");
    }

    @Test
    void requirements_decide_what_may_stay_on_a_node_and_eligibility_decides_what_is_added() {
        Node closed = GOOD.toBuilder()
                .setStatus(NodeStatus.NODE_STATUS_DOWN)
                .setDrain(Drain.getDefaultInstance())
                .setEligibility(SchedulingEligibility.SCHEDULING_ELIGIBILITY_INELIGIBLE)
                .build();
        Node changed =
                closed.toBuilder().putAttributes("driver.rkt.version", "1.1.0").build();

        assertThat(feasibility().misfit(closed)).isEmpty();
        assertThat(feasibility().misfit(changed).orElseThrow().reason())
                .isEqualTo("Constraint \"${driver.rkt.version} > 1.2\"");
    }

    private static Feasibility feasibility() {
        return new Feasibility(NodeRequirements.of(JOB, JOB.getTaskGroups(0), Map.of()));
    }

    private static String reason(Node.Builder node) {
        return feasibility().refusal(node.build()).orElseThrow().reason();
    }
}
