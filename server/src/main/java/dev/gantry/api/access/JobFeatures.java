package dev.gantry.api.access;

import dev.gantry.driver.FeatureUse;
import dev.gantry.driver.TaskConfigCheck;
import dev.gantry.model.FieldPath;
import dev.gantry.v1.AclJobFeature;
import dev.gantry.v1.Job;
import dev.gantry.v1.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Finds which of the features that policies may deny a job uses. Only the driver of a task understands its config. */
public final class JobFeatures {

    private final Map<String, TaskConfigCheck> drivers;

    /**
     * Makes it.
     *
     * @param drivers understand the settings of the known drivers
     */
    public JobFeatures(List<TaskConfigCheck> drivers) {
        this.drivers = drivers.stream().collect(Collectors.toMap(TaskConfigCheck::driver, Function.identity()));
    }

    /**
     * Finds the features of a job.
     *
     * @param job a valid job
     * @return each place that uses one, in the order of the job
     */
    public List<FeatureUse> of(Job job) {
        List<FeatureUse> uses = new ArrayList<>();
        for (int i = 0; i < job.getTaskGroupsCount(); i++) {
            String tasks = FieldPath.element("task_groups", i) + ".tasks";
            for (int j = 0; j < job.getTaskGroups(i).getTasksCount(); j++) {
                Task task = job.getTaskGroups(i).getTasks(j);
                String path = FieldPath.element(tasks, j);
                TaskConfigCheck driver = drivers.get(task.getDriver());
                if (driver != null) {
                    uses.addAll(driver.features(task, path));
                }
                for (int k = 0; k < task.getArtifactsCount(); k++) {
                    uses.add(new FeatureUse(
                            AclJobFeature.ACL_JOB_FEATURE_ARTIFACTS,
                            FieldPath.element(path + ".artifacts", k),
                            "the node fetches it: take it out, and put the files into the image"));
                }
            }
        }
        return List.copyOf(uses);
    }
}
