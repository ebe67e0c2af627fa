package dev.gantry.app;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.gantry.v1.Constraint;
import dev.gantry.v1.Job;
import dev.gantry.v1.Port;
import dev.gantry.v1.Resources;
import dev.gantry.v1.SubmitJobRequest;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskGroup;

/** Jobs as clients submit them: valid, with one group {@code web} of one task {@code main}. */
final class TestJobs {

    private TestJobs() {}

    static Job job(String id, String datacenter) {
        return job(id, datacenter, TaskGroup.newBuilder().setName("web").addTasks(task()));
    }

    static Job job(String id, String datacenter, TaskGroup.Builder group) {
        return Job.newBuilder()
                .setId(id)
                .addDatacenters(datacenter)
                .addTaskGroups(group)
                .build();
    }

    static Job counted(String id, String datacenter, int count) {
        return job(
                id,
                datacenter,
                TaskGroup.newBuilder().setName("web").setCount(count).addTasks(task()));
    }

    static Job constrained(String id, String datacenter, String attribute, String operator, String value) {
        return job(id, datacenter).toBuilder()
                .addConstraints(Constraint.newBuilder()
                        .setAttribute(attribute)
                        .setOperator(operator)
                        .setValue(value))
                .build();
    }

    static Job withPort(String id, String datacenter, String label, int staticPort) {
        return job(
                id,
                datacenter,
                TaskGroup.newBuilder()
                        .setName("web")
                        .addTasks(task().setResources(Resources.newBuilder()
                                .addPorts(Port.newBuilder().setLabel(label).setStaticPort(staticPort)))));
    }

    static Job sized(String id, String datacenter, int priority, int memoryMib) {
        return job(
                        id,
                        datacenter,
                        TaskGroup.newBuilder()
                                .setName("web")
                                .addTasks(task().setResources(
                                                Resources.newBuilder().setMemoryMib(memoryMib))))
                .toBuilder()
                .setPriority(priority)
                .build();
    }

    /** On the host's network, so that ports need no names in the image. */
    static Task.Builder task() {
        return Task.newBuilder()
                .setName("main")
                .setDriver("rkt")
                .setConfig(Struct.newBuilder()
                        .putFields("image", text("example.com/web"))
                        .putFields(
                                "net",
                                Value.newBuilder()
                                        .setListValue(ListValue.newBuilder().addValues(text("host")))
                                        .build()));
    }

    static Value text(String text) {
        return Value.newBuilder().setStringValue(text).build();
    }

    static SubmitJobRequest submit(Job job) {
        return SubmitJobRequest.newBuilder().setJob(job).build();
    }
}
