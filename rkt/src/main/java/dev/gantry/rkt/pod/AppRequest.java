package dev.gantry.rkt.pod;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.gantry.rkt.appc.Mount;
import dev.gantry.rkt.appc.PodManifest;
import dev.gantry.rkt.appc.Quantity;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The request of a command line or a pod manifest for one app of a pod. The image decides what the request leaves open.
 *
 * @param image which image
 * @param app replaces the {@code app} object of the image
 * @param name the app's name
 * @param exec the program
 * @param arguments appended to the program's own
 * @param user the user: a number, a name in the image or a path in it
 * @param group the group, likewise
 * @param supplementaryGroups numbers of further groups
 * @param workingDirectory the absolute path of it in the image
 * @param environment variables for this app alone
 * @param mounts where it sees volumes
 * @param readOnlyRootfs true if it can't write to its root file system
 * @param oomScoreAdjustment the kernel's oom_score_adj, -1000 to 1000
 * @param memory the memory limit
 * @param cpu the limit of CPUs
 * @param cpuShares its weight among others
 * @param isolators further isolators by name: capabilities and system calls
 * @param userAnnotations the user's annotations
 * @param userLabels the user's labels
 * @param annotations annotations of the app, a list of a pod manifest
 */
public record AppRequest(
        String image,
        Optional<JsonObject> app,
        Optional<String> name,
        Optional<String> exec,
        List<String> arguments,
        Optional<String> user,
        Optional<String> group,
        List<Integer> supplementaryGroups,
        Optional<String> workingDirectory,
        Map<String, String> environment,
        List<Mount> mounts,
        boolean readOnlyRootfs,
        OptionalInt oomScoreAdjustment,
        Optional<Quantity> memory,
        Optional<Quantity> cpu,
        OptionalInt cpuShares,
        Map<String, JsonElement> isolators,
        Map<String, String> userAnnotations,
        Map<String, String> userLabels,
        JsonArray annotations) {

    /** Makes the collections immutable, and keeps their order. */
    public AppRequest {
        arguments = List.copyOf(arguments);
        supplementaryGroups = List.copyOf(supplementaryGroups);
        environment = Collections.unmodifiableMap(new LinkedHashMap<>(environment));
        mounts = List.copyOf(mounts);
        isolators = Collections.unmodifiableMap(new LinkedHashMap<>(isolators));
        userAnnotations = Collections.unmodifiableMap(new LinkedHashMap<>(userAnnotations));
        userLabels = Collections.unmodifiableMap(new LinkedHashMap<>(userLabels));
    }

    /**
     * Makes the request of a pod manifest.
     *
     * @param app the app of the manifest
     * @return the request
     */
    public static AppRequest of(PodManifest.App app) {
        return new AppRequest(
                app.imageId(),
                app.app(),
                Optional.of(app.name()),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Map.of(),
                app.mounts(),
                app.readOnlyRootfs(),
                OptionalInt.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalInt.empty(),
                Map.of(),
                Map.of(),
                Map.of(),
                app.annotations());
    }
}
