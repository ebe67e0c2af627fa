package dev.gantry.rkt.appc;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.gantry.rkt.RktException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * An image's manifest (appc spec/aci.md, "Image Manifest Schema"). Only the members that this runtime uses are checked.
 *
 * @param json the whole manifest, including unknown members; must not be changed
 * @param name the name of the image, an AC Identifier
 * @param labels the labels, in the order of the manifest
 */
public record ImageManifest(JsonObject json, String name, Map<String, String> labels) {

    private static final String INTEGER = "-?\\d{1,9}";
    private static final String IMAGE_ID = "sha512-[0-9a-f]{32,128}";

    /**
     * Makes a manifest. Its labels are an unmodifiable copy in the same order.
     *
     * @param json the whole manifest, including unknown members; must not be changed
     * @param name the name of the image, an AC Identifier
     * @param labels the labels, in the order of the manifest
     */
    public ImageManifest {
        labels = Collections.unmodifiableMap(new LinkedHashMap<>(labels));
    }

    /**
     * Reads and checks a manifest.
     *
     * @param text JSON
     * @return the manifest
     * @throws RktException if it is no manifest, or lacks a required member
     */
    public static ImageManifest parse(String text) throws RktException {
        try {
            JsonObject json = JsonParser.parseString(text).getAsJsonObject();
            requireEqual(json, "acKind", "ImageManifest");
            if (!string(json, "acVersion").matches("\\d+\\.\\d+\\.\\d+([-+].*)?")) {
                throw new RktException("invalid image manifest: acVersion is no semantic version");
            }
            String name = string(json, "name");
            if (!AcNames.isIdentifier(name)) {
                throw new RktException("invalid image manifest: name \"%s\" is no AC Identifier".formatted(name));
            }
            return new ImageManifest(json, name, labels(json))
                    .withCheckedDependencies()
                    .withCheckedApp();
        } catch (JsonParseException
                | IllegalStateException
                | ClassCastException
                | UnsupportedOperationException
                | NumberFormatException e) {
            throw new RktException("invalid image manifest: " + e.getMessage(), e);
        }
    }

    /**
     * Returns the app of the image.
     *
     * @return a copy of the {@code app} object, with the exec, user, group and environment that it must have
     */
    public Optional<JsonObject> app() {
        return Optional.ofNullable(json.getAsJsonObject("app")).map(JsonObject::deepCopy);
    }

    /**
     * Returns this manifest with another {@code app} object, which a pod manifest may contain.
     *
     * @param app the object that replaces the image's {@code app}
     * @return the manifest, checked by the same rules
     * @throws RktException if the object lacks a required member
     */
    public ImageManifest withApp(JsonObject app) throws RktException {
        JsonObject changed = json.deepCopy();
        changed.add("app", app);
        return parse(changed.toString());
    }

    /**
     * Returns the dependencies: the images whose files lie below this image's.
     *
     * @return the dependencies, lowest layer first
     */
    public List<Dependency> dependencies() {
        List<Dependency> dependencies = new ArrayList<>();
        for (JsonObject object : objects(json, "dependencies")) {
            Map<String, String> wanted = new LinkedHashMap<>();
            for (JsonObject label : objects(object, "labels")) {
                wanted.put(label.get("name").getAsString(), label.get("value").getAsString());
            }
            dependencies.add(new Dependency(
                    object.get("imageName").getAsString(),
                    Optional.ofNullable(object.get("imageID")).map(JsonElement::getAsString),
                    wanted));
        }
        return dependencies;
    }

    /**
     * Returns the path whitelist, which selects files of the image and its dependencies.
     *
     * @return absolute paths without trailing slashes; empty to select all files
     */
    public Set<String> pathWhitelist() {
        Set<String> paths = new HashSet<>();
        if (json.get("pathWhitelist") instanceof JsonArray array) {
            array.forEach(path -> paths.add(path.getAsString().replaceAll("(?<=.)/+$", "")));
        }
        return paths;
    }

    /**
     * Returns the name of the image for people, as rkt prints it.
     *
     * @return the name, and its version if it has one
     */
    public String displayName() {
        return labels.containsKey("version") ? name + ":" + labels.get("version") : name;
    }

