package dev.gantry.jobfile.hcl2;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import dev.gantry.jobfile.hcl.Position;
import dev.gantry.jobfile.hcl.TextFaultException;
import java.io.IOException;
import java.io.StringReader;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Converts values to JSON and back. */
final class Json {

    private Json() {}

    /** Writes a value, maps in the order of their keys. */
    static String write(Datum value, Position position) {
        return element(value, position).toString();
    }

    private static JsonElement element(Datum value, Position position) {
        if (value instanceof Datum.Text text) {
            return new JsonPrimitive(text.value());
        }
        if (value instanceof Datum.Numeral number) {
            return new JsonPrimitive(number.value());
        }
        if (value instanceof Datum.Bool bool) {
            return new JsonPrimitive(bool.value());
        }
        if (value instanceof Datum.Sequence list) {
            JsonArray array = new JsonArray();
            list.elements().forEach(element -> array.add(element(element, position)));
            return array;
        }
        if (value instanceof Datum.Table table) {
            JsonObject object = new JsonObject();
            DatumOrder.sorted(table).forEach((key, entry) -> object.add(key, element(entry, position)));
            return object;
        }
        return JsonNull.INSTANCE;
    }

    /**
     * Reads a text.
     *
     * @throws TextFaultException if it is no JSON, or nested too deep
     */
    static Datum read(String text, Position position) {
        try (JsonReader json = new JsonReader(new StringReader(text))) {
            json.setStrictness(Strictness.STRICT);
            json.setNestingLimit(Budget.DEEPEST);
            Datum value = value(json, position);
            if (json.peek() != JsonToken.END_DOCUMENT) {
                throw new TextFaultException(position, "something follows the JSON value");
            }
            return value;
        } catch (IOException | JsonParseException | IllegalStateException | NumberFormatException e) {
            throw new TextFaultException(position, "this is not JSON");
        }
    }

    private static Datum value(JsonReader json, Position position) throws IOException {
        switch (json.peek()) {
            case STRING -> {
                return Datum.text(json.nextString());
            }
            case NUMBER -> {
                String literal = json.nextString();
                if (!TypeConstraint.isNumber(literal)) {
                    throw new TextFaultException(position, "this number in JSON is too long");
                }
                return new Datum.Numeral(new BigDecimal(literal), literal);
            }
            case BOOLEAN -> {
                return new Datum.Bool(json.nextBoolean());
            }
            case NULL -> {
                json.nextNull();
                return Datum.Null.NULL;
            }
            case BEGIN_ARRAY -> {
                json.beginArray();
                List<Datum> elements = new ArrayList<>();
                while (json.hasNext()) {
                    elements.add(value(json, position));
                }
                json.endArray();
                return Datum.Sequence.of(elements);
            }
            default -> {
                json.beginObject();
                Map<String, Datum> entries = new LinkedHashMap<>();
                while (json.hasNext()) {
                    entries.put(json.nextName(), value(json, position));
                }
                json.endObject();
                return Datum.Table.of(entries);
            }
        }
    }
}
