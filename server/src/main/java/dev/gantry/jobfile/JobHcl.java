package dev.gantry.jobfile;

import static java.util.stream.Collectors.toMap;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.MapEntry;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.gantry.jobfile.hcl.Faults;
import dev.gantry.jobfile.hcl2.Inputs;
import dev.gantry.v1.CheckHeader;
import dev.gantry.v1.Job;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Writes a job as a job file in HCL 2.
 *
 * <p>Walks the messages, so a new field is written by its name, or by its key in {@link JobKeys}. What was written is read
 * again: a file that would say another job is refused.
 */
final class JobHcl {

    /**
     * A file that HCL 1 can read is in HCL 1, where <code>$${</code> has no meaning. A file with locals is in HCL 2.
     */
    private static final String IN_HCL2 =
            "# This makes the file HCL 2, where $${ and %%{ stand for the texts ${ and %{.\nlocals {}\n\n";

    /** The blocks that stand last, since they are long. */
    private static final List<String> LAST = List.of(Keys.TASK.kind(), Keys.GROUP.kind());

    /** The blocks that a group takes from its job, key by key. A key that the group does not have is written there. */
    private static final Set<String> INHERITED = Set.of("update", "migrate");

    private static final int LONGEST_NUMBER = 40;

    private final HclWriter out = new HclWriter();

    private JobHcl() {}

    /**
     * Writes a job.
     *
     * @throws JobFileException if HCL can't say the job
     */
    static String write(Job job) {
        refuseOfServer(job);
        JobHcl writer = new JobHcl();
        writer.block(job, Job.getDefaultInstance(), Keys.JOB.kind(), job);
        String text = HclFormat.format(writer.out.written());
        if (isRead(text, job, new Faults())) {
            return text;
        }
        String inHcl2 = HclFormat.format(IN_HCL2 + writer.out.written());
        Faults faults = new Faults();
        if (isRead(inHcl2, job, faults)) {
            return inHcl2;
        }
        String reason = faults.inOrder().stream()
                .findFirst()
                .map(fault -> fault.getMessage())
                .orElse("it would say another job");
        throw new JobFileException(
                "the job can't be written in HCL: %s: write it as JSON".formatted(SourceFiles.oneLine(reason)));
    }

    private static boolean isRead(String text, Job job, Faults faults) {
        Job read = JobFiles.parse(text, Inputs.NONE, faults);
        return faults.isEmpty() && read.equals(job);
    }

    private static void refuseOfServer(Job job) {
        if (!job.getParentId().isEmpty() || !job.getPayload().isEmpty()) {
            throw new JobFileException(
                    "a job file has no parent_id and no payload, which the server sets for a child: convert the parent");
        }
    }

    /**
     * Writes a message as a block.
     *
     * @param inherited the message whose values hold where the block has none; the default one if there is none
     */
    private void block(Message message, Message inherited, String kind, Job job) {
        List<String> labels = fields(message).stream()
                .filter(field -> JobKeys.of(field).equals(JobKeys.LABEL))
                .map(field -> (String) message.getField(field))
                .toList();
        out.block(kind, labels, () -> content(message, inherited, job));
    }

    private void content(Message message, Message inherited, Job job) {
        Map<String, List<FieldDescriptor>> blocks = new LinkedHashMap<>();
        for (FieldDescriptor field : fields(message)) {
            String key = JobKeys.of(field);
            boolean isSet = (field.hasPresence() || field.isRepeated())
                    ? message.getAllFields().containsKey(field)
                    : !message.getField(field).equals(inherited.getField(field));
            if (!isSet || key.equals(JobKeys.LABEL)) {
                continue;
            }
            if (isBlock(field) || key.contains(".")) {
                int dot = key.indexOf('.');
                blocks.computeIfAbsent(dot < 0 ? key : key.substring(0, dot), none -> new ArrayList<>())
                        .add(field);
            } else {
                setting(message, field, key);
            }
        }
        blocks.entrySet().stream()
                .sorted(Comparator.comparing(block -> LAST.indexOf(block.getKey())))
                .forEach(block -> blocks(message, block.getKey(), block.getValue(), job));
    }

    private static List<FieldDescriptor> fields(Message message) {
        return message.getDescriptorForType().getFields();
    }

    private static boolean isBlock(FieldDescriptor field) {
        return field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
                && !field.getMessageType().equals(Duration.getDescriptor());
    }

    /** Writes the blocks of a kind, from one field or, if its keys are fields of the message, from several. */
    private void blocks(Message message, String kind, List<FieldDescriptor> fields, Job job) {
        if (JobKeys.of(fields.get(0)).contains(".")) {
            out.block(
                    kind,
                    List.of(),
                    () -> fields.forEach(field -> {
                        String key = JobKeys.of(field).substring(kind.length() + 1);
                        if (isBlock(field)) {
                            blocks(message, field, key, job);
                        } else {
                            setting(message, field, key);
                        }
                    }));
            return;
        }
        fields.forEach(field -> blocks(message, field, kind, job));
    }

