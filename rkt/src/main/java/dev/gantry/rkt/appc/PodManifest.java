package dev.gantry.rkt.appc;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.gantry.rkt.RktException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A pod manifest that a user wrote (appc spec/pods.md, "Pod Manifest Schema"). A manifest with settings that this
 * runtime can't apply is refused.
 *
 * @param apps the apps, one or more
 * @param volumes the volumes
 * @param ports the ports of the host that lead to ports of the apps
 * @param metadata the members that this runtime only copies, such as annotations; must not be changed
 */
public record PodManifest(List<App> apps, List<Volume> volumes, List<ExposedPort> ports, JsonObject metadata) {

    private static final String IMAGE_ID = "sha512-[0-9a-f]{32,128}";
    private static final List<String> METADATA = List.of("annotations", "userAnnotations", "userLabels");

    /**
     * Makes a manifest. Its lists are unmodifiable copies.
     *
     * @param apps the apps, one or more
     * @param volumes the volumes
     * @param ports the ports of the host that lead to ports of the apps
     * @param metadata the members that this runtime only copies, such as annotations; must not be changed
     */
    public PodManifest {
        apps = List.copyOf(apps);
        volumes = List.copyOf(volumes);
        ports = List.copyOf(ports);
    }

    /**
     * An app of a manifest.
     *
     * @param name the name of the app, an AC Name
     * @param imageId the id of the image, or the beginning of the id
     * @param app the object that replaces the {@code app} object of the image; not checked yet
     * @param mounts the volumes that the app sees, and where
     * @param readOnlyRootfs true if the app must not write to its root file system
     * @param annotations the annotations of the app
     */
    public record App(
            String name,
            String imageId,
            Optional<JsonObject> app,
            List<Mount> mounts,
            boolean readOnlyRootfs,
            JsonArray annotations) {

        /**
         * Makes an app. Its list of mounts is an unmodifiable copy.
         *
         * @param name the name of the app, an AC Name
         * @param imageId the id of the image, or the beginning of the id
         * @param app the object that replaces the {@code app} object of the image; not checked yet
         * @param mounts the volumes that the app sees, and where
         * @param readOnlyRootfs true if the app must not write to its root file system
         * @param annotations the annotations of the app
         */
        public App {
            mounts = List.copyOf(mounts);
        }
    }

    /**
     * Reads and checks a manifest.
     *
     * @param text JSON
     * @return the manifest
     * @throws RktException if it is no pod manifest, or has a setting that can't be applied
     */
    public static PodManifest parse(String text) throws RktException {
        try {
            return read(JsonParser.parseString(text).getAsJsonObject());
        } catch (JsonParseException
                | IllegalStateException
                | ClassCastException
                | UnsupportedOperationException
                | NumberFormatException e) {
            throw invalid(e.getMessage());
        }
    }

    private static PodManifest read(JsonObject json) throws RktException {
        if (!string(json, "acKind").equals("PodManifest")) {
            throw invalid("acKind is \"%s\", not \"PodManifest\"".formatted(string(json, "acKind")));
        }
        if (!string(json, "acVersion").matches("\\d+\\.\\d+\\.\\d+([-+].*)?")) {
            throw invalid("acVersion is no semantic version");
        }
        if (!ImageManifest.objects(json, "isolators").isEmpty()) {
            throw invalid("isolators of the whole pod are not supported: give them to its apps");
        }
        List<App> apps = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (JsonObject object : ImageManifest.objects(json, "apps")) {
            App app = app(object);
            if (!names.add(app.name())) {
                throw invalid("multiple apps with name " + app.name());
            }
            apps.add(app);
        }
        if (apps.isEmpty()) {
            throw invalid("it has no apps");
        }
        List<Volume> volumes = new ArrayList<>();
        for (JsonObject object : ImageManifest.objects(json, "volumes")) {
            volumes.add(Volume.fromJson(object));
        }
        List<ExposedPort> ports = new ArrayList<>();
        for (JsonObject object : ImageManifest.objects(json, "ports")) {
            ports.add(port(object));
        }
        JsonObject metadata = new JsonObject();
        for (String member : METADATA) {
            if (json.has(member)) {
                metadata.add(member, json.get(member));
            }
        }
        requireAnnotations(json);
        return new PodManifest(apps, volumes, ports, metadata);
    }

    private static App app(JsonObject json) throws RktException {
        String name = AcNames.requireName(string(json, "name"));
        if (!json.has("image") || !json.getAsJsonObject("image").has("id")) {
            throw invalid("no image ID for app \"%s\"".formatted(name));
        }
        String imageId = string(json.getAsJsonObject("image"), "id");
        if (!imageId.matches(IMAGE_ID)) {
            throw invalid("\"%s\" is no ID of an image".formatted(imageId));
        }
        List<Mount> mounts = new ArrayList<>();
        for (JsonObject mount : ImageManifest.objects(json, "mounts")) {
            if (mount.has("appVolume")) {
                throw invalid("appVolume of a mount is not supported: list the volume among those of the pod");
            }
            mounts.add(Mount.of(string(mount, "volume"), string(mount, "path")));
        }
        requireAnnotations(json);
        return new App(
                name,
                imageId,
                Optional.ofNullable(json.getAsJsonObject("app")),
                mounts,
                json.has("readOnlyRootFS") && json.get("readOnlyRootFS").getAsBoolean(),
                json.has("annotations") ? json.getAsJsonArray("annotations") : new JsonArray());
    }

    private static ExposedPort port(JsonObject json) throws RktException {
        if (json.has("podPort") && !json.get("podPort").isJsonNull()) {
            throw invalid("podPort is not supported: let the app declare the port");
        }
        String ip = json.has("hostIP") ? string(json, "hostIP") + ":" : "";
        return ExposedPort.parse(string(json, "name") + ":" + ip + string(json, "hostPort"));
    }

    private static void requireAnnotations(JsonObject json) throws RktException {
        Set<String> names = new HashSet<>();
        for (JsonObject annotation : ImageManifest.objects(json, "annotations")) {
            String name = string(annotation, "name");
            string(annotation, "value");
            if (!AcNames.isIdentifier(name) || !names.add(name)) {
                throw invalid("annotation \"%s\" occurs twice or is not an AC Identifier".formatted(name));
            }
        }
    }

    private static String string(JsonObject json, String member) throws RktException {
        JsonElement value = json.get(member);
        if (value == null || !value.isJsonPrimitive()) {
            throw invalid("%s is missing or no string".formatted(member));
        }
        return value.getAsString();
    }

    private static RktException invalid(String reason) {
        return new RktException("invalid pod manifest: " + reason);
    }
}
