package dev.gantry.rkt.metadata;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.gantry.rkt.appc.AcNames;
import dev.gantry.rkt.appc.ImageManifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The data of a pod that its apps may read.
 *
 * @param directory the pod's directory
 */
record RegisteredPod(Path directory) {

    String uuid() {
        return directory.getFileName().toString();
    }

    /** Returns the pod manifest, as prepare has written it. */
    String manifest() throws IOException {
        return Files.readString(directory.resolve("pod")).strip();
    }

    /** Returns the annotations of the pod as a whole. */
    JsonArray annotations() throws IOException {
        return json().get("annotations") instanceof JsonArray annotations ? annotations : new JsonArray();
    }

    /**
     * Finds an app.
     *
     * @param name its name
     * @return the app
     * @throws IOException if the pod can't be read
     */
    Optional<App> app(String name) throws IOException {
        if (!AcNames.isName(name)) {
            return Optional.empty();
        }
        for (JsonObject app : ImageManifest.objects(json(), "apps")) {
            if (app.get("name").getAsString().equals(name)) {
                return Optional.of(new App(directory.resolve("app").resolve(name), app));
            }
        }
        return Optional.empty();
    }

    private JsonObject json() throws IOException {
        return JsonParser.parseString(manifest()).getAsJsonObject();
    }

    /**
     * An app of the pod.
     *
     * @param directory the app's directory
     * @param json the app's object of the pod manifest
     */
    record App(Path directory, JsonObject json) {

        String imageId() {
            return json.getAsJsonObject("image").get("id").getAsString();
        }

        /** Returns the manifest of the app's image, unchanged. */
        String imageManifest() throws IOException {
            return Files.readString(directory.resolve("manifest")).strip();
        }

        /** Returns the image's annotations, overridden by the app's in the pod manifest. */
        JsonArray annotations() throws IOException {
            Map<String, String> merged = new LinkedHashMap<>();
            for (JsonObject parent :
                    new JsonObject[] {JsonParser.parseString(imageManifest()).getAsJsonObject(), json}) {
                for (JsonObject annotation : ImageManifest.objects(parent, "annotations")) {
                    merged.put(
                            annotation.get("name").getAsString(),
                            annotation.get("value").getAsString());
                }
            }
            JsonArray annotations = new JsonArray();
            merged.forEach((name, value) -> {
                JsonObject annotation = new JsonObject();
                annotation.addProperty("name", name);
                annotation.addProperty("value", value);
                annotations.add(annotation);
            });
            return annotations;
        }
    }
}
