package dev.gantry.rkt.pod;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.gantry.rkt.RktException;
import dev.gantry.rkt.appc.ExposedPort;
import dev.gantry.rkt.appc.ImageManifest;
import dev.gantry.rkt.appc.Mount;
import dev.gantry.rkt.appc.Volume;
import dev.gantry.rkt.image.StoredImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * A pod, with all settings decided.
 *
 * @param apps its apps, in their order
 * @param volumes its volumes by name: the requested ones, and an empty one for each other mount point
 * @param ports how ports of the host lead to its ports
 * @param metadata members of its manifest that this runtime only copies, such as annotations; must not be changed
 */
record PodPlan(List<AppPlan> apps, Map<String, Volume> volumes, List<PortForwarding> ports, JsonObject metadata) {

    private static final String MUTABLE = "coreos.com/rkt/stage1/mutable";

    PodPlan {
        apps = List.copyOf(apps);
        volumes = Map.copyOf(volumes);
        ports = List.copyOf(ports);
    }

    /**
     * Plans a pod.
     *
     * @param request the request
     * @param images the images of its apps, in the order of the apps
     * @param warnings receives warnings for the user
     * @return the plan
     * @throws RktException if a setting can't be applied
     */
    static PodPlan of(PodRequest request, List<StoredImage> images, Consumer<String> warnings) throws RktException {
        List<AppPlan> apps = new ArrayList<>();
        for (int i = 0; i < images.size(); i++) {
            AppPlan app = AppPlanner.plan(request.apps().get(i), request, images.get(i));
            if (apps.stream().anyMatch(other -> other.name().equals(app.name()))) {
                throw new RktException("error: multiple apps with name %s".formatted(app.name()));
            }
            apps.add(app);
        }
        List<PortForwarding> ports = new ArrayList<>();
        for (ExposedPort port : request.ports()) {
            ports.add(PortForwarding.of(port, apps));
        }
        return new PodPlan(apps, volumes(request, apps, warnings), ports, request.metadata());
    }

    /**
     * Writes the pod manifest (appc spec/pods.md).
     *
     * @return the manifest
     */
    JsonObject manifest() {
        JsonObject manifest = new JsonObject();
        manifest.addProperty("acVersion", "1.30.0");
        manifest.addProperty("acKind", "PodManifest");
        JsonArray appList = new JsonArray();
        apps.forEach(app -> appList.add(runtimeApp(app)));
        manifest.add("apps", appList);
        JsonArray volumeList = new JsonArray();
        new TreeMap<>(volumes).values().forEach(volume -> volumeList.add(volume.toJson()));
        manifest.add("volumes", volumeList);
        manifest.add("isolators", new JsonArray());
        metadata.entrySet().forEach(member -> manifest.add(member.getKey(), member.getValue()));
        manifest.add("annotations", annotations());
        JsonArray portList = new JsonArray();
        ports.forEach(port -> portList.add(port.host().toJson()));
        manifest.add("ports", portList);
        return manifest;
    }

    /**
     * Returns true if the pod has more than one app. The apps of such a pod share namespaces that a single app has
     * alone.
     */
    boolean hasSeveralApps() {
        return apps.size() > 1;
    }

    /** Decides whether an app may only read a volume: by the volume, else by the mount point of the image. */
    boolean isReadOnly(AppPlan app, Mount mount) {
        return volumes.get(mount.volume())
                .readOnly()
                .orElseGet(() -> ImageManifest.objects(app.app(), "mountPoints").stream()
                        .filter(point -> point.get("name").getAsString().equals(mount.volume()))
                        .anyMatch(point ->
                                point.has("readOnly") && point.get("readOnly").getAsBoolean()));
    }

    /** Returns the annotations of the metadata, and rkt's annotation for a pod whose apps do not change. */
    private JsonArray annotations() {
        JsonArray annotations = new JsonArray();
        for (JsonObject annotation : ImageManifest.objects(metadata, "annotations")) {
            if (!annotation.get("name").getAsString().equals(MUTABLE)) {
                annotations.add(annotation);
            }
        }
        JsonObject mutable = new JsonObject();
        mutable.addProperty("name", MUTABLE);
        mutable.addProperty("value", "false");
        annotations.add(mutable);
        return annotations;
    }

    private static JsonObject runtimeApp(AppPlan plan) {
        JsonObject app = new JsonObject();
        app.addProperty("name", plan.name());
        JsonObject image = new JsonObject();
        image.addProperty("name", plan.image().manifest().name());
        image.addProperty("id", plan.image().id());
        JsonArray labels = new JsonArray();
        plan.image().manifest().labels().forEach((name, value) -> {
            JsonObject label = new JsonObject();
            label.addProperty("name", name);
            label.addProperty("value", value);
            labels.add(label);
        });
        image.add("labels", labels);
        app.add("image", image);
        app.add("app", plan.app());
        if (plan.readOnlyRootfs()) {
            app.addProperty("readOnlyRootFS", true);
        }
        JsonArray mounts = new JsonArray();
        plan.mounts().forEach(mount -> mounts.add(mount.toJson()));
        app.add("mounts", mounts);
        if (!plan.annotations().isEmpty()) {
            app.add("annotations", plan.annotations());
        }
        return app;
    }

    private static Map<String, Volume> volumes(PodRequest request, List<AppPlan> apps, Consumer<String> warnings)
            throws RktException {
        Map<String, Volume> volumes = new TreeMap<>();
        for (Volume volume : request.volumes()) {
            if (volumes.put(volume.name(), volume) != null) {
                throw new RktException("volume \"%s\" is given twice".formatted(volume.name()));
            }
        }
        for (int i = 0; i < apps.size(); i++) {
            AppPlan app = apps.get(i);
            for (Mount mount : app.mounts()) {
                if (volumes.containsKey(mount.volume())) {
                    continue;
                }
                if (request.apps().get(i).mounts().contains(mount)
                        || request.mounts().contains(mount)) {
                    throw new RktException("no volume for mountpoint \"%s:%s\" in app \"%s\""
                            .formatted(mount.volume(), mount.path(), app.name()));
                }
                warnings.accept(("warning: no volume specified for mount point \"%s\", implicitly creating an \"empty\""
                                + " volume. This volume will be removed when the pod is garbage-collected.")
                        .formatted(mount.volume()));
                volumes.put(mount.volume(), Volume.empty(mount.volume()));
            }
        }
        return volumes;
    }
}
