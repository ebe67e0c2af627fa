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
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Jobs as clients submit them: valid, with one group {@code web} of one task {@code main}. */
final class TestJobs {

    private static final int META_VALUE = 100_000;

    private TestJobs() {}

    /** Returns metadata of about this size. A value becomes an environment variable, which Linux limits to 128 KiB. */
    static Map<String, String> meta(int bytes) {
        return IntStream.rangeClosed(1, bytes / META_VALUE)
                .boxed()
                .collect(Collectors.toMap("filling%d"::formatted, i -> "x".repeat(META_VALUE)));
    }

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
