package dev.gantry.api;

import com.google.protobuf.Value;
import dev.gantry.model.FieldPath;
import dev.gantry.model.ParentJobs;
import dev.gantry.model.VariableReference;
import dev.gantry.v1.Check;
import dev.gantry.v1.Job;
import dev.gantry.v1.Service;
import dev.gantry.v1.Task;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Validates the references of a job's tasks to variables: their syntax, whose variables they are, and where they stand.
 * Elsewhere than in {@code env} and {@code args}, values would get into errors and records of the node.
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
        String config = path + ".config";
        task.getConfig().getFieldsMap().forEach((key, value) -> {
            String field = FieldPath.entry(config, key);
            if (key.equals(VariableReference.ARGS) && value.hasListValue()) {
                List<Value> arguments = value.getListValue().getValuesList();
                for (int i = 0; i < arguments.size(); i++) {
                    checkUse(arguments.get(i).getStringValue(), FieldPath.element(field, i));
                }
            } else {
                refuse(value, field);
            }
        });
        refuse(task.getUser(), path + ".user");
        for (int i = 0; i < task.getServicesCount(); i++) {
            refuse(task.getServices(i), FieldPath.element(path + ".services", i));
        }
        int count = VariableReference.of(task).size();
        if (count > VariableReference.MOST) {
            violations.add(
                    path, "refers to %d values of variables; the limit is %d".formatted(count, VariableReference.MOST));
        }
    }

    private void checkUse(String text, String field) {
        for (String name : VariableReference.names(text)) {
            Optional<VariableReference> reference = VariableReference.parse(name);
            String own = "jobs/" + ParentJobs.rootId(jobId);
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
            for (int j = 0; j < check.getArgsCount(); j++) {
                refuse(check.getArgs(j), FieldPath.element(field + ".args", j));
            }
        }
    }

    private void refuse(Value value, String field) {
        switch (value.getKindCase()) {
            case STRING_VALUE -> refuse(value.getStringValue(), field);
            case LIST_VALUE -> {
                List<Value> list = value.getListValue().getValuesList();
                for (int i = 0; i < list.size(); i++) {
                    refuse(list.get(i), FieldPath.element(field, i));
                }
            }
            case STRUCT_VALUE -> {
                Map<String, Value> fields = value.getStructValue().getFieldsMap();
                fields.forEach((key, inner) -> refuse(inner, FieldPath.entry(field, key)));
            }
            case NULL_VALUE, NUMBER_VALUE, BOOL_VALUE, KIND_NOT_SET -> {}
        }
    }

    private void refuse(String text, String field) {
        for (String name : VariableReference.names(text)) {
            violations.add(
                    field,
                    "${%s} can't stand here: variables are for env and args; put it into env and read that"
                            .formatted(name));
        }
    }
}
