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
 * The request of a command line or a pod manifest for one app of a pod. The image decides everything that the request
 * leaves empty.
 *
 * @param image the reference to the image, as the command line or the pod manifest has it
 * @param app the object that replaces the {@code app} object of the image; empty keeps the image's
 * @param name the name of the app; empty takes it from the name of the image
 * @param exec the path of the program; empty runs the program of the image
 * @param arguments the arguments to append to the command of the app
 * @param user the user: a number, a name in the image, or the path of a file in the image whose owner it is
 * @param group the group, in the same three forms as the user
 * @param supplementaryGroups the numbers of further groups
 * @param workingDirectory the absolute path of the working directory in the image
 * @param environment the variables of this app alone, in the order of the flags
 * @param mounts the volumes that this app sees, and where
 * @param readOnlyRootfs true if the app must not write to its root file system
 * @param oomScoreAdjustment the kernel's oom_score_adj, -1000 to 1000
 * @param memory the memory limit, in bytes
 * @param cpu the CPU limit, in CPUs
 * @param cpuShares the weight of the app when the CPUs are busy, 2 to 262144
 * @param isolators further isolators by name: capabilities and system calls
 * @param userAnnotations the annotations that the user chose
 * @param userLabels the labels that the user chose
 * @param annotations the annotations of the app in a pod manifest
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

    /**
     * Makes a request. Its lists and maps are unmodifiable copies in the same order.
     *
     * @param image the reference to the image, as the command line or the pod manifest has it
     * @param app the object that replaces the {@code app} object of the image; empty keeps the image's
     * @param name the name of the app; empty takes it from the name of the image
     * @param exec the path of the program; empty runs the program of the image
     * @param arguments the arguments to append to the command of the app
     * @param user the user: a number, a name in the image, or the path of a file in the image whose owner it is
     * @param group the group, in the same three forms as the user
     * @param supplementaryGroups the numbers of further groups
     * @param workingDirectory the absolute path of the working directory in the image
     * @param environment the variables of this app alone, in the order of the flags
     * @param mounts the volumes that this app sees, and where
     * @param readOnlyRootfs true if the app must not write to its root file system
     * @param oomScoreAdjustment the kernel's oom_score_adj, -1000 to 1000
     * @param memory the memory limit, in bytes
     * @param cpu the CPU limit, in CPUs
     * @param cpuShares the weight of the app when the CPUs are busy, 2 to 262144
     * @param isolators further isolators by name: capabilities and system calls
     * @param userAnnotations the annotations that the user chose
     * @param userLabels the labels that the user chose
     * @param annotations the annotations of the app in a pod manifest
     */
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
