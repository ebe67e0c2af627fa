package dev.gantry.jobfile;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import dev.gantry.jobfile.hcl.Excerpt;
import dev.gantry.jobfile.hcl.Position;
import dev.gantry.jobfile.hcl.TextFaultException;
import dev.gantry.model.Spelling;
import dev.gantry.v1.Job;
import java.io.IOException;
import java.io.StringReader;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads a job from the JSON of its message.
 *
 * <p>{@link JsonFormat} parses each value, but not the whole text: it reports no positions, accepts duplicate fields,
 * and ignores text after the job. So this class walks the messages itself.
 */
final class JsonJob {

    private static final JsonFormat.Parser VALUES = JsonFormat.parser();

    private final String text;
    private final JsonReader json;

    private JsonJob(String text) {
        this.text = text;
        this.json = new JsonReader(new StringReader(text));
        json.setStrictness(Strictness.STRICT);
    }

    /** Parses a text. */
    static Job read(String text) {
        return new JsonJob(text).job();
    }

    private Job job() {
        try {
            Job.Builder job = Job.newBuilder();
            readMessage(0, job);
            long end = json.getCharacterOffset();
            if (!text.substring((int) end).isBlank()) {
                throw fault(end, "something follows the job: a job file holds one job");
            }
            return job.build();
        } catch (IOException | JsonParseException | IllegalStateException e) {
            throw new TextFaultException(Position.of(text, json.getCharacterOffset()), reason(e));
        }
    }

    /** Offsets are taken before gson looks ahead, since that moves its offset. */
    private void readMessage(long start, Message.Builder message) throws IOException {
        Set<FieldDescriptor> set = new HashSet<>();
        require(start, JsonToken.BEGIN_OBJECT, "an object, { … }");
        json.beginObject();
        for (long at = json.getCharacterOffset(); json.hasNext(); at = json.getCharacterOffset()) {
            FieldDescriptor field = field(at, message.getDescriptorForType(), json.nextName());
            if (!set.add(field)) {
                throw fault(at, field.getJsonName() + " is set twice: take one out");
            }
            readField(message, field);
        }
        json.endObject();
    }

    private FieldDescriptor field(long at, Descriptor message, String name) {
        List<FieldDescriptor> fields = message.getFields();
        return fields.stream()
                .filter(field -> name.equals(field.getJsonName()) || name.equals(field.getName()))
                .findFirst()
                .orElseThrow(() -> fault(at, unknown(message, name)));
    }

    private static String unknown(Descriptor message, String name) {
        List<String> known =
                message.getFields().stream().map(FieldDescriptor::getJsonName).toList();
        return "unknown field %s in %s: %s"
                .formatted(Excerpt.quoted(name), Excerpt.a(message.getName()), Spelling.hint(name, known));
    }

    private void readField(Message.Builder message, FieldDescriptor field) throws IOException {
        long start = json.getCharacterOffset();
        if (json.peek() == JsonToken.NULL) {
            json.nextNull();
        } else if (!isMessageOfOurs(field)) {
            readValue(start, message, field);
        } else if (field.isRepeated()) {
            require(start, JsonToken.BEGIN_ARRAY, "a list, [ … ]");
            json.beginArray();
            for (long at = json.getCharacterOffset(); json.hasNext(); at = json.getCharacterOffset()) {
                Message.Builder element = message.newBuilderForField(field);
                readMessage(at, element);
                message.addRepeatedField(field, element.build());
            }
            json.endArray();
        } else {
            Message.Builder inner = message.newBuilderForField(field);
            readMessage(start, inner);
            message.setField(field, inner.build());
        }
    }

    private static boolean isMessageOfOurs(FieldDescriptor field) {
        return field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
                && !field.isMapField()
                && field.getMessageType()
                        .getFile()
                        .getPackage()
                        .equals(Job.getDescriptor().getFile().getPackage());
    }

    private void readValue(long start, Message.Builder message, FieldDescriptor field) throws IOException {
        JsonElement value = JsonParser.parseReader(json);
        JsonObject alone = new JsonObject();
        alone.add(field.getJsonName(), value);
        try {
            VALUES.merge(alone.toString(), message);
        } catch (InvalidProtocolBufferException e) {
            throw fault(start, "%s: %s".formatted(field.getJsonName(), e.getMessage()));
        }
    }

    private void require(long at, JsonToken wanted, String described) throws IOException {
        if (json.peek() != wanted) {
            throw fault(at, "expected " + described);
        }
    }

    /**
     * Makes a fault of the text that begins after an offset. Gson's offset stands before the blanks, comma or colon
     * there.
     */
    private TextFaultException fault(long offset, String message) {
        int start = (int) offset;
        while (start < text.length() && " \t\r\n,:".indexOf(text.charAt(start)) >= 0) {
            start++;
        }
        return new TextFaultException(Position.of(text, start), message);
    }

    /** Returns gson's reason without its position and its advice, which has several lines. */
    private static String reason(Exception e) {
        Throwable origin = e.getCause() instanceof MalformedJsonException malformed ? malformed : e;
        String reason = String.valueOf(origin.getMessage()).lines().findFirst().orElse("");
        int advice = reason.indexOf(" at line ");
        String first = advice < 0 ? reason : reason.substring(0, advice);
        return "this is not JSON" + (first.isBlank() || first.startsWith("Use ") ? "" : ": " + first);
    }
}
