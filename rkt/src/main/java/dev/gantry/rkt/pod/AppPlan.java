package dev.gantry.rkt.pod;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.gantry.rkt.appc.Mount;
import dev.gantry.rkt.image.StoredImage;
import java.util.List;

/**
 * An app of a pod, with all settings decided.
 *
 * @param name its name, an AC Name, unique in the pod
 * @param image its image
 * @param app the {@code app} object of the pod manifest; must not be changed
 * @param mounts its mounts of volumes
 * @param readOnlyRootfs true if it can't write to its root file system
 * @param imageIsolators names of the image's isolators that no flag has replaced
 * @param annotations the annotations in addition to those of the image; must not be changed
 */
record AppPlan(
        String name,
        StoredImage image,
        JsonObject app,
        List<Mount> mounts,
        boolean readOnlyRootfs,
        List<String> imageIsolators,
        JsonArray annotations) {

    AppPlan {
        mounts = List.copyOf(mounts);
        imageIsolators = List.copyOf(imageIsolators);
    }
}
