package dev.gantry.rkt.docker;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.gantry.rkt.Json;
import dev.gantry.rkt.RktException;
import dev.gantry.rkt.appc.Environment;
import dev.gantry.rkt.appc.HostArchitecture;
import dev.gantry.rkt.request.DockerReference;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Makes an image manifest from a docker image's configuration, as docker2aci does (appc/docker2aci, lib/internal). */
final class ManifestConverter {

    private static final String APPC_VERSION = "0.8.11";

    private ManifestConverter() {}

    /**
     * Converts.
     *
     * @param reference the image's name
     * @param config its configuration (OCI image-spec, config.md)
     * @param manifestDigest the digest of its manifest
     * @param configDigest the digest of its configuration, which docker calls the image's id
     * @param passwd its {@code /etc/passwd}
     * @param groups its {@code /etc/group}
     * @return the text of the manifest
     * @throws RktException if a setting has no counterpart in appc
     */
    static String convert(
            DockerReference reference,
            JsonObject config,
            String manifestDigest,
            String configDigest,
            String passwd,
            String groups)
            throws RktException {
        JsonObject inner = config.get("config") instanceof JsonObject object ? object : new JsonObject();
        JsonObject manifest = new JsonObject();
        manifest.addProperty("acKind", "ImageManifest");
        manifest.addProperty("acVersion", APPC_VERSION);
        manifest.addProperty("name", identifier(reference.registry() + "/" + reference.repository()));
        manifest.add("labels", labels(reference, config));
        manifest.add("app", app(inner, DockerUser.of(text(inner, "User"), passwd, groups)));
        manifest.add("annotations", annotations(reference, config, inner, manifestDigest, configDigest));
        return Json.compact(manifest);
    }

    private static JsonArray labels(DockerReference reference, JsonObject config) {
        Map<String, String> labels = new LinkedHashMap<>();
        reference.tag().ifPresent(tag -> labels.put("version", tag));
        labels.put("os", text(config, "os").isEmpty() ? "linux" : text(config, "os"));
        labels.put(
                "arch",
                HostArchitecture.toAppc(
                        text(config, "architecture").isEmpty()
                                ? HostArchitecture.docker()
                                : text(config, "architecture")));
        return namedValues(labels);
    }

    private static JsonObject app(JsonObject config, DockerUser user) throws RktException {
        JsonObject app = new JsonObject();
        JsonArray exec = new JsonArray();
        texts(config, "Entrypoint").forEach(exec::add);
        texts(config, "Cmd").forEach(exec::add);
        app.add("exec", exec);
        app.addProperty("user", user.user());
        app.addProperty("group", user.group());
        app.add("environment", environment(config));
        String directory = text(config, "WorkingDir");
        if (!directory.isEmpty()) {
            app.addProperty("workingDirectory", directory.startsWith("/") ? directory : "/" + directory);
        }
        app.add("mountPoints", mountPoints(config));
        app.add("ports", ports(config));
        return app;
    }

    private static JsonArray environment(JsonObject config) {
        Map<String, String> variables = new LinkedHashMap<>();
        for (String variable : texts(config, "Env")) {
            int equals = variable.indexOf('=');
            if (equals > 0) {
                variables.put(variable.substring(0, equals), variable.substring(equals + 1));
            }
        }
        return Environment.toJson(variables);
    }

    private static JsonArray ports(JsonObject config) throws RktException {
        JsonArray ports = new JsonArray();
        for (String exposed : keys(config, "ExposedPorts")) {
            String[] words = exposed.split("/", 2);
            if (!words[0].matches("\\d{1,5}") || Integer.parseInt(words[0]) > 65535) {
                throw new RktException("error parsing port \"%s\" of the docker image".formatted(exposed));
            }
            JsonObject port = new JsonObject();
            port.addProperty("name", name(exposed));
            port.addProperty("protocol", words.length > 1 ? words[1] : "tcp");
            port.addProperty("port", Integer.parseInt(words[0]));
            port.addProperty("count", 1);
            port.addProperty("socketActivated", false);
            ports.add(port);
        }
        return ports;
    }

    private static JsonArray mountPoints(JsonObject config) {
        JsonArray points = new JsonArray();
        Set<String> names = new HashSet<>();
        for (String path : keys(config, "Volumes")) {
            String name = name("volume/" + path);
            String unique = name;
            for (int number = 1; !names.add(unique); number++) {
                unique = name + "-" + number;
            }
            JsonObject point = new JsonObject();
            point.addProperty("name", unique);
            point.addProperty("path", path.startsWith("/") ? path : "/" + path);
            points.add(point);
        }
        return points;
    }

    private static JsonArray annotations(
            DockerReference reference,
            JsonObject config,
            JsonObject inner,
            String manifestDigest,
            String configDigest) {
        Map<String, String> annotations = new LinkedHashMap<>();
        annotations.put("author", text(config, "author"));
        annotations.put("created", created(config));
        annotations.put("appc.io/docker/originalname", reference.original());
        annotations.put("appc.io/docker/registryurl", reference.registry());
        annotations.put("appc.io/docker/repository", reference.repository());
        annotations.put("appc.io/docker/imageid", configDigest);
        annotations.put("appc.io/docker/manifesthash", manifestDigest);
        annotations.put("appc.io/docker/entrypoint", list(inner, "Entrypoint"));
        annotations.put("appc.io/docker/cmd", list(inner, "Cmd"));
        annotations.values().removeIf(String::isEmpty);
        return namedValues(annotations);
    }

    /**
     * Returns the time of creation; empty if it is no time, since a "created" annotation without a time makes a
     * manifest invalid.
     */
    private static String created(JsonObject config) {
        try {
            OffsetDateTime.parse(text(config, "created"));
            return text(config, "created");
        } catch (DateTimeParseException e) {
            return "";
        }
    }

    private static JsonArray namedValues(Map<String, String> values) {
        return Environment.toJson(values);
    }

    private static String list(JsonObject config, String member) {
        return config.get(member) instanceof JsonArray array && !array.isEmpty() ? Json.compact(array) : "";
    }

    private static String text(JsonObject json, String member) {
        return Optional.ofNullable(json.get(member))
                .filter(JsonElement::isJsonPrimitive)
                .map(JsonElement::getAsString)
                .orElse("");
    }

    private static List<String> texts(JsonObject json, String member) {
        List<String> texts = new ArrayList<>();
        if (json.get(member) instanceof JsonArray array) {
            array.forEach(element -> texts.add(element.getAsString()));
        }
        return texts;
    }

    /** Returns the members of a set in docker's notation, sorted, so that the manifest is reproducible. */
    private static Set<String> keys(JsonObject json, String member) {
        return json.get(member) instanceof JsonObject object ? new TreeSet<>(object.keySet()) : Set.of();
    }

    private static String name(String text) {
        return text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
    }

    /** Converts a text to an AC Identifier, as rkt does: "127.0.0.1:5000/a__b" into "127.0.0.1_5000/a__b". */
    private static String identifier(String text) {
        return text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9./~_-]", "_").replaceAll("^[-._~/]+|[-._~/]+$", "");
    }
}
