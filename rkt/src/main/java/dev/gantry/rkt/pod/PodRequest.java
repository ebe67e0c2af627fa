package dev.gantry.rkt.pod;

import com.google.gson.JsonObject;
import dev.gantry.rkt.appc.ExposedPort;
import dev.gantry.rkt.appc.Mount;
import dev.gantry.rkt.appc.Volume;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The request of a command line or a pod manifest for a pod.
 *
 * @param apps its apps, at least one
 * @param volumes its volumes
 * @param mounts paths at which all apps see volumes
 * @param ports ports of the host that lead to ports of the apps
 * @param inheritedEnvironment variables for those that an app does not have
 * @param environment variables for all apps, over those of the images
 * @param metadata members of the pod manifest that this runtime only copies, such as annotations
 * @param overlay true if an overlay may be used instead of a copy of the images' files
 * @param privateUsers true for a user namespace, which maps its users to other users of the host
 * @param flavor the flavor that runs it
 * @param confinement the protections of the host from its apps
 */
public record PodRequest(
        List<AppRequest> apps,
        List<Volume> volumes,
        List<Mount> mounts,
        List<ExposedPort> ports,
        Map<String, String> inheritedEnvironment,
        Map<String, String> environment,
        JsonObject metadata,
        boolean overlay,
        boolean privateUsers,
        Flavor flavor,
        Confinement confinement) {

    /** Makes the collections immutable, and keeps their order. */
    public PodRequest {
        apps = List.copyOf(apps);
        volumes = List.copyOf(volumes);
        mounts = List.copyOf(mounts);
        ports = List.copyOf(ports);
        inheritedEnvironment = Collections.unmodifiableMap(new LinkedHashMap<>(inheritedEnvironment));
        environment = Collections.unmodifiableMap(new LinkedHashMap<>(environment));
    }
}
