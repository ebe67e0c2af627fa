package dev.gantry.rkt.pod;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.gantry.rkt.appc.Mount;
import dev.gantry.rkt.image.StoredImage;
import java.util.List;

/**
 * An app of a pod, all its settings decided.
 *
 * @param name its name, an AC Name, unique in the pod
 * @param image its image
 * @param app the {@code app} object of the pod manifest; must not be changed
 * @param mounts where it sees which volumes
 * @param readOnlyRootfs whether it can't write to its root file system
 * @param imageIsolators names of the isolators that are its image's, and that no flag has replaced
 * @param annotations a list of annotations, beside those of its image; must not be changed
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
