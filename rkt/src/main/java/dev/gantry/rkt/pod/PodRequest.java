package dev.gantry.rkt.pod;

import com.google.gson.JsonObject;
import dev.gantry.rkt.appc.ExposedPort;
import dev.gantry.rkt.appc.Mount;
import dev.gantry.rkt.appc.Volume;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The request of a command line or a pod manifest for a pod.
 *
 * @param apps the apps, one or more
 * @param volumes the volumes
 * @param mounts the volumes that all apps see, and where
 * @param ports the ports of the host that lead to ports of the apps
 * @param inheritedEnvironment the variables that an app gets if nothing else sets them
 * @param environment the variables of all apps; they replace those of the images
 * @param hidden the names of variables whose values must not stand on a command line
 * @param metadata the members of the pod manifest that this runtime only copies, such as annotations
 * @param overlay true if an overlay may be mounted; false copies the files of the images
 * @param privateUsers true if the pod gets a user namespace, which maps its users to other users of the host
 * @param flavor the flavor that runs the pod
 * @param confinement the protections of the host from the apps
 */
public record PodRequest(
        List<AppRequest> apps,
        List<Volume> volumes,
        List<Mount> mounts,
        List<ExposedPort> ports,
        Map<String, String> inheritedEnvironment,
        Map<String, String> environment,
        Set<String> hidden,
        JsonObject metadata,
        boolean overlay,
        boolean privateUsers,
        Flavor flavor,
        Confinement confinement) {

    /**
     * Makes a request. Its lists and maps are unmodifiable copies in the same order.
     *
     * @param apps the apps, one or more
     * @param volumes the volumes
     * @param mounts the volumes that all apps see, and where
     * @param ports the ports of the host that lead to ports of the apps
     * @param inheritedEnvironment the variables that an app gets if nothing else sets them
     * @param environment the variables of all apps; they replace those of the images
     * @param hidden the names of variables whose values must not stand on a command line
     * @param metadata the members of the pod manifest that this runtime only copies, such as annotations
     * @param overlay true if an overlay may be mounted; false copies the files of the images
     * @param privateUsers true if the pod gets a user namespace, which maps its users to other users of the host
     * @param flavor the flavor that runs the pod
     * @param confinement the protections of the host from the apps
     */
    public PodRequest {
        apps = List.copyOf(apps);
        volumes = List.copyOf(volumes);
        mounts = List.copyOf(mounts);
        ports = List.copyOf(ports);
        inheritedEnvironment = Collections.unmodifiableMap(new LinkedHashMap<>(inheritedEnvironment));
        environment = Collections.unmodifiableMap(new LinkedHashMap<>(environment));
        hidden = Set.copyOf(hidden);
    }
}
