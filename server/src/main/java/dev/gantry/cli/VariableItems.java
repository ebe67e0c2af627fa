package dev.gantry.cli;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the items of a variable from arguments, files and standard input. No message of it has a value in it, nor an
 * argument that might be one.
 */
final class VariableItems {

    /** As much as a server takes for all items, and a byte that shows that there is more. */
    private static final int LONGEST = 65_536 + 1;

    /** A JSON object has more bytes than its items. */
    private static final int LONGEST_JSON = 1024 * 1024 + 1;

    private final InputStream in;
    private final Map<String, String> items = new LinkedHashMap<>();
    private boolean isInputRead;

    private VariableItems(InputStream in) {
        this.in = in;
    }

    /**
     * Reads the items.
     *
     * @param arguments {@code KEY=VALUE}, {@code KEY=@FILE}, {@code KEY=-} for standard input, or {@code -} for a JSON
     *     object of texts on standard input. A backslash before the @ or the - makes it a value
     * @param in standard input
     * @throws CommandFailedException if an argument is none of these, or if an input can't be read
     */
    static Map<String, String> read(List<String> arguments, InputStream in) {
        VariableItems read = new VariableItems(in);
        for (int i = 0; i < arguments.size(); i++) {
            read.add(arguments.get(i), i + 1);
        }
        return read.items;
    }

    private void add(String argument, int number) {
        if (argument.equals("-")) {
            addObject();
            return;
        }
        int equals = argument.indexOf('=');
        if (equals < 1) {
            throw new CommandFailedException(
                    "Item %d is not KEY=VALUE, KEY=@FILE, KEY=- or -: write the key, = and the value"
                            .formatted(number));
        }
        put(argument.substring(0, equals), value(argument.substring(equals + 1)));
    }

    private void put(String key, String value) {
        if (items.put(key, value) != null) {
            throw new CommandFailedException("Key \"%s\" stands twice: take one out".formatted(key));
        }
    }

    private String value(String text) {
        if (text.equals("-")) {
            return text("standard input", input(LONGEST));
        }
        if (text.startsWith("@")) {
            String file = text.substring(1);
            try (InputStream content = Files.newInputStream(Path.of(file))) {
                return text(file, content.readNBytes(LONGEST));
            } catch (IOException e) {
                throw new CommandFailedException("Can't read %s: %s".formatted(file, e), e);
            }
        }
        return text.startsWith("\\@") || text.equals("\\-") ? text.substring(1) : text;
    }

    private void addObject() {
        JsonObject object;
        try {
            JsonElement json = JsonParser.parseString(text("standard input", input(LONGEST_JSON)));
            object = json.isJsonObject() ? json.getAsJsonObject() : null;
        } catch (JsonParseException e) {
            // Its message may quote a value.
            object = null;
        }
        if (object == null) {
            throw new CommandFailedException("Standard input is no JSON object, such as {\"user\": \"web\"}");
        }
        object.entrySet().forEach(entry -> {
            JsonElement value = entry.getValue();
            if (!value.isJsonPrimitive() || !value.getAsJsonPrimitive().isString()) {
                throw new CommandFailedException(
                        "The value of \"%s\" on standard input is no text: put it in quotes".formatted(entry.getKey()));
            }
            put(entry.getKey(), value.getAsString());
        });
    }

    private byte[] input(int most) {
        if (isInputRead) {
            throw new CommandFailedException("Only one item can come from standard input: put the others into files");
        }
        isInputRead = true;
        try {
            return in.readNBytes(most);
        } catch (IOException e) {
            throw new CommandFailedException("Can't read standard input: %s".formatted(e), e);
        }
    }

    private static String text(String name, byte[] bytes) {
        if (bytes.length == LONGEST || bytes.length == LONGEST_JSON) {
            throw new CommandFailedException("%s is too large: a variable has at most 65,536 bytes".formatted(name));
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new CommandFailedException("%s is no UTF-8 text: encode it, such as with base64".formatted(name), e);
        }
    }
}
