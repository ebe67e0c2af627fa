package dev.gantry.template;

import com.google.gson.JsonParseException;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads and writes JSON as Go's package {@code encoding/json} does: numbers are floating-point, keys are sorted. */
final class GoJson {

    private final Budget budget;

    GoJson(Budget budget) {
        this.budget = budget;
    }

    Value read(String text) {
        budget.text(text.length());
        try (JsonReader json = new JsonReader(new StringReader(text))) {
            json.setStrictness(Strictness.STRICT);
            json.setNestingLimit(Budget.DEEPEST);
            Value value = read(json);
            if (json.peek() != JsonToken.END_DOCUMENT) {
                throw new TemplateFault("something follows the JSON value");
            }
            return value;
        } catch (IOException | JsonParseException | IllegalStateException | NumberFormatException e) {
            throw new TemplateFault("the text is no JSON, or is nested too deep");
        }
    }

    private Value read(JsonReader json) throws IOException {
        budget.step();
        switch (json.peek()) {
            case STRING -> {
                return new Value.Text(json.nextString());
            }
            case NUMBER -> {
                return new Value.Real(json.nextDouble());
            }
            case BOOLEAN -> {
                return new Value.Bool(json.nextBoolean());
            }
            case NULL -> {
                json.nextNull();
                return Value.None.NONE;
            }
            case BEGIN_ARRAY -> {
                List<Value> items = new ArrayList<>();
                json.beginArray();
                while (json.hasNext()) {
                    items.add(read(json));
                }
                json.endArray();
                return new Value.Items(items);
            }
            default -> {
                Map<String, Value> entries = new LinkedHashMap<>();
                json.beginObject();
                while (json.hasNext()) {
                    entries.put(json.nextName(), read(json));
                }
                json.endObject();
                return new Value.Pairs(entries);
            }
        }
    }

    /** Writes a value; each level is indented by two spaces if it is pretty. */
    String write(Value value, boolean isPretty) {
        Budget.Writer text = budget.writer();
        write(value, isPretty ? "\n" : "", text);
        return text.toString();
    }

    private void write(Value value, String line, Budget.Writer text) {
        if (value instanceof Value.Text words) {
            quote(words.value(), text);
        } else if (value instanceof Value.Items items) {
            writeAll(items.values(), line, text);
        } else if (value instanceof Value.Pairs pairs) {
            writeAll(pairs.entries(), line, text);
        } else if (value instanceof Value.Fields object) {
            writeAll(object.fields(), line, text);
        } else if (value.equals(Value.None.NONE)) {
            text.add("null");
        } else {
            text.add(new GoText(budget).printed(value));
        }
    }

    private void writeAll(List<Value> items, String line, Budget.Writer text) {
        String inner = line.isEmpty() ? "" : line + "  ";
        text.add("[");
        String comma = "";
        for (Value item : items) {
            text.add(comma).add(inner);
            write(item, inner, text);
            comma = ",";
        }
        text.add(items.isEmpty() ? "" : line).add("]");
    }

    private void writeAll(Map<String, Value> entries, String line, Budget.Writer text) {
        String inner = line.isEmpty() ? "" : line + "  ";
        text.add("{");
        String comma = "";
        for (Map.Entry<String, Value> entry : entries.entrySet()) {
            text.add(comma).add(inner);
            quote(entry.getKey(), text);
            text.add(line.isEmpty() ? ":" : ": ");
            write(entry.getValue(), inner, text);
            comma = ",";
        }
        text.add(entries.isEmpty() ? "" : line).add("}");
    }

    private static void quote(String value, Budget.Writer text) {
        StringBuilder quoted = new StringBuilder("\"");
        value.codePoints().forEach(c -> quoted.append(escaped(c)));
        text.add(quoted.append('"').toString());
    }

    private static String escaped(int c) {
        return switch (c) {
            case '"' -> "\\\"";
            case '\\' -> "\\\\";
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            case '\b' -> "\\b";
            case '\f' -> "\\f";
            // So that the text can stand in HTML and in JavaScript.
            case '<', '>', '&', 0x2028, 0x2029 -> "\\u%04x".formatted(c);
            default -> c < 0x20 ? "\\u%04x".formatted(c) : Character.toString(c);
        };
    }
}
