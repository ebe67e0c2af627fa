package dev.gantry.jobfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Duration;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.ListValue;
import com.google.protobuf.Message;
import com.google.protobuf.NullValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.gantry.jobfile.hcl2.Inputs;
import dev.gantry.v1.Job;
import dev.gantry.v1.MigrateStrategy;
import dev.gantry.v1.Resources;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskGroup;
import dev.gantry.v1.UpdateStrategy;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests that what is written of a job is a job file that says the same job. */
class JobHclTest {

    private static final List<Path> DIRECTORIES = List.of(
            Path.of("src/test/resources/dev/gantry/jobfile/hcl2"),
            Path.of("src/test/resources/dev/gantry/app/nomad"),
            Path.of("../docs/examples"));

    private static final Inputs INPUTS = Inputs.NONE
            .withEnvironment("region", "eu", "", UnaryOperator.identity())
            .withEnvironment("limits", "{ cpu = 250, memory = 64 }", "", UnaryOperator.identity())
            .withEnvironment("debug", "true", "", UnaryOperator.identity());

    /** The server sets them; a submission that has them is refused. */
    private static final Set<String> OF_SERVER = Set.of("Job.parent_id", "Job.payload");

    /** Only deployments have it, so job files have no word for it here. */
    private static final String NO_WORD = "MigrateStrategy.health_check = HEALTH_CHECK_MANUAL";

    /** A job that has one field set, and the blocks around it. */
    private record Single(String name, Job job) {

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Path> jobFiles() throws IOException {
        List<Path> files = new ArrayList<>();
        for (Path directory : DIRECTORIES) {
            try (Stream<Path> found = Files.list(directory)) {
                found.filter(file -> file.toString().matches(".*\\.(hcl|json)"))
                        .filter(JobHclTest::isJob)
                        .forEach(files::add);
            }
        }
        assertThat(files).hasSizeGreaterThan(25);
        return files.stream();
    }

    /** Some files are there to be refused, and some expect a value from the environment of their test. */
    private static boolean isJob(Path file) {
        try {
            var unused = JobFiles.open(file, INPUTS).job();
            return true;
        } catch (JobFileException e) {
            return false;
        }
    }

    @ParameterizedTest
    @MethodSource("jobFiles")
    void a_job_file_that_is_written_says_the_same_job_and_is_laid_out(Path file) {
        Job job = JobFiles.open(file, INPUTS).job();

        String written = JobFiles.write(job);

        assertThat(read(written)).isEqualTo(job);
        assertThat(HclFormat.format(written)).isEqualTo(written);
    }

    static List<Single> fields() {
        List<Single> fields = new ArrayList<>();
        addFields(Job.getDescriptor(), List.of(), fields);
        return fields;
    }

    private static void addFields(Descriptor message, List<FieldDescriptor> path, List<Single> fields) {
        for (FieldDescriptor field : message.getFields()) {
            if (isBlock(field)) {
                List<FieldDescriptor> inner = new ArrayList<>(path);
                inner.add(field);
                fields.add(new Single(JobKeys.nameOf(field), job(path, field, block(field))));
                addFields(field.getMessageType(), inner, fields);
            } else if (!OF_SERVER.contains(JobKeys.nameOf(field))) {
                for (Object sample : samples(field)) {
                    String name = JobKeys.nameOf(field) + " = " + sample;
                    if (!name.equals(NO_WORD)) {
                        fields.add(new Single(name.replace('\n', ' '), job(path, field, sample)));
                    }
                }
            }
        }
    }

    private static boolean isBlock(FieldDescriptor field) {
        return field.getJavaType() == JavaType.MESSAGE
                && !field.isMapField()
                && field.getMessageType().getFile().equals(Job.getDescriptor().getFile());
    }

