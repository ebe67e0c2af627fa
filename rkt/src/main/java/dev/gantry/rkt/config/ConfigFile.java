package dev.gantry.rkt.config;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.gantry.rkt.RktException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Files of rkt's configuration. */
final class ConfigFile {

    private ConfigFile() {}

    /** Returns the files of a directory, in the order of their names; empty if there is no such directory. */
    static List<Path> in(Path directory) throws IOException {
        List<Path> files = new ArrayList<>();
        if (Files.isDirectory(directory)) {
            try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, "*.json")) {
                found.forEach(files::add);
            }
        }
        Collections.sort(files);
        return files;
    }

    /** Reads a file of a kind whose members are all texts. */
    static JsonObject read(Path file, String kind) throws IOException, RktException {
        try {
            JsonObject json = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
            for (String member : json.keySet()) {
                JsonElement value = json.get(member);
                if (!value.isJsonPrimitive() || !value.getAsJsonPrimitive().isString()) {
                    throw invalid(file, "%s must be a text".formatted(member));
                }
            }
            require(file, json, "rktKind", kind);
            require(file, json, "rktVersion", "v1");
            return json;
        } catch (JsonParseException | IllegalStateException e) {
            throw invalid(file, e.getMessage());
        }
    }

    /** Returns the exception for a file that can't be used. */
    static RktException invalid(Path file, String reason) {
        return new RktException("invalid configuration file \"%s\": %s".formatted(file, reason));
    }

    private static void require(Path file, JsonObject json, String member, String value) throws RktException {
        if (!json.has(member) || !json.get(member).getAsString().equals(value)) {
            throw invalid(file, "%s must be \"%s\"".formatted(member, value));
        }
    }
}
