package dev.gantry.driver.rkt;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.gantry.restriction.ImageUse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Reads the JSON that rkt prints. */
final class RktJson {

    private static final int SHOWN = 120;

    private RktJson() {}

    /** Reads {@code rkt status --format=json}. */
    static PodStatus status(String json) throws RktException {
        return read("status", json, () -> status(JsonParser.parseString(json).getAsJsonObject()));
    }

    /** Reads {@code rkt list --format=json}, which is {@code null} in some versions when there is no pod. */
    static List<PodStatus> list(String json) throws RktException {
        return read("list", json, () -> {
            List<PodStatus> pods = new ArrayList<>();
            elements(JsonParser.parseString(json)).forEach(pod -> pods.add(status(pod.getAsJsonObject())));
            return pods;
        });
    }

    /** Reads the volumes of a pod that are paths of the machine, from the output of {@code rkt cat-manifest}. */
    static List<HostVolume> hostVolumes(String json) throws RktException {
        return read("cat-manifest", json, () -> {
            List<HostVolume> volumes = new ArrayList<>();
            for (JsonElement element :
                    elements(JsonParser.parseString(json).getAsJsonObject().get("volumes"))) {
                JsonObject volume = element.getAsJsonObject();
                if (volume.has("source")) {
                    volumes.add(new HostVolume(text(volume, "name"), Path.of(text(volume, "source"))));
                }
            }
            return volumes;
        });
    }

    /** Reads the data directory from the output of {@code rkt config}; empty if it is not configured. */
    static Optional<Path> dataDirectory(String json) throws RktException {
        return read("config", json, () -> {
            for (JsonElement element :
                    elements(JsonParser.parseString(json).getAsJsonObject().get("stage0"))) {
                JsonObject entry = element.getAsJsonObject();
                if (entry.has("data") && text(entry, "rktKind").equals("paths")) {
                    return Optional.of(Path.of(text(entry, "data")));
                }
            }
            return Optional.empty();
        });
    }

    /** Reads the id of the image of a pod's only app, from the output of {@code rkt cat-manifest}. */
    static String imageId(String json) throws RktException {
        return read("cat-manifest", json, () -> text(onlyApp(json).getAsJsonObject("image"), "id"));
    }

    /** Reads from {@code rkt cat-manifest} the privileges of the pod's one app that come from its image. */
    static ImageUse imageUse(String json) throws RktException {
        return read("cat-manifest", json, () -> {
            JsonObject app = onlyApp(json).getAsJsonObject("app");
            if (app == null) {
                throw new JsonParseException("The app has no settings");
            }
            Map<String, List<String>> sets = new HashMap<>();
            for (JsonElement isolator : elements(app.get("isolators"))) {
                sets.computeIfAbsent(text(isolator.getAsJsonObject(), "name"), unseen -> new ArrayList<>())
                        .addAll(set(isolator.getAsJsonObject().get("value")));
            }
            List<String> groups = new ArrayList<>();
            elements(app.get("supplementaryGIDs")).forEach(group -> groups.add(group.getAsString()));
            return new ImageUse(sets, groups);
        });
    }

    private static List<String> set(JsonElement value) {
        List<String> words = new ArrayList<>();
        if (value instanceof JsonObject object) {
            elements(object.get("set")).forEach(word -> words.add(word.getAsString()));
        }
        return words;
    }

    private static JsonObject onlyApp(String json) {
        JsonArray apps = elements(JsonParser.parseString(json).getAsJsonObject().get("apps"));
        if (apps.size() != 1) {
            throw new JsonParseException("There are " + apps.size() + " apps");
        }
        return apps.get(0).getAsJsonObject();
    }

    private static PodStatus status(JsonObject pod) {
        return new PodStatus(
                text(pod, "name"), PodState.of(text(pod, "state")), exitCode(pod.get("apps")), isOutOfMemory(pod));
    }

    /** Returns the exit code of the only app. Pods of this driver have one app. */
    private static OptionalInt exitCode(JsonElement apps) {
        JsonArray all = elements(apps);
        if (all.size() != 1 || !all.get(0).getAsJsonObject().has("exit_code")) {
            return OptionalInt.empty();
        }
        return OptionalInt.of(all.get(0).getAsJsonObject().get("exit_code").getAsInt());
    }

    /** Returns true if the output reports an OOM kill. Only the bundled runtime does so. */
    private static boolean isOutOfMemory(JsonObject pod) {
        for (JsonElement app : elements(pod.get("apps"))) {
            JsonElement killed = app.getAsJsonObject().get("oom_killed");
            if (killed != null && killed.getAsBoolean()) {
                return true;
            }
        }
        return false;
    }

    private static String text(JsonObject object, String field) {
        if (!object.has(field)) {
            throw new JsonParseException("There is no \"" + field + "\" in " + object);
        }
        return object.get(field).getAsString();
    }

    private static JsonArray elements(JsonElement array) {
        return array == null || array.isJsonNull() ? new JsonArray() : array.getAsJsonArray();
    }

    private static <T> T read(String subcommand, String json, Reading<T> reading) throws RktException {
        try {
            return reading.read();
        } catch (JsonParseException
                | IllegalStateException
                | IllegalArgumentException
                | UnsupportedOperationException e) {
            throw new RktException(
                    "rkt " + subcommand + " printed what this driver does not understand: " + beginning(json), false);
        }
    }

    private static String beginning(String text) {
        String line = text.strip().replaceAll("\\s+", " ");
        return line.length() <= SHOWN ? line : line.substring(0, SHOWN) + "…";
    }

    /** A part of the parser, which may throw on unexpected JSON. */
    private interface Reading<T> {
        T read();
    }

    /**
     * A volume of a pod that is a path of the machine.
     *
     * @param name the volume's name
     * @param source the path
     */
    record HostVolume(String name, Path source) {}
}
