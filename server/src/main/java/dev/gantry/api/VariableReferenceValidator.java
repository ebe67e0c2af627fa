package dev.gantry.api;

import dev.gantry.model.ArtifactSource;
import dev.gantry.model.ConfigTexts;
import dev.gantry.model.FieldPath;
import dev.gantry.model.VariableReference;
import dev.gantry.v1.Artifact;
import dev.gantry.v1.Check;
import dev.gantry.v1.Job;
import dev.gantry.v1.Service;
import dev.gantry.v1.Task;
import java.util.Optional;

/**
 * Validates the references of a job's tasks to variables: their syntax, whose variables they are, and where they stand.
 * Elsewhere than in {@code env}, artifacts and some texts of {@code config}, values would get into errors and records of
 * the node.
 */
final class VariableReferenceValidator {

    private final String jobId;
    private final Violations violations;

    private VariableReferenceValidator(String jobId, Violations violations) {
        this.jobId = jobId;
        this.violations = violations;
    }

    static void check(Job job, Violations violations) {
        VariableReferenceValidator validator = new VariableReferenceValidator(job.getId(), violations);
        for (int i = 0; i < job.getTaskGroupsCount(); i++) {
            String group = FieldPath.element("task_groups", i);
            for (int j = 0; j < job.getTaskGroups(i).getTasksCount(); j++) {
                validator.check(job.getTaskGroups(i).getTasks(j), FieldPath.element(group + ".tasks", j));
            }
        }
    }

    private void check(Task task, String path) {
        task.getEnvMap().forEach((name, value) -> checkUse(value, FieldPath.entry(path + ".env", name)));
        ConfigTexts.forEach(task.getConfig(), (place, text) -> {
            String field = FieldPath.within(path + ".config", place);
            if (ConfigTexts.mayReferToVariables(place)) {
                checkUse(text, field);
            } else {
                refuse(text, field);
            }
        });
        refuse(task.getUser(), path + ".user");
        for (int i = 0; i < task.getArtifactsCount(); i++) {
            check(task.getArtifacts(i), FieldPath.element(path + ".artifacts", i));
        }
        for (int i = 0; i < task.getTemplatesCount(); i++) {
            String template = FieldPath.element(path + ".templates", i);
            refuse(task.getTemplates(i).getSource(), template + ".source");
            refuse(task.getTemplates(i).getDestination(), template + ".destination");
            for (String name : VariableReference.names(task.getTemplates(i).getData())) {
                violations.add(
                        template + ".data",
                        "${%s} is not filled in here: write {{ with nomadVar \"PATH\" }}{{ .KEY }}{{ end }}"
                                .formatted(name));
            }
        }
        for (int i = 0; i < task.getServicesCount(); i++) {
            refuse(task.getServices(i), FieldPath.element(path + ".services", i));
        }
        int count = VariableReference.of(task).size();
        if (count > VariableReference.MOST) {
            violations.add(
                    path, "refers to %d values of variables; the limit is %d".formatted(count, VariableReference.MOST));
        }
    }

    private void check(Artifact artifact, String path) {
        checkUse(artifact.getSource(), path + ".source");
        if (ArtifactSource.namesServerByVariable(artifact.getSource())) {
            violations.add(
                    path + ".source",
                    "a variable is not filled in here, since errors and events name the server: it may stand in the path and"
                            + " the query");
        }
        artifact.getHeadersMap().forEach((name, value) -> checkUse(value, FieldPath.entry(path + ".headers", name)));
        artifact.getOptionsMap().forEach((name, value) -> refuse(value, FieldPath.entry(path + ".options", name)));
        refuse(artifact.getDestination(), path + ".destination");
    }

    private void checkUse(String text, String field) {
        for (String name : VariableReference.names(text)) {
            Optional<VariableReference> reference = VariableReference.parse(name);
            String own = VariableReference.pathOf(jobId);
            if (reference.isEmpty()) {
                violations.add(
                        field,
                        "${%s} refers to no value of a variable: write ${var.PATH.KEY}, such as ${var.%s.password}"
                                .formatted(name, own));
            } else if (!reference.get().isOfJob(jobId)) {
                violations.add(
                        field,
                        "%s is not the job's to read: a job reads %s and what is below it"
                                .formatted(reference.get(), own));
            }
        }
    }

    private void refuse(Service service, String path) {
        for (int i = 0; i < service.getChecksCount(); i++) {
            Check check = service.getChecks(i);
            String field = FieldPath.element(path + ".checks", i);
            refuse(check.getPath(), field + ".path");
            refuse(check.getCommand(), field + ".command");
            refuse(check.getGrpcService(), field + ".grpc_service");
            for (int j = 0; j < check.getHeadersCount(); j++) {
                String header = FieldPath.element(field + ".headers", j);
                refuse(check.getHeaders(j).getName(), header + ".name");
                check.getHeaders(j).getValuesList().forEach(value -> refuse(value, header + ".values"));
            }
            for (int j = 0; j < check.getArgsCount(); j++) {
                refuse(check.getArgs(j), FieldPath.element(field + ".args", j));
            }
        }
    }

    private void refuse(String text, String field) {
        for (String name : VariableReference.names(text)) {
            violations.add(
                    field,
                    "${%s} can't stand here: variables are for env, args, auth, and sources and headers of artifacts; put it into env and read that"
                            .formatted(name));
        }
    }
}
