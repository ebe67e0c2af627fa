package dev.gantry.jobfile;

import com.google.gson.JsonParseException;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import dev.gantry.jobfile.hcl.Excerpt;
import dev.gantry.jobfile.hcl.Faults;
import dev.gantry.jobfile.hcl.HclItem;
import dev.gantry.jobfile.hcl.HclName;
import dev.gantry.jobfile.hcl.HclValue;
import dev.gantry.jobfile.hcl.HclValue.Body;
import dev.gantry.jobfile.hcl.HclValue.Bool;
import dev.gantry.jobfile.hcl.HclValue.Numeral;
import dev.gantry.jobfile.hcl.HclValue.Sequence;
import dev.gantry.jobfile.hcl.HclValue.Text;
import dev.gantry.jobfile.hcl.Position;
import dev.gantry.jobfile.hcl.TextFaultException;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads the JSON of a text to the tree that HCL has, with positions: objects are bodies, null is left out.
 */
final class NomadJson {

    private static final Pattern START = Pattern.compile("\\s*\\{\\s*\"[A-Z]");

    private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,100}(\\.[0-9]{1,100})?([eE][+-]?[0-9]{1,3})?");

    private static final int DEEPEST = 100;

    private final String text;
    private final JsonReader json;

    /** Up to where lines are counted. */
    private int counted;

    private int line = 1;
    private int lineStart;

    private NomadJson(String text) {
        this.text = text;
        this.json = new JsonReader(new StringReader(text));
        json.setStrictness(Strictness.STRICT);
        json.setNestingLimit(DEEPEST);
    }

    /** Decides whether a text is JSON as Nomad's API has it: its names begin with capitals. */
    static boolean isNomads(String text) {
        return START.matcher(text).lookingAt();
    }

    /**
     * Reads a job as the API of Nomad takes and returns it, in an object with {@code Job} or without.
     *
     * @throws TextFaultException if the text is not JSON
     */
    static Body read(String text, Faults faults) {
        NomadJson reader = new NomadJson(text);
        Body all = reader.whole();
        Optional<Body> wrapped = all.items().stream()
                .filter(item -> item.name().text().equals("Job"))
                .map(HclItem::value)
                .filter(Body.class::isInstance)
                .map(Body.class::cast)
                .findFirst();
        return NomadJob.translate(wrapped.orElse(all), faults);
    }

    /** Returns the tree of a text; empty if it is not JSON. */
    static Optional<Body> tree(String text) {
        return new Faults().attempt(() -> new NomadJson(text).whole());
    }

    private Body whole() {
        try {
            HclValue value = value(position()).orElseThrow();
            if (json.peek() != JsonToken.END_DOCUMENT) {
                throw new TextFaultException(position(), "something follows the job: a job file holds one job");
            }
            return (Body) value;
        } catch (IOException | JsonParseException | IllegalStateException e) {
            throw new TextFaultException(position(), "this is not JSON");
        }
    }

    /** Positions are taken before gson looks ahead, since that moves its offset. */
    private Optional<HclValue> value(Position at) throws IOException {
        switch (json.peek()) {
            case STRING -> {
                return Optional.of(new Text(json.nextString(), at));
            }
            case NUMBER -> {
                String literal = json.nextString();
                if (!NUMBER.matcher(literal).matches()) {
                    throw new TextFaultException(at, Excerpt.of(literal) + " is too long for a number");
                }
                return Optional.of(new Numeral(literal, at));
            }
            case BOOLEAN -> {
                return Optional.of(new Bool(json.nextBoolean(), at));
            }
            case NULL -> {
                json.nextNull();
                return Optional.empty();
            }
            case BEGIN_ARRAY -> {
                List<HclValue> elements = new ArrayList<>();
                json.beginArray();
                for (Position next = position(); json.hasNext(); next = position()) {
                    value(next).ifPresent(elements::add);
                }
                json.endArray();
                return Optional.of(new Sequence(elements, at));
            }
            default -> {
                return Optional.of(object(at));
            }
        }
    }

    private Body object(Position at) throws IOException {
        List<HclItem> items = new ArrayList<>();
        json.beginObject();
        for (Position next = position(); json.hasNext(); next = position()) {
            HclName name = new HclName(json.nextName(), next);
            value(position()).ifPresent(value -> items.add(new HclItem(name, List.of(), value)));
        }
        json.endObject();
        return new Body(items, at);
    }

    /** Returns where the next token begins. Offsets grow, so each line is counted once. */
    private Position position() {
        int offset = (int) Math.min(json.getCharacterOffset(), text.length());
        while (offset < text.length() && " \t\r\n,:".indexOf(text.charAt(offset)) >= 0) {
            offset++;
        }
        for (; counted < offset; counted++) {
            if (text.charAt(counted) == '\n') {
                line++;
                lineStart = counted + 1;
            }
        }
        return new Position(line, 1 + text.codePointCount(lineStart, Math.max(lineStart, offset)));
    }
}