    /**
     * Returns the objects of a list that may be missing.
     *
     * @param parent the object that the list is in
     * @param member the list's name
     * @return its objects
     */
    public static List<JsonObject> objects(JsonObject parent, String member) {
        List<JsonObject> objects = new ArrayList<>();
        if (parent.get(member) instanceof JsonArray array) {
            array.forEach(element -> objects.add(element.getAsJsonObject()));
        }
        return objects;
    }

    private ImageManifest withCheckedDependencies() throws RktException {
        for (JsonObject dependency : objects(json, "dependencies")) {
            String imageName = string(dependency, "imageName");
            if (!AcNames.isIdentifier(imageName)) {
                throw new RktException(
                        "invalid image manifest: dependency \"%s\" is no AC Identifier".formatted(imageName));
            }
            if (dependency.has("imageID") && !string(dependency, "imageID").matches(IMAGE_ID)) {
                throw new RktException("invalid image manifest: imageID \"%s\" of dependency \"%s\" is no sha512 hash"
                        .formatted(string(dependency, "imageID"), imageName));
            }
            labels(dependency);
        }
        if (json.get("pathWhitelist") instanceof JsonArray paths) {
            requireAll(paths, "pathWhitelist", "/[\\s\\S]*");
        }
        return this;
    }

    private ImageManifest withCheckedApp() throws RktException {
        if (!json.has("app")) {
            return this;
        }
        JsonObject app = json.getAsJsonObject("app");
        string(app, "user");
        string(app, "group");
        if (app.get("exec") instanceof JsonArray exec) {
            requireAll(exec, "exec", "[\\s\\S]*");
        }
        for (String member : List.of("mountPoints", "ports")) {
            for (JsonObject object : objects(app, member)) {
                if (!AcNames.isName(string(object, "name"))) {
                    throw new RktException("invalid image manifest: \"%s\" in %s is no AC Name"
                            .formatted(string(object, "name"), member));
                }
            }
        }
        for (JsonObject isolator : objects(app, "isolators")) {
            if (string(isolator, "name").equals("os/linux/oom-score-adj")) {
                requireAll(Collections.singletonList(isolator.get("value")), "oom-score-adj", INTEGER);
            }
        }
        if (app.get("supplementaryGIDs") instanceof JsonArray groups) {
            requireAll(groups, "supplementaryGIDs", INTEGER);
        }
        for (JsonObject mountPoint : objects(app, "mountPoints")) {
            string(mountPoint, "path");
        }
        Set<String> variables = new HashSet<>();
        for (JsonObject variable : objects(app, "environment")) {
            String name = string(variable, "name");
            try {
                Environment.requireName(name);
            } catch (RktException e) {
                throw new RktException("invalid image manifest: " + e.getMessage(), e);
            }
            string(variable, "value");
            if (!variables.add(name)) {
                throw new RktException(
                        "invalid image manifest: duplicate environment variable of name \"%s\"".formatted(name));
            }
        }
        return this;
    }

    private static Map<String, String> labels(JsonObject json) throws RktException {
        Map<String, String> labels = new LinkedHashMap<>();
        for (JsonObject label : objects(json, "labels")) {
            if (labels.put(string(label, "name"), string(label, "value")) != null) {
                throw new RktException(
                        "invalid image manifest: label \"%s\" occurs twice".formatted(string(label, "name")));
            }
        }
        return labels;
    }

    private static void requireAll(Iterable<JsonElement> elements, String member, String pattern) throws RktException {
        for (JsonElement element : elements) {
            if (element == null
                    || !element.isJsonPrimitive()
                    || !element.getAsString().matches(pattern)) {
                throw new RktException("invalid image manifest: %s has %s".formatted(member, element));
            }
        }
    }

    private static void requireEqual(JsonObject json, String member, String value) throws RktException {
        if (!string(json, member).equals(value)) {
            throw new RktException(
                    "invalid image manifest: %s is \"%s\", not \"%s\"".formatted(member, string(json, member), value));
        }
    }

    private static String string(JsonObject json, String member) throws RktException {
        if (!json.has(member) || !json.get(member).isJsonPrimitive()) {
            throw new RktException("invalid image manifest: %s is missing or no string".formatted(member));
        }
        return json.get(member).getAsString();
    }
}