    private void blocks(Message message, FieldDescriptor field, String kind, Job job) {
        if (field.isMapField()) {
            pairs(kind, texts(message, field));
        } else if (field.getMessageType().equals(Struct.getDescriptor())) {
            struct(kind, (Struct) message.getField(field));
        } else if (field.getMessageType().equals(CheckHeader.getDescriptor())) {
            headers(kind, (List<?>) message.getField(field));
        } else if (field.isRepeated()) {
            ((List<?>) message.getField(field))
                    .forEach(element -> block((Message) element, defaults((Message) element), kind, job));
        } else {
            Message inner = (Message) message.getField(field);
            block(inner, inherited(message, field, job), kind, job);
        }
    }

    private static Message inherited(Message message, FieldDescriptor field, Job job) {
        boolean isOfGroup = message.getDescriptorForType().getName().equals("TaskGroup");
        return isOfGroup && INHERITED.contains(field.getName())
                ? (Message) job.getField(Job.getDescriptor().findFieldByName(field.getName()))
                : defaults((Message) message.getField(field));
    }

    private static Message defaults(Message message) {
        return message.getDefaultInstanceForType();
    }

    private static Map<String, String> texts(Message message, FieldDescriptor field) {
        return ((List<?>) message.getField(field))
                .stream()
                        .map(entry -> (MapEntry<?, ?>) entry)
                        .collect(toMap(
                                entry -> (String) entry.getKey(),
                                entry -> (String) entry.getValue(),
                                (a, b) -> b,
                                LinkedHashMap::new));
    }

    private void pairs(String kind, Map<String, String> pairs) {
        if (HclWriter.areIdentifiers(pairs.keySet())) {
            out.block(kind, List.of(), () -> pairs.forEach(out::text));
        } else {
            Map<String, String> quoted = new LinkedHashMap<>();
            pairs.forEach((key, value) -> quoted.put(key, HclWriter.quoted(value)));
            out.setting(kind, HclWriter.object(quoted));
        }
    }

    private void headers(String kind, List<?> headers) {
        Map<String, String> values = new LinkedHashMap<>();
        headers.stream()
                .map(header -> (CheckHeader) header)
                .forEach(header -> values.put(
                        header.getName(),
                        HclWriter.list(header.getValuesList().stream()
                                .map(HclWriter::quoted)
                                .toList())));
        out.setting(kind, HclWriter.object(values));
    }

    /** Writes the settings of a driver. */
    private void struct(String kind, Struct struct) {
        if (!HclWriter.areIdentifiers(struct.getFieldsMap().keySet())) {
            out.setting(kind, object(struct));
            return;
        }
        out.block(kind, List.of(), () -> {
            struct.getFieldsMap().forEach((key, value) -> {
                if (value.hasStringValue()) {
                    out.text(key, value.getStringValue());
                } else if (!value.hasStructValue()) {
                    out.setting(key, expression(value));
                }
            });
            struct.getFieldsMap().forEach((key, value) -> {
                if (value.hasStructValue()) {
                    struct(key, value.getStructValue());
                }
            });
        });
    }

    private static String object(Struct struct) {
        Map<String, String> entries = new LinkedHashMap<>();
        struct.getFieldsMap().forEach((key, value) -> entries.put(key, expression(value)));
        return HclWriter.object(entries);
    }

    private static String expression(Value value) {
        return switch (value.getKindCase()) {
            case STRING_VALUE -> HclWriter.quoted(value.getStringValue());
            case NUMBER_VALUE -> number(value.getNumberValue());
            case BOOL_VALUE -> Boolean.toString(value.getBoolValue());
            case STRUCT_VALUE -> object(value.getStructValue());
            case LIST_VALUE ->
                HclWriter.list(value.getListValue().getValuesList().stream()
                        .map(JobHcl::expression)
                        .toList());
            case NULL_VALUE, KIND_NOT_SET -> "null";
        };
    }

    private static String number(double value) {
        if (!Double.isFinite(value)) {
            return "null";
        }
        BigDecimal number = BigDecimal.valueOf(value).stripTrailingZeros();
        String plain = number.toPlainString();
        return plain.length() <= LONGEST_NUMBER ? plain : number.toString();
    }

    private void setting(Message message, FieldDescriptor field, String key) {
        Object value = message.getField(field);
        switch (JobKeys.nameOf(field)) {
            case "Periodic.disabled" -> out.setting(key, Boolean.toString(!(Boolean) value));
            case "Check.passes_initially" -> out.setting(key, (Boolean) value ? "\"passing\"" : "\"critical\"");
            default -> {
                if (value instanceof String text) {
                    out.text(key, text);
                } else if (value instanceof List<?> list) {
                    out.setting(
                            key,
                            HclWriter.list(list.stream()
                                    .map(element -> HclWriter.quoted((String) element))
                                    .toList()));
                } else if (value instanceof EnumValueDescriptor word) {
                    out.setting(key, HclWriter.quoted(word(word)));
                } else if (value instanceof Duration duration) {
                    out.setting(key, HclWriter.quoted(HclDuration.written(duration)));
                } else {
                    out.setting(key, value.toString());
                }
            }
        }
    }

    /** Returns the word of a constant: those of {@code JobType} begin with {@code JOB_TYPE_}. */
    private static String word(EnumValueDescriptor constant) {
        String prefix = constant.getType().getName().replaceAll("(?<=[a-z])(?=[A-Z])", "_") + "_";
        return constant.getName()
                .substring(Math.min(prefix.length(), constant.getName().length()))
                .toLowerCase(Locale.ROOT);
    }
}
