package dev.gantry.rkt.pod;

import com.google.gson.JsonObject;
import dev.gantry.rkt.appc.ImageManifest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Tells what an image asks for and a flavor does not do. The specification wants who runs a pod to be informed of isolators
 * that are ignored (appc spec/ace.md, "Isolators"). Flags that a flavor can't honour are not among them: prepare tells of
 * those.
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
     * Writes what is ignored of an app's image.
     *
     * @param app the app
     * @param flavor what shall run it
     * @param appArmor what this machine has of AppArmor
     * @return text for people, without a line break; empty if all is honoured
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