    /** Returns values other than the default one. */
    private static List<?> samples(FieldDescriptor field) {
        if (field.isMapField()) {
            return List.of("entry");
        }
        return switch (field.getJavaType()) {
            case STRING -> field.isRepeated() ? List.of(List.of("a", "b")) : List.of("x", "two\nlines\n");
            case INT -> List.of(50);
            case BOOLEAN -> List.of(true);
            case ENUM -> words(field.getEnumType());
            case MESSAGE ->
                field.getMessageType().equals(Duration.getDescriptor())
                        ? List.of(
                                Duration.newBuilder()
                                        .setSeconds(5400)
                                        .setNanos(250_000_000)
                                        .build(),
                                Duration.getDefaultInstance())
                        : List.of(struct());
            default -> throw new AssertionError("There is no sample for " + field);
        };
    }

    private static List<?> words(EnumDescriptor type) {
        return type.getValues().stream().filter(value -> value.getNumber() > 0).toList();
    }

    private static Struct struct() {
        Value list = Value.newBuilder()
                .setListValue(ListValue.newBuilder()
                        .addValues(text("one"))
                        .addValues(Value.newBuilder().setNumberValue(1.5))
                        .addValues(Value.newBuilder()
                                .setStructValue(Struct.newBuilder().putFields("for", text("x")))))
                .build();
        return Struct.newBuilder()
                .putFields("big", Value.newBuilder().setNumberValue(1e300).build())
                .putFields("digits", text("1.10"))
                .putFields("flag", Value.newBuilder().setBoolValue(true).build())
                .putFields("list", list)
                .putFields(
                        "inner",
                        Value.newBuilder()
                                .setStructValue(Struct.newBuilder().putFields("list", list))
                                .build())
                .putFields(
                        "odd",
                        Value.newBuilder()
                                .setStructValue(Struct.newBuilder().putFields("a b", list))
                                .build())
                .putFields(
                        "empty",
                        Value.newBuilder()
                                .setStructValue(Struct.getDefaultInstance())
                                .build())
                .build();
    }

    private static Value text(String text) {
        return Value.newBuilder().setStringValue(text).build();
    }

    private static Job job(List<FieldDescriptor> path, FieldDescriptor field, Object value) {
        List<Message.Builder> around = new ArrayList<>();
        around.add(labelled(Job.newBuilder()));
        path.forEach(step -> around.add(labelled(around.get(around.size() - 1).newBuilderForField(step))));
        Message.Builder last = around.get(path.size());
        last.setField(field, field.isMapField() ? List.of(entry(last, field)) : value);
        for (int i = path.size(); i > 0; i--) {
            FieldDescriptor step = path.get(i - 1);
            Message inner = around.get(i).build();
            around.get(i - 1).setField(step, step.isRepeated() ? List.of(inner) : inner);
        }
        return (Job) around.get(0).build();
    }

    private static Message entry(Message.Builder message, FieldDescriptor map) {
        Message.Builder entry = message.newBuilderForField(map);
        entry.getDescriptorForType().getFields().forEach(field -> entry.setField(field, "x"));
        return entry.build();
    }

    private static Object block(FieldDescriptor field) {
        Message block =
                labelled(DynamicMessage.newBuilder(field.getMessageType())).build();
        return field.isRepeated() ? List.of(block) : block;
    }

    /** Sets what a block is not written without: its label, or the name of a header. */
    private static Message.Builder labelled(Message.Builder block) {
        block.getDescriptorForType().getFields().stream()
                .filter(field -> JobKeys.of(field).equals(JobKeys.LABEL)
                        || JobKeys.nameOf(field).equals("CheckHeader.name"))
                .forEach(field -> block.setField(field, "label"));
        return block;
    }

    @ParameterizedTest
    @MethodSource("fields")
    void each_field_is_written(Single single) {
        assertThat(read(JobFiles.write(single.job()))).isEqualTo(single.job());
    }

    @Property(tries = 300)
    void each_text_is_written(@ForAll("texts") String text) {
        Job job = withTask(Task.newBuilder()
                .putEnv("A", text)
                .putMeta("a.b", text)
                .setConfig(Struct.newBuilder()
                        .putFields("command", text(text))
                        .putFields(
                                "args",
                                Value.newBuilder()
                                        .setListValue(ListValue.newBuilder().addValues(text(text)))
                                        .build())));

        assertThat(read(JobFiles.write(job))).isEqualTo(job);
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.oneOf(
                        Arbitraries.of(
                                "${NOMAD_PORT_http}",
                                "${env[\"A\"]}",
                                "${x:-1}",
                                "${upper(\"x\")}",
                                "$${",
                                "%{ if x }",
                                "%%{",
                                "EOT",
                                "EOT\n",
                                "\n",
                                "\\n",
                                "\r",
                                "\u2028",
                                "\u0007",
                                "~}",
                                "\t",
                                "ä😀",
                                "a b"),
                        Arbitraries.strings().withChars("${}%\"\\ \n#ab").ofMaxLength(4))
                .list()
                .ofMaxSize(4)
                .map(parts -> String.join("", parts));
    }

