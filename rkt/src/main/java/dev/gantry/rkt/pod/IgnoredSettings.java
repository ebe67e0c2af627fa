package dev.gantry.rkt.pod;

import com.google.gson.JsonObject;
import dev.gantry.rkt.appc.ImageManifest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Lists settings of an image that a flavor ignores. The specification requires that the user is informed about ignored
 * isolators (appc spec/ace.md, "Isolators"). Flags that a flavor can't apply are reported by prepare instead.
 */
final class IgnoredSettings {

    private static final Set<String> BY_FLY = Set.of(Isolators.OOM_SCORE);

    private static final Set<String> BY_CRUN = Set.of(
            Isolators.CPU,
            Isolators.CPU_SHARES,
            Isolators.MEMORY,
            Isolators.NO_NEW_PRIVILEGES,
            Isolators.OOM_SCORE,
            Capabilities.REMOVE,
            Capabilities.RETAIN,
            SystemCallFilter.REMOVE,
            SystemCallFilter.RETAIN);

    private IgnoredSettings() {}

    /**
     * Lists the ignored settings of an app's image.
     *
     * @param app the app
     * @param flavor the flavor that runs it
     * @param appArmor AppArmor of this machine
     * @return text for the user, without a line break; empty if nothing is ignored
     */
    static String text(AppPlan app, Flavor flavor, AppArmor appArmor) {
        Set<String> honoured = new HashSet<>(flavor == Flavor.CRUN ? BY_CRUN : BY_FLY);
        if (flavor == Flavor.CRUN && appArmor.isEnabled()) {
            honoured.add(Isolators.APPARMOR);
        }
        List<String> ignored = new ArrayList<>();
        for (String isolator : app.imageIsolators()) {
            if (!honoured.contains(isolator)) {
                ignored.add("isolator " + isolator);
            }
        }
        for (JsonObject port : ImageManifest.objects(app.app(), "ports")) {
            if (port.has("socketActivated") && port.get("socketActivated").getAsBoolean()) {
                ignored.add("socketActivated of port " + port.get("name").getAsString());
            }
        }
        return String.join(", ", ignored);
    }
}
