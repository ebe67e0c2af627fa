package dev.gantry.rkt.pod;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.gantry.rkt.RktException;
import dev.gantry.rkt.appc.AcNames;
import dev.gantry.rkt.appc.Environment;
import dev.gantry.rkt.appc.ImageManifest;
import dev.gantry.rkt.appc.ManifestRules;
import dev.gantry.rkt.appc.Mount;
import dev.gantry.rkt.image.StoredImage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Decides the settings of an app: the image's, overridden by the command line's. */
final class AppPlanner {

    private AppPlanner() {}

    /**
     * Plans an app.
     *
     * @param request the request
     * @param pod the request for the pod
     * @param image its image
     * @return the plan
     * @throws RktException if a setting can't be applied
     */
    static AppPlan plan(AppRequest request, PodRequest pod, StoredImage image) throws RktException {
        ImageManifest manifest = request.app().isPresent()
                ? image.manifest().withApp(request.app().get())
                : image.manifest();
        ManifestRules.requireValid(manifest);
        ManifestRules.requireRunnable(manifest);
        String name = request.name().isPresent()
                ? AcNames.requireName(request.name().get())
                : AcNames.appNameOf(manifest.name());
        if (manifest.app().isEmpty() && request.exec().isEmpty()) {
            throw new RktException(
                    "error: image %s has no app section and --exec argument is not provided".formatted(image.id()));
        }
        JsonObject app = manifest.app().orElseGet(AppPlanner::emptyApp);
        app.add("exec", exec(request, app));
        request.user().ifPresent(user -> app.addProperty("user", user));
        request.group().ifPresent(group -> app.addProperty("group", group));
        request.workingDirectory().ifPresent(path -> app.addProperty("workingDirectory", path));
        if (!request.supplementaryGroups().isEmpty()) {
            JsonArray groups = new JsonArray();
            request.supplementaryGroups().forEach(groups::add);
            app.add("supplementaryGIDs", groups);
        }
        app.add("environment", Environment.toJson(environment(request, pod, app)));
        List<JsonElement> ofImage = ImageManifest.objects(app, "isolators").stream()
                .map(JsonElement.class::cast)
                .toList();
        addIsolators(request, app);
        List<String> imageIsolators = ImageManifest.objects(app, "isolators").stream()
                .filter(ofImage::contains)
                .map(isolator -> isolator.get("name").getAsString())
                .distinct()
                .toList();
        addNamedValues(app, "userAnnotations", request.userAnnotations());
        addNamedValues(app, "userLabels", request.userLabels());
        return new AppPlan(
                name,
                image,
                app,
                mounts(request, pod, app),
                request.readOnlyRootfs(),
                imageIsolators,
                request.annotations());
    }

    private static JsonObject emptyApp() {
        JsonObject app = new JsonObject();
        app.add("exec", new JsonArray());
        app.addProperty("user", "0");
        app.addProperty("group", "0");
        return app;
    }

    private static JsonArray exec(AppRequest request, JsonObject app) throws RktException {
        JsonArray exec = new JsonArray();
        if (request.exec().isPresent()) {
            exec.add(request.exec().get());
        } else if (app.get("exec") instanceof JsonArray array) {
            exec.addAll(array);
        }
        if (exec.isEmpty() || exec.get(0).getAsString().isEmpty()) {
            throw new RktException("image \"%s\" has an empty \"exec\" (try --exec=BINARY)".formatted(request.image()));
        }
        request.arguments().forEach(exec::add);
        return exec;
    }

    /** Merges variables, lowest precedence first: inherited, of the image, for all apps, for this app. */
    private static Map<String, String> environment(AppRequest request, PodRequest pod, JsonObject app) {
        Map<String, String> variables = Environment.of(app);
        pod.inheritedEnvironment().forEach(variables::putIfAbsent);
        variables.putAll(pod.environment());
        variables.putAll(request.environment());
        return variables;
    }

    private static void addIsolators(AppRequest request, JsonObject app) {
        JsonArray isolators = app.get("isolators") instanceof JsonArray array ? array : new JsonArray();
        request.memory().ifPresent(memory -> replace(isolators, Isolators.MEMORY, limit(memory.text())));
        request.cpu().ifPresent(cpu -> replace(isolators, Isolators.CPU, limit(cpu.text())));
        request.cpuShares().ifPresent(shares -> replace(isolators, Isolators.CPU_SHARES, new JsonPrimitive(shares)));
        request.oomScoreAdjustment()
                .ifPresent(adjustment -> replace(isolators, Isolators.OOM_SCORE, new JsonPrimitive(adjustment)));
        request.isolators().forEach((name, value) -> {
            // A retain-set replaces the image's remove-set, and the other way round.
            remove(isolators, name.replace("-retain-set", "-remove-set"));
            remove(isolators, name.replace("-remove-set", "-retain-set"));
            replace(isolators, name, value);
        });
        if (!isolators.isEmpty()) {
            app.add("isolators", isolators);
        }
    }

    private static JsonObject limit(String quantity) {
        JsonObject value = new JsonObject();
        value.addProperty("default", false);
        value.addProperty("request", quantity);
        value.addProperty("limit", quantity);
        return value;
    }

    private static void replace(JsonArray isolators, String name, JsonElement value) {
        remove(isolators, name);
        JsonObject isolator = new JsonObject();
        isolator.addProperty("name", name);
        isolator.add("value", value);
        isolators.add(isolator);
    }

    private static void remove(JsonArray isolators, String name) {
        for (int i = isolators.size() - 1; i >= 0; i--) {
            if (isolators.get(i).getAsJsonObject().get("name").getAsString().equals(name)) {
                isolators.remove(i);
            }
        }
    }

    private static void addNamedValues(JsonObject app, String member, Map<String, String> values) {
        if (!values.isEmpty()) {
            JsonObject json = new JsonObject();
            values.forEach(json::addProperty);
            app.add(member, json);
        }
    }

    /**
     * Returns the app's mounts of the command line, then those for all apps, then the mount points of the image; one
     * for each path.
     */
    private static List<Mount> mounts(AppRequest request, PodRequest pod, JsonObject app) {
        List<Mount> wanted = new ArrayList<>(request.mounts());
        wanted.addAll(pod.mounts());
        for (JsonObject point : ImageManifest.objects(app, "mountPoints")) {
            String volume = point.get("name").getAsString();
            if (wanted.stream().noneMatch(mount -> mount.volume().equals(volume))) {
                wanted.add(new Mount(volume, point.get("path").getAsString()));
            }
        }
        Set<String> paths = new HashSet<>();
        return wanted.stream().filter(mount -> paths.add(mount.path())).toList();
    }
}