    @Test
    void what_a_node_replaces_stays_readable_and_other_braces_are_escaped() {
        Task.Builder task = Task.newBuilder()
                .setDriver("rkt")
                .putEnv("PORT", "${NOMAD_PORT_http}")
                .setConfig(Struct.newBuilder().putFields("script", text("#!/bin/sh\necho hello\n")));

        assertThat(JobFiles.write(withTask(task))).isEqualTo("""
                        job "j" {
                          group "g" {
                            task "t" {
                              driver = "rkt"

                              config {
                                script = <<EOT
                        #!/bin/sh
                        echo hello
                        EOT
                              }

                              env {
                                PORT = "${NOMAD_PORT_http}"
                              }
                            }
                          }
                        }
                        """);
        assertThat(JobFiles.write(withTask(task.clearConfig().putEnv("PORT", "${P:-80}"))))
                .isEqualTo("""
                        # This makes the file HCL 2, where $${ and %%{ stand for the texts ${ and %{.
                        locals {}

                        job "j" {
                          group "g" {
                            task "t" {
                              driver = "rkt"

                              env {
                                PORT = "$${P:-80}"
                              }
                            }
                          }
                        }
                        """);
    }

    @Test
    void a_group_that_overrides_its_job_is_written_with_what_it_overrides() {
        Job job = Job.newBuilder()
                .setId("j")
                .setUpdate(UpdateStrategy.newBuilder()
                        .setCanary(1)
                        .setAutoRevert(true)
                        .setMaxParallel(2))
                .addTaskGroups(TaskGroup.newBuilder()
                        .setName("g")
                        .setUpdate(UpdateStrategy.newBuilder().setMaxParallel(2)))
                .build();

        assertThat(read(JobFiles.write(job))).isEqualTo(job);
    }

    @Test
    void a_job_that_hcl_can_not_say_is_refused() {
        Job withNull = withTask(Task.newBuilder()
                .setConfig(Struct.newBuilder()
                        .putFields(
                                "a",
                                Value.newBuilder()
                                        .setNullValue(NullValue.NULL_VALUE)
                                        .build())));
        Job withoutDeadline = Job.newBuilder()
                .setId("j")
                .setMigrate(MigrateStrategy.newBuilder()
                        .setHealthyDeadline(Duration.newBuilder().setSeconds(3)))
                .addTaskGroups(TaskGroup.newBuilder().setName("g").setMigrate(MigrateStrategy.getDefaultInstance()))
                .build();
        Job small =
                withTask(Task.newBuilder().setResources(Resources.newBuilder().setCpu(1)));

        assertRefused(withNull, "the job can't be written in HCL: it would say another job: write it as JSON");
        assertRefused(withoutDeadline, "the job can't be written in HCL: it would say another job: write it as JSON");
        assertRefused(
                small,
                "the job can't be written in HCL: cpu must be a whole number of 20 or more, not 1: write it as JSON");
        assertRefused(
                Job.newBuilder().setId("j").setParentId("p").build(),
                "a job file has no parent_id and no payload, which the server sets for a child: convert the parent");
    }

    private static void assertRefused(Job job, String message) {
        assertThatThrownBy(() -> JobFiles.write(job))
                .isInstanceOf(JobFileException.class)
                .hasMessage(message);
    }

    private static Job withTask(Task.Builder task) {
        return Job.newBuilder()
                .setId("j")
                .addTaskGroups(TaskGroup.newBuilder().setName("g").addTasks(task.setName("t")))
                .build();
    }

    private static Job read(String text) {
        return JobFiles.read("j.hcl", new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }
}
