package dev.gantry.rkt.config;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.gantry.rkt.RktException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Credentials for servers: the files of {@code auth.d} (rkt Documentation/configuration.md, kinds {@code auth} and
 * {@code dockerAuth}, version {@code v1}).
 */
public final class Credentials {

    private final Map<String, String> headers;
    private final Map<String, Login> logins;
    private final List<JsonObject> entries;

    private Credentials(Map<String, String> headers, Map<String, Login> logins, List<JsonObject> entries) {
        this.headers = Map.copyOf(headers);
        this.logins = Map.copyOf(logins);
        this.entries = List.copyOf(entries);
    }

    /**
     * A name and a password for a docker registry.
     *
     * @param user the name
     * @param password the password
     */
    public record Login(String user, String password) {

        /** Leaves the password out: only the registry may see it. */
        @Override
        public String toString() {
            return "Login[user=" + user + "]";
        }
    }

    /**
     * Reads the files {@code auth.d/*.json} of configuration directories.
     *
     * @param directories the directories; missing ones are skipped
     * @return the credentials
     * @throws RktException if a file is invalid, or two files of one directory are for the same server
     * @throws IOException if a file can't be read
     */
    public static Credentials read(ConfigDirectories directories) throws IOException, RktException {
        Map<String, String> headers = new HashMap<>();
        Map<String, Login> logins = new HashMap<>();
        SortedMap<String, JsonObject> entries = new TreeMap<>();
        for (Path directory : directories.inOrder()) {
            Map<String, String> headersHere = new HashMap<>();
            Map<String, Login> loginsHere = new HashMap<>();
            for (Path file : ConfigFile.in(directory.resolve("auth.d"))) {
                readFile(file, headersHere, loginsHere, entries);
            }
            headers.putAll(headersHere);
            logins.putAll(loginsHere);
        }
        return new Credentials(headers, logins, List.copyOf(entries.values()));
    }

    /**
     * Makes credentials for no server at all.
     *
     * @return credentials for no server
     */
    public static Credentials none() {
        return new Credentials(Map.of(), Map.of(), List.of());
    }

    /**
     * Returns the credentials for an HTTP server.
     *
     * @param host the server, with its port if the URL has one
     * @return the value of an {@code Authorization} header
     */
    public Optional<String> authorization(String host) {
        return Optional.ofNullable(headers.get(host));
    }

    /**
     * Returns the credentials for a docker registry.
     *
     * @param registry the registry, with its port if the reference has one
     * @return the login
     */
    public Optional<Login> login(String registry) {
        return Optional.ofNullable(logins.get(registry));
    }

    /**
     * Returns the credentials in use, in the form of configuration files with one server each.
     *
     * @return the content of the files, passwords included
     */
    public List<JsonObject> entries() {
        return entries.stream().map(JsonObject::deepCopy).toList();
    }

    private static void readFile(
            Path file, Map<String, String> headers, Map<String, Login> logins, Map<String, JsonObject> entries)
            throws IOException, RktException {
        try {
            JsonObject json = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
            String kind = text(json, "rktKind");
            if (!text(json, "rktVersion").equals("v1")) {
                throw new IllegalStateException("rktVersion must be \"v1\" for the kind \"%s\"".formatted(kind));
            }
            switch (kind) {
                case "auth" -> {
                    addAll(headers, texts(json, "domains"), header(json));
                    putEach(entries, json, "domains");
                }
                case "dockerAuth" -> {
                    addAll(logins, texts(json, "registries"), login(json));
                    putEach(entries, json, "registries");
                }
                default ->
                    throw new IllegalStateException(
                            "rktKind is \"%s\", which does not belong into auth.d".formatted(kind));
            }
        } catch (JsonParseException | IllegalStateException | ClassCastException e) {
            throw new RktException("invalid configuration file \"%s\": %s".formatted(file, e.getMessage()), e);
        }
    }

    private static <T> void addAll(Map<String, T> found, List<String> servers, T value) {
        for (String server : servers) {
            if (found.putIfAbsent(server, value) != null) {
                throw new IllegalStateException("credentials for \"%s\" occur twice".formatted(server));
            }
        }
    }

    private static void putEach(Map<String, JsonObject> entries, JsonObject json, String member) {
        for (String server : texts(json, member)) {
            JsonObject entry = json.deepCopy();
            JsonArray alone = new JsonArray();
            alone.add(server);
            entry.add(member, alone);
            entries.put(text(json, "rktKind") + " " + server, entry);
        }
    }

    private static String header(JsonObject json) {
        JsonObject credentials = credentials(json);
        return switch (text(json, "type")) {
            case "basic" -> {
                String pair = text(credentials, "user") + ":" + text(credentials, "password");
                yield "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
            }
            case "oauth" -> "Bearer " + text(credentials, "token");
            default -> throw new IllegalStateException("type must be \"basic\" or \"oauth\"");
        };
    }

    private static Login login(JsonObject json) {
        JsonObject credentials = credentials(json);
        return new Login(text(credentials, "user"), text(credentials, "password"));
    }

    private static JsonObject credentials(JsonObject json) {
        if (!(json.get("credentials") instanceof JsonObject credentials)) {
            throw new IllegalStateException("credentials must be an object");
        }
        return credentials;
    }

    private static List<String> texts(JsonObject json, String member) {
        if (!(json.get(member) instanceof JsonArray array) || array.isEmpty()) {
            throw new IllegalStateException("%s must be a list of servers".formatted(member));
        }
        List<String> texts = new ArrayList<>();
        for (JsonElement element : array) {
            if (!element.isJsonPrimitive()) {
                throw new IllegalStateException("%s has %s".formatted(member, element));
            }
            texts.add(element.getAsString());
        }
        return texts;
    }

    private static String text(JsonObject json, String member) {
        if (!json.has(member)
                || !json.get(member).isJsonPrimitive()
                || json.get(member).getAsString().isEmpty()) {
            throw new IllegalStateException("%s must be a text that is not empty".formatted(member));
        }
        return json.get(member).getAsString();
    }
}
