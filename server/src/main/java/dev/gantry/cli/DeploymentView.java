package dev.gantry.cli;

import dev.gantry.v1.Deployment;
import dev.gantry.v1.DeploymentGroup;
import dev.gantry.v1.DeploymentStatus;
import java.util.List;

/** Shows deployments. */
final class DeploymentView {

    private DeploymentView() {}

    /** Shows a table; without objects, a line that says so. */
    static List<String> all(List<Deployment> deployments, VerboseOption ids) {
        if (deployments.isEmpty()) {
            return List.of("No deployments");
        }
        return new Table("ID", "Job", "Job Version", "Status", "Description")
                .rows(
                        deployments,
                        deployment -> List.of(
                                ids.id(deployment.getId()),
                                deployment.getJobId(),
                                Long.toString(deployment.getJobVersion()),
                                status(deployment),
                                deployment.getDescription()))
                .lines();
    }

    /** Shows one object in full. */
    static List<String> one(Deployment deployment) {
        return sections(
                deployment,
                new FieldList()
                        .add("ID", deployment.getId())
                        .add("Job", deployment.getJobId())
                        .add("Job Version", Long.toString(deployment.getJobVersion())));
    }

    /** Shows a deployment below its job. */
    static List<String> brief(Deployment deployment, VerboseOption ids) {
        return sections(
                deployment,
                new FieldList()
                        .add("ID", ids.id(deployment.getId()))
                        .add("Version", Long.toString(deployment.getJobVersion())));
    }

    private static List<String> sections(Deployment deployment, FieldList names) {
        return new Sections()
                .add(names.add("Status", status(deployment))
                        .add("Description", deployment.getDescription())
                        .lines())
                .section("Deployed", groups(deployment.getGroupsList()))
                .lines();
    }

    private static String status(Deployment deployment) {
        return deployment.getPaused() && deployment.getStatus() == DeploymentStatus.DEPLOYMENT_STATUS_RUNNING
                ? "paused"
                : TextFormat.word(deployment.getStatus());
    }

    private static List<String> groups(List<DeploymentGroup> groups) {
        if (groups.isEmpty()) {
            return List.of();
        }
        return new Table(
                        "Task Group",
                        "Promoted",
                        "Desired",
                        "Canaries",
                        "Placed",
                        "Healthy",
                        "Unhealthy",
                        "Progress Deadline")
                .rows(
                        groups,
                        group -> List.of(
                                group.getTaskGroup(),
                                group.getDesiredCanaries() == 0 ? "-" : TextFormat.yes(group.getPromoted()),
                                Integer.toString(group.getDesiredTotal()),
                                Integer.toString(group.getDesiredCanaries()),
                                Integer.toString(group.getPlaced()),
                                Integer.toString(group.getHealthy()),
                                Integer.toString(group.getUnhealthy()),
                                TimeFormat.exact(group.getProgressDeadline())))
                .lines();
    }
}
